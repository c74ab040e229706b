// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_MEMORYMAP_H
#define CRANIA_LIB_SIMULATOR_MEMORYMAP_H

#include "crania/Simulator/ProgramView.h"

namespace crania::simulator {

/// A place in one of the machine's memories, in elements of f32.
struct Location {
  binary::Space space;
  uint64_t element;

  Location operator+(int64_t elements) const {
    return {space, element + uint64_t(elements)};
  }
};

/// Where element `offset` of a buffer is.
inline Location locate(const ProgramView &program, uint32_t buffer,
                       uint64_t offset) {
  const binary::Buffer &b = *program.program().buffers()->Get(buffer);
  return {b.space(), b.offset() / sizeof(float) + offset};
}

/// The memories of one input in flight.
struct Memories {
  const float *image = nullptr;
  float *dram = nullptr;
  float *globalBuffer = nullptr;

  const float *read(const Location &at) const {
    switch (at.space) {
    case binary::Space::image:
      return image + at.element;
    case binary::Space::dram:
      return dram + at.element;
    case binary::Space::global_buffer:
      break;
    }
    return globalBuffer + at.element;
  }
  /// The image is read-only: no plan writes there.
  float *write(const Location &at) const {
    return (at.space == binary::Space::dram ? dram : globalBuffer) + at.element;
  }
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_MEMORYMAP_H
