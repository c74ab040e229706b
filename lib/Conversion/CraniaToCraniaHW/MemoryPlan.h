// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_MEMORYPLAN_H
#define CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_MEMORYPLAN_H

#include "StageTiling.h"

namespace crania::lowering {

/// The places of everything but the weights, and the way stages are cut to fit.
struct MemoryPlan {
  /// Per storage, its first byte in the global buffer. Nullopt if it is spilled
  /// or not used.
  std::vector<std::optional<uint64_t>> onChip;
  /// Per storage, its first byte in the DRAM scratch. Only the input and
  /// spilled results have one.
  std::vector<std::optional<uint64_t>> inDram;
  uint64_t logitsInDram = 0;
  uint64_t dramBytes = 0;
  /// The sum of the estimated costs of all stages.
  TileCost estimate;

  struct StagePlan {
    std::vector<Window> windows;
    TileShape tile;
    /// The first byte of the area for windows in the global buffer.
    uint64_t scratchOffset = 0;
    /// The bytes of one set of windows.
    uint64_t setBytes = 0;
    /// Per window, its first byte within a set. Nullopt if its storage is on
    /// chip as a whole.
    SmallVector<std::optional<uint64_t>> windowOffsets;
  };
  std::vector<StagePlan> stages;

  /// Per storage, the first stage that touches it. It is the number of stages
  /// if only the exit test reads the storage.
  std::vector<std::optional<size_t>> firstStage;
};

/// Joins the parameters of each type into one storage, so that one copy loads
/// them. Does so only if all of them take at most an eighth of the global
/// buffer.
void joinParameters(Network &network, const target::TargetModel &target);

/// Plans the memory of a network for the fewest estimated cycles, and the
/// fewest bytes among equals. Also tries plans that use less of the global
/// buffer: any power of two, or three halves of one. The estimate is therefore
/// never worse than the estimate for a smaller buffer of such a size. Reports a
/// stage that cannot be cut to fit. Emits remarks on what is spilled.
FailureOr<MemoryPlan> planMemory(const Network &network,
                                 const target::TargetModel &target,
                                 mlir::Location loc);

} // namespace crania::lowering

#endif // CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_MEMORYPLAN_H
