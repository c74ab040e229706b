// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SIMULATOR_PROGRAM_MEMORYMAP_H
#define CRANIA_SIMULATOR_PROGRAM_MEMORYMAP_H

#include "crania/Simulator/Program/ProgramView.h"

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

} // namespace crania::simulator

#endif // CRANIA_SIMULATOR_PROGRAM_MEMORYMAP_H
