// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The importers of Softmax and LogSoftmax.

#include "Operators.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include "llvm/ADT/STLExtras.h"

#include <limits>

using namespace crania::importer;
using namespace mlir;

/// The first opset in which Softmax works along `axis` (the last one by
/// default). Before it, Softmax views its input as a matrix whose rows begin at
/// `axis` (1 by default).
static constexpr int64_t kSoftmaxAlongAxisOpset = 13;

static Value softmaxAlongLastAxis(Emitter &emit, Value input) {
  ArrayRef<int64_t> shape = shapeOf(input);
  return linalg::SoftmaxOp::create(emit.getBuilder(), input.getType(), input,
                                   emit.empty(shape), shape.size() - 1)
      .getResult()
      .front();
}

/// Returns the input as a matrix whose rows begin at `axis`.
static Value rowsFrom(const Node &node, int64_t axis) {
  SmallVector<int64_t> shape = node.shape(0);
  int64_t rows = llvm::product_of(ArrayRef<int64_t>(shape).take_front(axis));
  int64_t columns = llvm::product_of(ArrayRef<int64_t>(shape).drop_front(axis));
  return node.emit.reshape(node.value(0), {rows, columns});
}

static Value softmaxOfRows(const Node &node, int64_t axis) {
  return node.emit.reshape(
      softmaxAlongLastAxis(node.emit, rowsFrom(node, axis)), node.shape(0));
}

static Value softmaxAlong(const Node &node, int64_t axis) {
  int64_t last = node.rank(0) - 1;
  if (axis == last)
    return softmaxAlongLastAxis(node.emit, node.value(0));
  auto swapped = llvm::to_vector(llvm::seq<int64_t>(0, last + 1));
  std::swap(swapped[axis], swapped[last]);
  Value moved = node.emit.transpose(node.value(0), swapped);
  return node.emit.transpose(softmaxAlongLastAxis(node.emit, moved), swapped);
}

/// Reads the attribute `axis`, and sets `alongAxis` to its meaning in the
/// opset.
static FailureOr<int64_t> readSoftmaxAxis(const Node &node, bool &alongAxis) {
  alongAxis = node.opset() >= kSoftmaxAlongAxisOpset;
  int64_t axis = alongAxis ? -1 : 1;
  if (failed(
          node.readAxis("axis", node.rank(0), axis, /*inclusive=*/!alongAxis)))
    return failure();
  return axis;
}

FailureOr<Tensor> crania::importer::importSoftmax(const Node &node) {
  bool alongAxis;
  FailureOr<int64_t> axis = readSoftmaxAxis(node, alongAxis);
  if (failed(axis))
    return failure();
  return Tensor(alongAxis ? softmaxAlong(node, *axis)
                          : softmaxOfRows(node, *axis));
}

/// Returns x - max(x) - log(sum(exp(x - max(x)))). This is finite even if the
/// softmax is too small for a float, whose logarithm is not finite.
static Value logSoftmax(Emitter &emit, Value x, int64_t axis) {
  SmallVector<int64_t> shape(shapeOf(x));
  SmallVector<bool> isReduced(shape.size());
  isReduced[axis] = true;
  auto subtract = [&](Value a, Value b) {
    return emit.broadcasting(
        a, b, shape,
        [](OpBuilder &nested, Location loc, ValueRange y) -> Value {
          return arith::SubFOp::create(nested, loc, y[0], y[1]);
        });
  };
  Value maximum = emit.reduceKeepingDims<arith::MaximumFOp>(
      x, isReduced, -std::numeric_limits<float>::infinity());
  Value shifted = subtract(x, maximum);
  Value sum = emit.reduceKeepingDims<arith::AddFOp>(
      emit.unary<math::ExpOp>(shifted), isReduced, 0.0f);
  return subtract(shifted, emit.unary<math::LogOp>(sum));
}

FailureOr<Tensor> crania::importer::importLogSoftmax(const Node &node) {
  bool alongAxis;
  FailureOr<int64_t> axis = readSoftmaxAxis(node, alongAxis);
  if (failed(axis))
    return failure();
  if (alongAxis)
    return Tensor(logSoftmax(node.emit, node.value(0), *axis));
  Value matrix = rowsFrom(node, *axis);
  return Tensor(
      node.emit.reshape(logSoftmax(node.emit, matrix, 1), node.shape(0)));
}
