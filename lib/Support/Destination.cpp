// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Destination.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <unistd.h>

using namespace crania;

Error crania::systemReason() { return {std::strerror(errno)}; }

std::string crania::folderOf(const std::string &path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos)
    return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

static std::string nameOf(const std::string &path) {
  return path.substr(path.rfind('/') + 1);
}

static bool startsWith(const std::string &text, const std::string &prefix) {
  return text.compare(0, prefix.size(), prefix) == 0;
}

/// Returns the folder of `path` without links; empty if it does not exist.
static std::string canonicalFolder(const std::string &path) {
  std::error_code error;
  return std::filesystem::canonical(folderOf(path), error).string();
}

/// Returns true if a path is below /proc, where a link leads to an open file
/// and not to a name.
static bool isBelowProc(const std::string &path) {
  return startsWith(canonicalFolder(path), "/proc/");
}

/// Returns the number N of /proc/self/fd/N, whatever the spelling of the
/// folder.
static std::optional<int> ownDescriptorOf(const std::string &path) {
  const std::string name = nameOf(path), folder = canonicalFolder(path);
  const std::string self = "/proc/" + std::to_string(::getpid()) + "/";
  constexpr size_t mostDigits = 9;
  const bool isNumber = !name.empty() && name.size() <= mostDigits &&
                        name.find_first_not_of("0123456789") == name.npos;
  if (!isNumber || !startsWith(folder, self) || nameOf(folder) != "fd")
    return std::nullopt;
  return std::stoi(name);
}

/// Returns the contents of a symbolic link; empty with errno on an error.
static std::string readLink(const std::string &path) {
  std::error_code error;
  std::string link = std::filesystem::read_symlink(path, error).string();
  errno = error.value();
  return link;
}

/// Returns the path after all symbolic links, the last of which may lead to
/// nothing.
static Result<std::string> followLinks(std::string path) {
  constexpr int mostLinks = 40; // as the kernel
  for (int i = 0; i < mostLinks; ++i) {
    struct stat info;
    if (::lstat(path.c_str(), &info) != 0) {
      if (errno != ENOENT)
        return systemReason();
      return path;
    }
    if (!S_ISLNK(info.st_mode) || isBelowProc(path))
      return path;
    const std::string link = readLink(path);
    if (link.empty())
      return systemReason();
    path = link.front() == '/' ? link : folderOf(path).append("/").append(link);
  }
  errno = ELOOP;
  return systemReason();
}

/// Returns the identity of a file that does not exist.
static Result<FileIdentity> identityOfNewFile(const std::string &path) {
  struct stat folder;
  if (::stat(folderOf(path).c_str(), &folder) != 0)
    return Error{"its folder '" + folderOf(path) +
                 "': " + systemReason().message};
  if (path.empty() || path.back() == '/')
    return Error{"it names no file"};
  return FileIdentity{folder.st_dev, folder.st_ino, nameOf(path)};
}

static Destination destinationOfDescriptor(std::string path, int descriptor) {
  Destination destination;
  destination.path = std::move(path);
  destination.ownDescriptor = descriptor;
  destination.isInPlace = true;
  struct stat info;
  if (::fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode))
    destination.identity = FileIdentity{info.st_dev, info.st_ino, {}};
  return destination;
}

Result<Destination> crania::resolveDestination(const std::string &path) {
  if (path == "-")
    return destinationOfDescriptor(path, STDOUT_FILENO);
  Result<std::string> target = followLinks(path);
  if (!target)
    return target.error();
  if (std::optional<int> descriptor = ownDescriptorOf(*target))
    return destinationOfDescriptor(*target, *descriptor);

  Destination destination;
  destination.path = *target;
  struct stat info;
  if (::stat(target->c_str(), &info) != 0) {
    if (errno != ENOENT)
      return systemReason();
    Result<FileIdentity> identity = identityOfNewFile(*target);
    if (!identity)
      return identity.error();
    destination.identity = *identity;
    return destination;
  }
  if (S_ISDIR(info.st_mode))
    return Error{"it is a folder"};
  destination.old = info;
  if (S_ISREG(info.st_mode))
    destination.identity = FileIdentity{info.st_dev, info.st_ino, {}};
  destination.isInPlace = !S_ISREG(info.st_mode) || isBelowProc(*target);
  return destination;
}
