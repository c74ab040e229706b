// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Support/File.h"

#include "Descriptor.h"
#include "crania/Support/OutputFiles.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace crania {

static Error systemError(const char *what, const std::string &path) {
  return {std::string(what) + " '" + path + "': " + std::strerror(errno)};
}

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
  OutputFiles file;
  if (Status status = file.open({}, path, bytes.size()); !status)
    return status;
  if (Status status = file.write(path, bytes); !status)
    return status;
  return file.commit();
}

} // namespace crania
