// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "NormalizeBody.h"
#include "crania/Dialect/Crania/Transforms/Normalize.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace crania;
using namespace crania::lowering;

/// Returns true if pure ops compute `value` from constants. Adds these ops to
/// `slice`, operands first.
static bool isComputedFromConstants(Value value,
                                    llvm::SetVector<Operation *> &slice) {
  Operation *op = value.getDefiningOp();
  if (!op || !isPure(op) || op->getNumRegions() > 1)
    return false;
  if (slice.contains(op))
    return true;
  for (Value operand : op->getOperands())
    if (!isComputedFromConstants(operand, slice))
      return false;
  slice.insert(op);
  return true;
}

/// Moves constants back into the body. LICM hoists values that do not depend on
/// the round. Those that do not depend on the input either are constants of the
/// machine.
static void sinkConstants(ir::IterateOp iterate) {
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(iterate.getBody(), captured);
  OpBuilder builder = OpBuilder::atBlockBegin(&iterate.getBody().front());
  IRMapping mapping;
  for (Value value : captured) {
    llvm::SetVector<Operation *> slice;
    if (!isComputedFromConstants(value, slice))
      continue;
    for (Operation *op : slice)
      if (!mapping.contains(op->getResult(0)))
        builder.clone(*op, mapping);
    replaceAllUsesInRegionWith(value, mapping.lookup(value), iterate.getBody());
  }
}

/// Decomposes softmax. The machine has no such operation, but it has all the
/// operations that softmax consists of.
static void decomposeAggregates(ir::IterateOp iterate) {
  IRRewriter rewriter(iterate.getContext());
  for (auto op : llvm::make_early_inc_range(
           iterate.getOps<linalg::AggregatedOpInterface>())) {
    rewriter.setInsertionPoint(op);
    FailureOr<SmallVector<Value>> results = op.decomposeOperation(rewriter);
    if (succeeded(results))
      rewriter.replaceOp(op, *results);
  }
}

LogicalResult crania::lowering::normalizeBody(ir::IterateOp iterate) {
  sinkConstants(iterate);
  decomposeAggregates(iterate);
  return normalizeStructuredOps(iterate.getBody().front());
}
