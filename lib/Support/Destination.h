// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SUPPORT_DESTINATION_H
#define CRANIA_LIB_SUPPORT_DESTINATION_H

#include "crania/Support/Result.h"

#include <optional>
#include <string>
#include <sys/stat.h>

namespace crania {

/// Which file a path leads to, whatever the path is. A file that is not there
/// yet is known by its folder and its name.
struct FileIdentity {
  dev_t device;
  ino_t inode;      ///< of the file, or of its folder
  std::string name; ///< empty: the file is there

  bool operator==(const FileIdentity &other) const {
    return device == other.device && inode == other.inode && name == other.name;
  }
};

/// Where the bytes of an output go.
struct Destination {
  std::string path; ///< all symbolic links followed
  /// A descriptor of this process that the path names.
  std::optional<int> ownDescriptor;
  /// Written to as it is, not replaced by another file.
  bool isInPlace = false;
  /// What is there now, if anything.
  std::optional<struct stat> old;
  /// Nothing if no data could be lost: it is a device or a pipe.
  std::optional<FileIdentity> identity;
};

/// Follows a path to what it would write to. Errors are the reason only.
Result<Destination> resolveDestination(const std::string &path);

/// The folder that `path` is in; "." if it names none.
std::string folderOf(const std::string &path);

/// The reason in errno, in words.
Error systemReason();

} // namespace crania

#endif // CRANIA_LIB_SUPPORT_DESTINATION_H
