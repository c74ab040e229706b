// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Logits.h"
#include "crania/Analysis/Softmax.h"
#include "crania/Dialect/Crania/IR/CraniaDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

bool crania::isForeign(Operation *op) {
  return !isa_and_nonnull<arith::ArithDialect, ir::CraniaDialect,
                          linalg::LinalgDialect, math::MathDialect,
                          quant::QuantDialect, tensor::TensorDialect>(
      op->getDialect());
}

/// Returns true for an op of one tensor that no machine can run.
static bool isForeignUnary(Operation *op) {
  return op && crania::isForeign(op) && op->getNumOperands() == 1 &&
         isa<RankedTensorType>(op->getOperand(0).getType());
}

/// Returns the tensor below the outermost reshapes of `value`.
static Value seeThroughReshapes(Value value) {
  while (isa_and_nonnull<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(
      value.getDefiningOp()))
    value = value.getDefiningOp()->getOperand(0);
  return value;
}

Value crania::findLogits(Value result) {
  Value logits = result;
  while (true) {
    if (Value input = findSoftmaxInput(logits))
      return input;
    Operation *op = seeThroughReshapes(logits).getDefiningOp();
    // Reshapes that nothing foreign precedes may as well belong to the
    // iteration.
    if (!isForeignUnary(op))
      return logits;
    logits = op->getOperand(0);
  }
}
