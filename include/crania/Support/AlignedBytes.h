// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SUPPORT_ALIGNEDBYTES_H
#define CRANIA_SUPPORT_ALIGNEDBYTES_H

#include <cstddef>
#include <cstdint>
#include <vector>

namespace crania {

/// Bytes that start on a cache line, so that elements of any type and vectors
/// of the host are aligned in them. They are zero at first, and so are the
/// bytes after them up to the end of the last line.
class AlignedBytes {
public:
  static constexpr size_t alignment = 64;

  explicit AlignedBytes(size_t size = 0)
      : lines((size + alignment - 1) / alignment), count(size) {}

  uint8_t *data() { return reinterpret_cast<uint8_t *>(lines.data()); }
  const uint8_t *data() const {
    return reinterpret_cast<const uint8_t *>(lines.data());
  }
  size_t size() const { return count; }

private:
  struct alignas(alignment) Line {
    uint8_t bytes[alignment];
  };
  std::vector<Line> lines;
  size_t count;
};

} // namespace crania

#endif // CRANIA_SUPPORT_ALIGNEDBYTES_H
