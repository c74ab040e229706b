// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Window.h"

#include "llvm/Support/MathExtras.h"

#include <algorithm>

using namespace crania::importer;
using namespace mlir;

/// The largest size of a window. With this bound, products of two sizes do not
/// overflow.
static constexpr int64_t kMaxSize = kMaxElements;

int64_t WindowAxis::overhang() const {
  return std::max<int64_t>(0, (output - 1) * stride + extent() -
                                  (input + padBefore + padAfter));
}

int64_t WindowAxis::tapsWithin(int64_t position, int64_t low,
                               int64_t high) const {
  int64_t start = position * stride - padBefore;
  int64_t first =
      std::max<int64_t>(0, llvm::divideCeilSigned(low - start, dilation));
  int64_t last =
      std::min(kernel, llvm::divideCeilSigned(high - start, dilation));
  return std::max<int64_t>(0, last - first);
}

SmallVector<int64_t>
crania::importer::withTwoSpatialAxes(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> result(shape);
  if (result.size() == 3)
    result.insert(result.begin() + 2, 1);
  return result;
}

/// Reads a list of `count` integers in [lowest, kMaxSize], each `defaultValue`
/// if the attribute is absent.
static LogicalResult readSizes(const Node &node, StringRef name, size_t count,
                               int64_t lowest, int64_t defaultValue,
                               SmallVectorImpl<int64_t> &values) {
  values.assign(count, defaultValue);
  if (failed(node.read(name, values)))
    return failure();
  if (values.size() != count)
    return node.emitAttributeError(name)
           << "must have " << count << " elements";
  for (int64_t value : values)
    if (value < lowest || value > kMaxSize)
      return node.emitAttributeError(name)
             << "is not supported; each element must be " << lowest << " to "
             << kMaxSize;
  return success();
}

/// Sets the pads of `axis` so that the output is the input divided by the
/// stride, rounded up. An odd pad puts its larger half at the end for
/// SAME_UPPER and at the beginning for SAME_LOWER.
static void padToSame(WindowAxis &axis, bool upper) {
  int64_t output = llvm::divideCeilSigned(axis.input, axis.stride);
  int64_t total = std::max<int64_t>(0, (output - 1) * axis.stride +
                                           axis.extent() - axis.input);
  int64_t smaller = total / 2;
  axis.padBefore = upper ? smaller : total - smaller;
  axis.padAfter = total - axis.padBefore;
}

static LogicalResult applyAutoPad(const Node &node,
                                  MutableArrayRef<WindowAxis> axes) {
  std::string mode = "NOTSET";
  if (failed(node.read("auto_pad", mode)))
    return failure();
  if (mode == "NOTSET" || mode.empty())
    return success();
  bool isSame = mode == "SAME_UPPER" || mode == "SAME_LOWER";
  if (!isSame && mode != "VALID")
    return node.emitAttributeError("auto_pad")
           << "is not supported; expected 'NOTSET', 'VALID', 'SAME_UPPER' or "
              "'SAME_LOWER'";
  for (WindowAxis &axis : axes) {
    if (axis.padBefore != 0 || axis.padAfter != 0)
      return node.emitAttributeError("pads")
             << "contradicts attribute 'auto_pad' = '" << mode
             << "'; drop one of them";
    if (isSame)
      padToSame(axis, mode == "SAME_UPPER");
  }
  return success();
}

static LogicalResult computeOutput(const Node &node, WindowAxis &axis,
                                   Rounding rounding) {
  int64_t padded = axis.input + axis.padBefore + axis.padAfter;
  int64_t steps = padded - axis.extent();
  if (steps < 0)
    return node.emitError()
           << "a window of " << axis.extent()
           << " elements does not fit into the padded input of " << padded
           << " elements";
  axis.output = steps / axis.stride + 1;
  if (rounding == Rounding::Down || steps % axis.stride == 0)
    return success();
  // A window that would start in the end padding is dropped.
  if (axis.output * axis.stride < axis.input + axis.padBefore)
    ++axis.output;
  return success();
}

FailureOr<Window> crania::importer::readWindow(const Node &node,
                                               ArrayRef<int64_t> kernel,
                                               Rounding rounding) {
  SmallVector<int64_t> shape = node.shape(0);
  ArrayRef<int64_t> spatial = ArrayRef<int64_t>(shape).drop_front(2);
  size_t count = spatial.size();
  SmallVector<int64_t> strides, dilations, pads;
  if (failed(readSizes(node, "strides", count, 1, 1, strides)) ||
      failed(readSizes(node, "dilations", count, 1, 1, dilations)) ||
      failed(readSizes(node, "pads", 2 * count, 0, 0, pads)))
    return failure();

  Window window;
  window.isOneDimensional = count == 1;
  auto axes = MutableArrayRef<WindowAxis>(window.axes).take_back(count);
  for (auto [i, axis] : llvm::enumerate(axes)) {
    axis.input = spatial[i];
    axis.kernel = kernel[i];
    axis.stride = strides[i];
    axis.dilation = dilations[i];
    axis.padBefore = pads[i];
    axis.padAfter = pads[count + i];
  }
  if (failed(applyAutoPad(node, axes)))
    return failure();
  for (WindowAxis &axis : axes)
    if (failed(computeOutput(node, axis, rounding)))
      return failure();
  return window;
}

FailureOr<Value> crania::importer::padInput(const Node &node,
                                            const Window &window, Value input,
                                            float padding) {
  SmallVector<int64_t> low(2, 0), high(2, 0), padded(shapeOf(input));
  for (auto [i, axis] : llvm::enumerate(window.axes)) {
    low.push_back(axis.padBefore);
    high.push_back(axis.padAfter + axis.overhang());
    padded[2 + i] += low.back() + high.back();
  }
  if (failed(countElements(padded)))
    return node.emitError() << "the padded input of shape "
                            << formatShape(padded) << " is too large; at most "
                            << kMaxElements << " elements are supported";
  return node.emit.pad(input, low, high, padding);
}
