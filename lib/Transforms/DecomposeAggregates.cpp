// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

namespace crania {
#define GEN_PASS_DEF_DECOMPOSEAGGREGATES
#include "crania/Transforms/Passes.h.inc"
} // namespace crania

using namespace mlir;

static LogicalResult decompose(linalg::AggregatedOpInterface op) {
  if (llvm::any_of(op->getOperandTypes(), llvm::IsaPred<BaseMemRefType>))
    return op->emitOpError() << "works on buffers; decompose it before "
                             << "bufferization";
  IRRewriter rewriter(op);
  FailureOr<SmallVector<Value>> results = op.decomposeOperation(rewriter);
  if (failed(results))
    return op->emitOpError() << "cannot be decomposed into structured "
                             << "operations";
  rewriter.replaceOp(op, *results);
  return success();
}

namespace {
struct DecomposeAggregatesPass
    : crania::impl::DecomposeAggregatesBase<DecomposeAggregatesPass> {
  void runOnOperation() override {
    SmallVector<linalg::AggregatedOpInterface> ops;
    getOperation()->walk(
        [&](linalg::AggregatedOpInterface op) { ops.push_back(op); });
    for (linalg::AggregatedOpInterface op : ops)
      if (failed(decompose(op)))
        return signalPassFailure();
  }
};
} // namespace
