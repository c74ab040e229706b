// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Descriptor.h"

#include <cassert>
#include <cerrno>
#include <unistd.h>

using namespace crania;

bool Descriptor::close() {
  if (fd < 0)
    return true;
  // Linux has released it even if a signal came: it must not be tried again.
  return ::close(std::exchange(fd, -1)) == 0 || errno == EINTR;
}

bool Descriptor::write(Span<const uint8_t> bytes) const {
  assert(fd >= 0 && "the file is closed");
  size_t done = 0;
  while (done < bytes.size()) {
    ssize_t n = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno != EINTR)
      return false;
    if (n > 0)
      done += n;
  }
  return true;
}
