// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Logits.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

Value crania::findLogits(Value result) {
  Value value = result;
  while (Operation *op = value.getDefiningOp()) {
    if (auto softmax = dyn_cast<linalg::SoftmaxOp>(op))
      return softmax.getInput();
    if (!isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op))
      break;
    value = op->getOperand(0);
  }
  return result;
}
