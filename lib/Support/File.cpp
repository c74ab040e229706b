// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Support/File.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace crania {

namespace {

/// A file descriptor that is closed when it goes out of scope.
class Descriptor {
public:
  explicit Descriptor(int fd) : fd(fd) {}
  Descriptor(const Descriptor &) = delete;
  Descriptor &operator=(const Descriptor &) = delete;
  ~Descriptor() {
    if (fd >= 0)
      ::close(fd);
  }

  explicit operator bool() const { return fd >= 0; }
  int get() const { return fd; }
  /// Closes it now, to see what the system reports only then.
  bool close() {
    int closing = fd;
    fd = -1;
    return ::close(closing) == 0;
  }

private:
  int fd;
};

/// Removes a file when it goes out of scope, unless it has been kept.
class TemporaryFile {
public:
  explicit TemporaryFile(std::string path) : path(std::move(path)) {}
  TemporaryFile(const TemporaryFile &) = delete;
  TemporaryFile &operator=(const TemporaryFile &) = delete;
  ~TemporaryFile() {
    if (!path.empty())
      ::unlink(path.c_str());
  }
  bool renameTo(const std::string &target) {
    if (::rename(path.c_str(), target.c_str()) != 0)
      return false;
    path.clear();
    return true;
  }

private:
  std::string path;
};

Error systemError(const char *what, const std::string &path) {
  return {std::string(what) + " '" + path + "': " + std::strerror(errno)};
}

bool writeAll(int fd, Span<const uint8_t> bytes) {
  size_t done = 0;
  while (done < bytes.size()) {
    ssize_t n = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return false;
    done += n;
  }
  return true;
}

/// Creates a file next to `path` that did not exist before, with the
/// permissions of the process (mkstemp's are stricter), and names it.
int createBeside(const std::string &path, std::string &name) {
  static std::atomic<unsigned> counter{0};
  constexpr int attempts = 100;
  int fd = -1;
  for (int i = 0; i < attempts; ++i) {
    name = path + "." + std::to_string(::getpid()) + "-" +
           std::to_string(counter++) + ".tmp";
    fd = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0 || errno != EEXIST)
      break;
  }
  return fd;
}

} // namespace

Result<std::vector<uint8_t>> readFile(const std::string &path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file)
    return systemError("cannot open", path);
  struct stat info;
  if (::fstat(file.get(), &info) != 0)
    return systemError("cannot read", path);
  if (!S_ISREG(info.st_mode))
    return Error{"cannot read '" + path + "': it is not a regular file"};

  std::vector<uint8_t> bytes(info.st_size);
  size_t done = 0;
  while (done < bytes.size()) {
    ssize_t n = ::read(file.get(), bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return systemError("cannot read", path);
    if (n == 0)
      return Error{"cannot read '" + path + "': it got shorter while reading"};
    done += n;
  }
  return bytes;
}

Status writeFileAtomically(const std::string &path, Span<const uint8_t> bytes) {
  std::string temporary;
  Descriptor file(createBeside(path, temporary));
  if (!file)
    return systemError("cannot write", path);
  TemporaryFile cleanup(temporary);
  if (!writeAll(file.get(), bytes) || !file.close() || !cleanup.renameTo(path))
    return systemError("cannot write", path);
  return {};
}

} // namespace crania
