// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The importers of ReduceMax and ReduceSum.

#include "Operators.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include "llvm/ADT/STLExtras.h"

#include <limits>

using namespace crania::importer;
using namespace mlir;

/// Reads the axes to reduce. They are an attribute before opset `inputOpset`,
/// and an operand from it on. If no axes are given, all are reduced, unless the
/// node says that none are.
static FailureOr<SmallVector<bool>> readAxes(const Node &node,
                                             int64_t inputOpset) {
  SmallVector<int64_t> axes;
  if (node.opset() < inputOpset && node.numInputs() > 1)
    return node.emitError()
           << "has " << node.numInputs()
           << " inputs; its axes are an attribute in opset " << node.opset();
  if (failed(node.read("axes", axes)))
    return failure();
  if (node.hasInput(1)) {
    FailureOr<SmallVector<int64_t>> list = node.readConstantIntegers(1, "axes");
    if (failed(list))
      return failure();
    axes = *list;
  }
  int64_t reduceNone = 0;
  if (failed(node.read("noop_with_empty_axes", reduceNone)))
    return failure();
  int64_t rank = node.rank(0);
  SmallVector<bool> isReduced(rank, axes.empty() && reduceNone == 0);
  for (int64_t axis : axes) {
    int64_t position = axis < 0 ? axis + rank : axis;
    if (position < 0 || position >= rank)
      return node.emitError() << "axis " << axis
                              << " is not an axis of a tensor of rank " << rank;
    isReduced[position] = true;
  }
  return isReduced;
}

template <typename Combine>
static FailureOr<Tensor> importReduction(const Node &node, int64_t inputOpset,
                                         float start) {
  int64_t keepDims = 1;
  FailureOr<SmallVector<bool>> isReduced = readAxes(node, inputOpset);
  if (failed(isReduced) || failed(node.read("keepdims", keepDims)))
    return failure();
  if (llvm::none_of(*isReduced, [](bool reduced) { return reduced; }))
    return node.input(0);
  Value input = node.value(0);
  return Tensor(
      keepDims ? node.emit.reduceKeepingDims<Combine>(input, *isReduced, start)
               : node.emit.reduce<Combine>(input, *isReduced, start));
}

FailureOr<Tensor> crania::importer::importReduceMax(const Node &node) {
  return importReduction<arith::MaximumFOp>(
      node, /*inputOpset=*/18, -std::numeric_limits<float>::infinity());
}

FailureOr<Tensor> crania::importer::importReduceSum(const Node &node) {
  return importReduction<arith::AddFOp>(node, /*inputOpset=*/13, 0.0f);
}
