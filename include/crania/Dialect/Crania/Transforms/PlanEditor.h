// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DIALECT_CRANIA_TRANSFORMS_PLANEDITOR_H
#define CRANIA_DIALECT_CRANIA_TRANSFORMS_PLANEDITOR_H

#include "crania/Dialect/Crania/IR/CraniaOps.h"

namespace crania::ir {

/// The plan of a `crania.iterate`, to be read, changed and written back. It has
/// an entry per weight symbol, in the order in which the body uses them, and a
/// segment per cluster in each.
class PlanEditor {
public:
  /// The decisions about one segment.
  struct Segment {
    EncodingAttrInterface encoding;
    Decision<int64_t> bytes;
    Decision<Residency> residency;
    Decision<int64_t> storeOffset;
    Decision<int64_t> address;
  };

  struct Entry {
    WeightsOp weights;
    /// The op that materializes the weights in the body.
    MaterializeOp materialize;
    llvm::SmallVector<Segment> segments;
  };

  /// Reads the plan. Fails if the body reads weights twice, or reads weights
  /// that are not a symbol.
  static mlir::FailureOr<PlanEditor> read(IterateOp iterate);

  llvm::MutableArrayRef<Entry> getEntries() { return entries; }

  /// Writes the plan back to the op.
  void write();

  /// Checks that every segment has its encoded bytes. The diagnostic of a
  /// failure names the pass to run.
  llvm::LogicalResult requireBytes();

private:
  explicit PlanEditor(IterateOp iterate) : iterate(iterate) {}

  IterateOp iterate;
  llvm::SmallVector<Entry> entries;
};

/// Returns the machine that `iterate` is compiled for. Fails with a diagnostic
/// if there is none.
mlir::FailureOr<target::TargetModel> getTargetModel(IterateOp iterate);

} // namespace crania::ir

#endif // CRANIA_DIALECT_CRANIA_TRANSFORMS_PLANEDITOR_H
