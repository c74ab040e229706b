// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The importers of AveragePool, GlobalAveragePool and MaxPool.

#include "Operators.h"
#include "Window.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

#include "llvm/ADT/STLExtras.h"

#include <limits>

using namespace crania::importer;
using namespace mlir;

static FailureOr<Window> readPoolingWindow(const Node &node) {
  if (failed(node.requireRank(0, 3, 4)))
    return failure();
  size_t count = node.rank(0) - 2;
  SmallVector<int64_t> kernel;
  if (!node.hasAttribute("kernel_shape"))
    return node.emitError() << "lacks the required attribute 'kernel_shape'";
  if (failed(node.read("kernel_shape", kernel)))
    return failure();
  auto isIllegal = [](int64_t size) { return size < 1 || size > kMaxElements; };
  if (kernel.size() != count || llvm::any_of(kernel, isIllegal))
    return node.emitAttributeError("kernel_shape")
           << "must be " << count << " sizes from 1 to " << kMaxElements;
  int64_t roundUp = 0;
  if (failed(node.read("ceil_mode", roundUp)))
    return failure();
  return readWindow(node, kernel, roundUp ? Rounding::Up : Rounding::Down);
}

/// Returns the number of taps of the window at `position` that hold input
/// elements.
static int64_t countValidTaps(const WindowAxis &axis, int64_t position) {
  return axis.tapsWithin(position, 0, axis.input);
}

/// Fails if a window has no input elements, because it has no maximum and no
/// average. Only windows at the borders can lack them.
static LogicalResult requireValidTaps(const Node &node, const Window &window) {
  for (const WindowAxis &axis : window.axes)
    for (int64_t position = 0; position < axis.output; ++position)
      if (countValidTaps(axis, position) == 0)
        return node.emitAttributeError("pads")
               << "is not supported: a window lies wholly in the padding";
  return success();
}

/// Returns the sum or maximum over the windows of `input`, which is already
/// padded.
template <typename PoolingOp>
static Value emitPooling(Emitter &emit, const Window &window, Value input,
                         float init) {
  ImplicitLocOpBuilder &builder = emit.getBuilder();
  SmallVector<int64_t> shape = {shapeOf(input)[0], shapeOf(input)[1],
                                window.axes[0].output, window.axes[1].output};
  Value taps = emit.empty({window.axes[0].kernel, window.axes[1].kernel});
  Value output = emit.filled(shape, init);
  return PoolingOp::create(builder, TypeRange{output.getType()},
                           ValueRange{input, taps}, ValueRange{output},
                           builder.getI64TensorAttr(window.strides()),
                           builder.getI64TensorAttr(window.dilations()))
      .getResult(0);
}

template <typename PoolingOp>
static FailureOr<Value> padAndPool(const Node &node, const Window &window,
                                   float neutral) {
  Value input =
      node.emit.reshape(node.value(0), withTwoSpatialAxes(node.shape(0)));
  FailureOr<Value> padded = padInput(node, window, input, neutral);
  if (failed(padded))
    return failure();
  return emitPooling<PoolingOp>(node.emit, window, *padded, neutral);
}

/// Drops the row axis of a 1-D pooling.
static Tensor restoreRank(const Node &node, const Window &window,
                          Value pooled) {
  if (!window.isOneDimensional)
    return pooled;
  return node.emit.reshape(
      pooled, {shapeOf(pooled)[0], shapeOf(pooled)[1], shapeOf(pooled)[3]});
}

FailureOr<Tensor> crania::importer::importMaxPool(const Node &node) {
  FailureOr<Window> window = readPoolingWindow(node);
  if (failed(window) || failed(requireValidTaps(node, *window)))
    return failure();
  constexpr float kNeutral = -std::numeric_limits<float>::infinity();
  FailureOr<Value> maximum =
      padAndPool<linalg::PoolingNchwMaxOp>(node, *window, kNeutral);
  if (failed(maximum))
    return failure();
  return restoreRank(node, *window, *maximum);
}

/// Returns the divisors along one axis, which are the numbers of taps of each
/// window that count.
static SmallVector<int64_t> countDivisors(const WindowAxis &axis,
                                          bool includePads) {
  SmallVector<int64_t> counts;
  for (int64_t position = 0; position < axis.output; ++position)
    counts.push_back(includePads ? axis.tapsWithin(position, -axis.padBefore,
                                                   axis.input + axis.padAfter)
                                 : countValidTaps(axis, position));
  return counts;
}

