// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_PROGRAMIMAGE_H
#define CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_PROGRAMIMAGE_H

#include "Network.h"
#include "mlir/IR/AsmState.h"

namespace crania::lowering {

/// The content that a program ships in DRAM, and the places of its parts.
struct ProgramImage {
  mlir::AsmResourceBlob blob;
  /// Per weight tensor, a segment per cluster.
  std::vector<SmallVector<hw::SegmentAttr>> segments;
  /// Per storage, the first byte of its contents in each round, or one entry if
  /// they are the same in all rounds. Empty if the storage is not a parameter.
  std::vector<SmallVector<uint64_t>> parameters;
};

/// Encodes the weights as the plan of `iterate` says, and appends the
/// parameters. Reports a plan that is incomplete or belongs to other weights.
FailureOr<ProgramImage> buildImage(ir::IterateOp iterate,
                                   const Network &network,
                                   const target::TargetModel &target);

} // namespace crania::lowering

#endif // CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_PROGRAMIMAGE_H
