// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_EXECUTION_COPYKERNEL_H
#define CRANIA_LIB_SIMULATOR_EXECUTION_COPYKERNEL_H

#include "DramPlacement.h"

#include <array>

namespace crania::simulator {

/// A box of elements as few nested loops. Neighboring dimensions that both
/// sides walk as one are merged, and dimensions of one element are dropped.
struct Box {
  struct Dim {
    uint64_t extent;
    int64_t sourceStride, destinationStride;
  };
  std::vector<Dim> dims; // outermost first; at least one
};

Box boxOf(const binary::Copy &copy);

/// A Copy command, resolved.
class CopyKernel {
public:
  static CopyKernel plan(const ProgramView &program, const binary::Copy &copy,
                         const DramPlacement &dram);
  void run(const Memories &memories) const;

private:
  template <typename T>
  void copy(const T *from, T *to, size_t dim) const;

  /// Limit of the binary format.
  static constexpr size_t maximumDims = 8;

  Location source, destination;
  unsigned elementBytes = 0;
  std::array<Box::Dim, maximumDims> dims = {}; // of the box, beside the rest
  size_t rank = 0;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_EXECUTION_COPYKERNEL_H
