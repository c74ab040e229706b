// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SUPPORT_TEMPORARYFILE_H
#define CRANIA_LIB_SUPPORT_TEMPORARYFILE_H

#include "Descriptor.h"
#include "crania/Support/Result.h"

#include <atomic>
#include <cstdint>
#include <string>
#include <sys/stat.h>

namespace crania {

/// Names a file for removeTemporaryFiles() to remove. A signal may come at any
/// time, so that slots are never freed.
struct TemporarySlot {
  std::atomic<char *> path{nullptr};
  TemporarySlot *next = nullptr;
};

/// Removes the temporary files of this process. May be called by a signal
/// handler; the process must end soon after.
void removeTemporaryFiles();

/// A new file that is removed when it goes out of scope.
class TemporaryFile {
public:
  /// Creates it in the folder of `path`, with a similar name and at most this
  /// mode. Errors are the reason only.
  static Result<TemporaryFile> createBeside(const std::string &path,
                                            mode_t mode);
  TemporaryFile(TemporaryFile &&other) noexcept;
  TemporaryFile &operator=(TemporaryFile &&other) noexcept;
  ~TemporaryFile();

  /// Writes and closes it, and gives it the mode and the owner of what it will
  /// replace, if that is not null. Returns false with errno on an error.
  bool fill(Span<const uint8_t> bytes, const struct stat *old);

  /// Gives it the name `target`. If `exchange` is set, the temporary name then
  /// stands for the old file, if any, so that undo() can bring it back; a file
  /// system that cannot exchange two files loses it. Returns false with errno
  /// on an error.
  bool publish(const std::string &target, bool exchange);
  /// Reverts a publish() with `exchange`, as far as possible.
  void undo();

private:
  TemporaryFile() = default;
  void release();

  std::string path; ///< empty: nothing to remove
  TemporarySlot *slot = nullptr;
  Descriptor file;
  std::string published; ///< the target of publish()
  enum class State { hidden, exchanged, created, replaced };
  State state = State::hidden;
};

} // namespace crania

#endif // CRANIA_LIB_SUPPORT_TEMPORARYFILE_H