/// Multiplies each window's sum by the reciprocal of its own divisor.
static Value scalePerPosition(const Node &node, Value sum,
                              ArrayRef<int64_t> rows,
                              ArrayRef<int64_t> columns) {
  std::vector<float> reciprocals;
  reciprocals.reserve(rows.size() * columns.size());
  for (int64_t row : rows)
    for (int64_t column : columns)
      reciprocals.push_back(1.0f / static_cast<float>(row * column));
  int64_t height = rows.size(), width = columns.size();
  Value factors = node.emit.value(
      ConstantTensor::fromFloats(node.outputName().str() + ".reciprocals",
                                 {height, width}, std::move(reciprocals)));
  ImplicitLocOpBuilder &builder = node.emit.getBuilder();
  AffineMap identity = builder.getMultiDimIdentityMap(4);
  return node.emit.elementwise(
      {sum, factors}, {identity, identity.getMinorSubMap(2)}, shapeOf(sum),
      [](OpBuilder &nested, Location loc, ValueRange x) -> Value {
        return arith::MulFOp::create(nested, loc, x[0], x[1]);
      });
}

/// Fails if the plane is too large. Divisors are computed per position, so a
/// damaged size must not lead to billions of them.
static LogicalResult requireModeratePlane(const Node &node,
                                          const Window &window) {
  constexpr int64_t kMaxPlane = int64_t(1) << 22;
  int64_t rows = window.axes[0].output, columns = window.axes[1].output;
  if (rows <= kMaxPlane && columns <= kMaxPlane && rows * columns <= kMaxPlane)
    return success();
  return node.emitError() << "the result has " << rows << "x" << columns
                          << " positions; at most " << kMaxPlane
                          << " are supported";
}

FailureOr<Tensor> crania::importer::importAveragePool(const Node &node) {
  FailureOr<Window> window = readPoolingWindow(node);
  int64_t includePads = 0;
  if (failed(window) || failed(node.read("count_include_pad", includePads)) ||
      failed(requireModeratePlane(node, *window)) ||
      failed(requireValidTaps(node, *window)))
    return failure();
  FailureOr<Value> sum =
      padAndPool<linalg::PoolingNchwSumOp>(node, *window, 0.0f);
  if (failed(sum))
    return failure();

  SmallVector<int64_t> rows = countDivisors(window->axes[0], includePads);
  SmallVector<int64_t> columns = countDivisors(window->axes[1], includePads);
  bool isUniform = llvm::all_equal(rows) && llvm::all_equal(columns);
  Value average =
      isUniform ? node.emit.scale(
                      *sum, 1.0f / static_cast<float>(rows[0] * columns[0]))
                : scalePerPosition(node, *sum, rows, columns);
  return restoreRank(node, *window, average);
}

/// Sums `input` over all its axes but the first two.
static Value sumSpatialAxes(Emitter &emit, Value input) {
  ImplicitLocOpBuilder &builder = emit.getBuilder();
  ArrayRef<int64_t> shape = shapeOf(input);
  AffineMap identity = builder.getMultiDimIdentityMap(shape.size());
  SmallVector<utils::IteratorType> iterators(shape.size(),
                                             utils::IteratorType::reduction);
  iterators[0] = iterators[1] = utils::IteratorType::parallel;
  Value init = emit.filled(shape.take_front(2), 0.0f);
  auto body = [](OpBuilder &nested, Location loc, ValueRange x) {
    Value sum = arith::AddFOp::create(nested, loc, x[0], x[1]);
    linalg::YieldOp::create(nested, loc, sum);
  };
  return linalg::GenericOp::create(
             builder, init.getType(), input, init,
             ArrayRef<AffineMap>{identity, identity.getMajorSubMap(2)},
             iterators, body)
      .getResult(0);
}

FailureOr<Tensor> crania::importer::importGlobalAveragePool(const Node &node) {
  if (failed(node.requireRank(0, 3, 4)))
    return failure();
  SmallVector<int64_t> shape = node.shape(0);
  int64_t count = llvm::product_of(ArrayRef<int64_t>(shape).drop_front(2));
  Value average = node.emit.scale(sumSpatialAxes(node.emit, node.value(0)),
                                  1.0f / static_cast<float>(count));
  std::fill(shape.begin() + 2, shape.end(), 1);
  return Tensor(node.emit.reshape(average, shape));
}
