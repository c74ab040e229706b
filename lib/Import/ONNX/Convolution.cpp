// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The importer of Conv.

#include "Operators.h"
#include "Window.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

#include "llvm/ADT/STLExtras.h"

using namespace crania::importer;
using namespace mlir;

namespace {
/// The sizes of a convolution of one image.
struct ConvShape {
  int64_t groups = 1;
  int64_t inputChannels = 0;
  int64_t filters = 0;
  Window window;

  SmallVector<int64_t> result() const {
    return {1, filters, window.axes[0].output, window.axes[1].output};
  }
};
} // namespace

/// The operands of Conv are X (N x C x spatial), W (F x C/group x kernel) and,
/// if present, B (F).
static LogicalResult checkOperandShapes(const Node &node, ConvShape &conv) {
  if (failed(node.requireRank(0, 3, 4)) ||
      failed(node.requireRank(1, node.rank(0), node.rank(0))) ||
      failed(node.read("group", conv.groups)))
    return failure();
  SmallVector<int64_t> x = node.shape(0), w = node.shape(1);
  conv.inputChannels = x[1];
  conv.filters = w[0];
  if (x[0] != 1)
    return node.emitError() << "input '" << node.proto.input(0)
                            << "' has batch size " << x[0] << "; expected 1";
  if (conv.groups < 1 || conv.filters % conv.groups != 0 ||
      conv.inputChannels % conv.groups != 0)
    return node.emitAttributeError("group")
           << "does not divide the " << conv.inputChannels
           << " input channels and the " << conv.filters << " filters";
  if (w[1] * conv.groups != conv.inputChannels)
    return node.emitError()
           << "weights '" << node.proto.input(1) << "' of shape "
           << formatShape(w) << " expect " << w[1] * conv.groups
           << " input channels in " << conv.groups << " groups, the input has "
           << conv.inputChannels;
  if (node.hasInput(2) && node.shape(2) != ArrayRef<int64_t>(conv.filters))
    return node.emitError() << "bias '" << node.proto.input(2) << "' has shape "
                            << formatShape(node.shape(2))
                            << "; expected one element for each of the "
                            << conv.filters << " filters";
  return success();
}

static LogicalResult checkKernelShape(const Node &node,
                                      ArrayRef<int64_t> kernel) {
  SmallVector<int64_t> declared(kernel);
  if (failed(node.read("kernel_shape", declared)))
    return failure();
  if (ArrayRef<int64_t>(declared) != kernel)
    return node.emitAttributeError("kernel_shape")
           << "contradicts the weights of shape " << formatShape(node.shape(1));
  return success();
}

/// Emits the initial sums: the bias of each filter, or zero. `otherDims` are
/// the dimensions of `shape` other than that of the filters.
static Value emitInit(const Node &node, ArrayRef<int64_t> shape,
                      ArrayRef<int64_t> filterDims,
                      ArrayRef<int64_t> otherDims) {
  if (!node.hasInput(2))
    return node.emit.filled(shape, 0.0f);
  return node.emit.broadcastAlong(node.emit.reshape(node.input(2), filterDims),
                                  shape, otherDims);
}

template <typename ConvOp>
static Value emitConvolution(Emitter &emit, const Window &window, Value input,
                             Value weights, Value init) {
  ImplicitLocOpBuilder &builder = emit.getBuilder();
  return ConvOp::create(builder, TypeRange{init.getType()},
                        ValueRange{input, weights}, ValueRange{init},
                        builder.getI64TensorAttr(window.strides()),
                        builder.getI64TensorAttr(window.dilations()))
      .getResult(0);
}

static Value emitUngrouped(const Node &node, const ConvShape &conv,
                           Value input) {
  SmallVector<int64_t> shape = conv.result();
  Value weights = node.emit.value(
      node.emit.reshape(node.input(1), withTwoSpatialAxes(node.shape(1))));
  Value init = emitInit(node, shape, {conv.filters}, {0, 2, 3});
  return emitConvolution<linalg::Conv2DNchwFchwOp>(node.emit, conv.window,
                                                   input, weights, init);
}

/// Splits the channels and the filters into groups and concatenates the
/// results.
static Value emitGrouped(const Node &node, const ConvShape &conv, Value input) {
  Emitter &emit = node.emit;
  int64_t groups = conv.groups, filtersPerGroup = conv.filters / groups,
          channelsPerGroup = conv.inputChannels / groups;
  auto split = [&](ArrayRef<int64_t> spatial, ArrayRef<int64_t> leading) {
    SmallVector<int64_t> shape(leading);
    llvm::append_range(shape, spatial.take_back(2));
    return shape;
  };
  SmallVector<int64_t> result = conv.result();
  SmallVector<int64_t> kernel = withTwoSpatialAxes(node.shape(1));
  SmallVector<int64_t> groupedResult =
      split(result, {1, groups, filtersPerGroup});
  Value groupedInput =
      emit.reshape(input, split(shapeOf(input), {1, groups, channelsPerGroup}));
  Value weights = emit.value(
      emit.reshape(node.input(1),
                   split(kernel, {groups, filtersPerGroup, channelsPerGroup})));
  Value init =
      emitInit(node, groupedResult, {groups, filtersPerGroup}, {0, 3, 4});
  return emit.reshape(emitConvolution<linalg::Conv2DNgchwGfchwOp>(
                          emit, conv.window, groupedInput, weights, init),
                      result);
}

FailureOr<Tensor> crania::importer::importConv(const Node &node) {
  ConvShape conv;
  if (failed(checkOperandShapes(node, conv)))
    return failure();
  SmallVector<int64_t> weightShape = node.shape(1);
  ArrayRef<int64_t> kernel = ArrayRef<int64_t>(weightShape).drop_front(2);
  if (failed(checkKernelShape(node, kernel)))
    return failure();
  FailureOr<Window> window = readWindow(node, kernel, Rounding::Down);
  if (failed(window))
    return failure();
  conv.window = *window;

  Value input =
      node.emit.reshape(node.value(0), withTwoSpatialAxes(node.shape(0)));
  FailureOr<Value> padded = padInput(node, conv.window, input, 0.0f);
  if (failed(padded))
    return failure();
  Value result = conv.groups == 1 ? emitUngrouped(node, conv, *padded)
                                  : emitGrouped(node, conv, *padded);
  if (conv.window.isOneDimensional)
    result = node.emit.reshape(result,
                               {1, conv.filters, conv.window.axes[1].output});
  return Tensor(result);
}
