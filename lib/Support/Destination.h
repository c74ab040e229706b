// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SUPPORT_DESTINATION_H
#define CRANIA_LIB_SUPPORT_DESTINATION_H

#include "crania/Support/Result.h"

#include <optional>
#include <string>
#include <sys/stat.h>

namespace crania {

/// Identity of the file to which a path leads, however the path is spelled. A
/// file that does not exist yet is known by its folder and its name.
struct FileIdentity {
  dev_t device;
  ino_t inode;      ///< inode of the file, or of its folder
  std::string name; ///< empty if the file exists

  bool operator==(const FileIdentity &other) const {
    return device == other.device && inode == other.inode && name == other.name;
  }
};

/// Destination of the bytes of an output.
struct Destination {
  std::string path; ///< all symbolic links followed
  /// A descriptor of this process that the path names.
  std::optional<int> ownDescriptor;
  /// True if it is written in place, and not replaced by another file.
  bool isInPlace = false;
  /// Status of the file that is there now, if any.
  std::optional<struct stat> old;
  /// Identity of the file. A device or a pipe has none, as no data could be
  /// lost.
  std::optional<FileIdentity> identity;
};

/// Follows a path to its destination. The error is the reason only, without the
/// path.
Result<Destination> resolveDestination(const std::string &path);

/// Returns the folder of `path`, or "." if it names none.
std::string folderOf(const std::string &path);

/// Returns the reason in errno, in words.
Error systemReason();

} // namespace crania

#endif // CRANIA_LIB_SUPPORT_DESTINATION_H
