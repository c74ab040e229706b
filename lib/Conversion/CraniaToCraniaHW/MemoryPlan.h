// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_MEMORYPLAN_H
#define CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_MEMORYPLAN_H

#include "StageTiling.h"

namespace crania::lowering {

/// Where everything but the weights lives, and how stages are cut to fit.
struct MemoryPlan {
  /// Per storage, its first byte in the global buffer, or nothing if it is
  /// spilled or not used at all.
  std::vector<std::optional<uint64_t>> onChip;
  /// Per storage, its first byte in the DRAM scratch: of the input and of what
  /// is computed and spilled.
  std::vector<std::optional<uint64_t>> inDram;
  uint64_t logitsInDram = 0;
  uint64_t dramBytes = 0;

  struct StagePlan {
    std::vector<Window> windows;
    TileShape tile;
    /// First byte of the windows' room in the global buffer.
    uint64_t scratchOffset = 0;
    /// Bytes of one set of windows.
    uint64_t setBytes = 0;
    /// Per window, its first byte within a set, or nothing if its storage is on
    /// chip as a whole.
    SmallVector<std::optional<uint64_t>> windowOffsets;
  };
  std::vector<StagePlan> stages;

  /// Per storage, the first stage that touches it; the number of stages for
  /// what only the exit test reads.
  std::vector<std::optional<size_t>> firstStage;
};

/// Joins the parameters of each type into one storage, if all of them take no
/// more than an eighth of the global buffer, so that one copy loads them.
void joinParameters(Network &network, const target::TargetModel &target);

/// Plans the memory of a network. Reports a stage that does not fit however it
/// is cut, and remarks on what is spilled.
FailureOr<MemoryPlan> planMemory(const Network &network,
                                 const target::TargetModel &target,
                                 mlir::Location loc);

} // namespace crania::lowering

#endif // CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_MEMORYPLAN_H
