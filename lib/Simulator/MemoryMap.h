// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_MEMORYMAP_H
#define CRANIA_LIB_SIMULATOR_MEMORYMAP_H

#include "HostClones.h"
#include "crania/Simulator/ProgramView.h"

namespace crania::simulator {

/// A place in one of the machine's memories.
struct Location {
  binary::Space space = {};
  uint64_t byte = 0;

  Location operator+(int64_t bytes) const {
    return {space, byte + uint64_t(bytes)};
  }
};

inline binary::ElementType elementOf(const ProgramView &program,
                                     uint32_t buffer) {
  return program.program().buffers()->Get(buffer)->element();
}

/// Returns the place of element `offset` of a buffer.
inline Location locate(const ProgramView &program, uint32_t buffer,
                       uint64_t offset) {
  const binary::Buffer &b = *program.program().buffers()->Get(buffer);
  return {b.space(), b.offset() + offset * binary::bytesOf(b.element())};
}

/// The memories of one input in flight.
struct Memories {
  const uint8_t *image = nullptr;
  uint8_t *dram = nullptr;
  uint8_t *globalBuffer = nullptr;

  template <typename T = uint8_t>
  const T *read(const Location &at) const {
    const uint8_t *base = at.space == binary::Space::image  ? image
                          : at.space == binary::Space::dram ? dram
                                                            : globalBuffer;
    return reinterpret_cast<const T *>(base + at.byte);
  }
  /// The image is read-only: no plan writes there.
  template <typename T = uint8_t>
  T *write(const Location &at) const {
    uint8_t *base = at.space == binary::Space::dram ? dram : globalBuffer;
    return reinterpret_cast<T *>(base + at.byte);
  }
};

/// Calls f with a value of the host's type for an element type.
template <typename F>
CRANIA_INTO_CLONES auto withElement(binary::ElementType type, F f) {
  switch (type) {
  case binary::ElementType::f32:
    return f(float());
  case binary::ElementType::i32:
    return f(int32_t());
  case binary::ElementType::i16:
    return f(int16_t());
  case binary::ElementType::i8:
    return f(int8_t());
  case binary::ElementType::i64:
    return f(int64_t());
  case binary::ElementType::u8:
    return f(uint8_t());
  }
  __builtin_unreachable();
}

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_MEMORYMAP_H
