// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SUPPORT_OUTPUTFILES_H
#define CRANIA_SUPPORT_OUTPUTFILES_H

#include "crania/Support/Result.h"
#include "crania/Support/Span.h"

#include <cstdint>
#include <memory>
#include <string>

namespace crania {

/// Files that a program writes. All of them appear, complete, or none does.
///
/// open() checks a path before the work begins and changes nothing. write()
/// puts the contents into a temporary file of the same folder. commit() renames
/// all temporary files; without it the destructor removes them.
///
/// - A symbolic link stays, and the file that it leads to is replaced.
/// - A replaced file keeps its mode, and its owner and group where the process
///   may set them. Other hard links to it keep the old contents.
/// - A file without a permission to write is not replaced, not even by root.
/// - Devices, FIFOs, paths below /proc (hence /dev/stdout and /dev/fd/N) and
///   "-", the standard output, are never replaced. write() writes to them at
///   once, and the bytes stay there if another output fails.
///
/// Errors begin with the role of the path, for instance an option, if it has
/// one. Only one thread at a time may use an object.
class OutputFiles {
public:
  /// The files behind the standard output and the standard error, if they are
  /// files, count as taken.
  OutputFiles();
  OutputFiles(OutputFiles &&) noexcept;
  OutputFiles &operator=(OutputFiles &&) noexcept;
  ~OutputFiles();

  /// Declares a file that the program reads, so that no output replaces it.
  /// "-" stands for the standard input, and an absent file is ignored. Must be
  /// called before open().
  void addInput(const std::string &role, const std::string &path);

  /// Adds an output of `bytes` bytes, 0 if that is not known yet. Fails if it
  /// cannot be written later: it is a folder or read-only, its folder is
  /// missing or not writable, it is the same file as an input or as another
  /// output, or the file system has no room for all outputs so far.
  Status open(const std::string &role, const std::string &path,
              uint64_t bytes = 0);

  /// Writes all contents of an output that open() has accepted, once.
  Status write(const std::string &path, Span<const uint8_t> bytes);

  /// Makes the written contents visible. After an error, none of them are
  /// visible if the file system can exchange two files. An output that was not
  /// written stays as it is.
  Status commit();

  /// Returns true if an output is "-" or names the descriptor of the standard
  /// output.
  bool useStandardOutput() const;

private:
  struct State;
  std::unique_ptr<State> state;
};

} // namespace crania

#endif // CRANIA_SUPPORT_OUTPUTFILES_H
