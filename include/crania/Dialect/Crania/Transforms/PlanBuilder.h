// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DIALECT_CRANIA_TRANSFORMS_PLANBUILDER_H
#define CRANIA_DIALECT_CRANIA_TRANSFORMS_PLANBUILDER_H

#include "crania/Dialect/Crania/IR/CraniaOps.h"

namespace crania::ir {

/// The plan of a `crania.iterate`, to be read, changed and written back: per
/// weight symbol, in the order in which the body uses them, a segment per
/// cluster.
class PlanBuilder {
public:
  /// The decisions of one segment.
  struct Segment {
    LayoutAttrInterface layout;
    Decision<int64_t> bytes;
    Decision<Residency> residency;
    Decision<int64_t> storeOffset;
    Decision<int64_t> address;
  };

  struct Entry {
    WeightsOp weights;
    /// The op that materializes them in the body.
    MaterializeOp materialize;
    llvm::SmallVector<Segment> segments;
  };

  /// Reads the plan; fails if the body reads weights twice or reads something
  /// that is no symbol.
  static mlir::FailureOr<PlanBuilder> read(IterateOp iterate);

  llvm::MutableArrayRef<Entry> getEntries() { return entries; }

  /// Writes the plan back to the op.
  void write();

  /// Fails with a diagnostic that names the pass to run unless every segment
  /// has its encoded bytes.
  llvm::LogicalResult requireBytes();

private:
  explicit PlanBuilder(IterateOp iterate) : iterate(iterate) {}

  IterateOp iterate;
  llvm::SmallVector<Entry> entries;
};

/// The machine `iterate` is compiled for; without one, fails with a diagnostic.
mlir::FailureOr<target::TargetModel> getTargetModel(IterateOp iterate);

} // namespace crania::ir

#endif // CRANIA_DIALECT_CRANIA_TRANSFORMS_PLANBUILDER_H
