// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Logits.h"
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

/// Returns true for ops that the host may apply to the logits behind the
/// iteration.
static bool staysWithHost(Operation *op) {
  return isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op) ||
         (crania::isForeign(op) && op->getNumOperands() == 1 &&
          isa<RankedTensorType>(op->getOperand(0).getType()));
}

Value crania::findLogits(Value result) {
  Value value = result, logits = result;
  while (Operation *op = value.getDefiningOp()) {
    if (auto softmax = dyn_cast<linalg::SoftmaxOp>(op))
      return softmax.getInput();
    if (!staysWithHost(op))
      break;
    value = op->getOperand(0);
    // Reshapes without a softmax before them may belong to the iteration.
    if (isForeign(op))
      logits = value;
  }
  return logits;
}
