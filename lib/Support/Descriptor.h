// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SUPPORT_DESCRIPTOR_H
#define CRANIA_LIB_SUPPORT_DESCRIPTOR_H

#include "crania/Support/Span.h"

#include <cstdint>
#include <utility>

namespace crania {

/// A file descriptor that is closed when it goes out of scope.
class Descriptor {
public:
  explicit Descriptor(int fd = -1) : fd(fd) {}
  Descriptor(Descriptor &&other) noexcept : fd(std::exchange(other.fd, -1)) {}
  Descriptor &operator=(Descriptor &&other) noexcept {
    std::swap(fd, other.fd);
    return *this;
  }
  ~Descriptor() { close(); }

  explicit operator bool() const { return fd >= 0; }
  int get() const { return fd; }

  /// Closes it now, to see what the system reports only then. Returns false
  /// with errno on an error.
  bool close();
  /// Writes all bytes. Returns false with errno on an error.
  bool write(Span<const uint8_t> bytes) const;

private:
  int fd;
};

} // namespace crania

#endif // CRANIA_LIB_SUPPORT_DESCRIPTOR_H
