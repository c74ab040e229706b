// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The geometry of sliding windows: convolutions and poolings.

#ifndef CRANIA_LIB_IMPORT_ONNX_WINDOW_H
#define CRANIA_LIB_IMPORT_ONNX_WINDOW_H

#include "Node.h"

namespace crania::importer {

/// One spatial axis of a sliding window, in elements.
struct WindowAxis {
  int64_t input = 1;
  int64_t kernel = 1;
  int64_t stride = 1;
  int64_t dilation = 1;
  int64_t padBefore = 0;
  int64_t padAfter = 0;
  int64_t output = 1;

  /// The elements that a window spans.
  int64_t extent() const { return (kernel - 1) * dilation + 1; }
  /// How many elements beyond the input and its pads the last window needs;
  /// positive only when the output size was rounded up.
  int64_t overhang() const;
  /// How many taps of the window of output `position` lie in [low, high),
  /// counted in input elements (0 is the first element after the pad).
  int64_t tapsWithin(int64_t position, int64_t low, int64_t high) const;
};

/// The two spatial axes, rows and columns; a 1-D window has one row.
struct Window {
  WindowAxis axes[2];
  bool isOneDimensional = false;

  llvm::SmallVector<int64_t> strides() const {
    return {axes[0].stride, axes[1].stride};
  }
  llvm::SmallVector<int64_t> dilations() const {
    return {axes[0].dilation, axes[1].dilation};
  }
};

/// How the output size is rounded if the windows do not cover the input evenly.
enum class Rounding { Down, Up };

/// Reads auto_pad, dilations, pads and strides of `node`, whose first input has
/// the shape N x C x spatial (one or two spatial axes), for a window of size
/// `kernel`.
mlir::FailureOr<Window>
readWindow(const Node &node, llvm::ArrayRef<int64_t> kernel, Rounding rounding);

/// `input` (N x C x H x W) surrounded with `padding` as `window` demands.
mlir::FailureOr<mlir::Value> padInput(const Node &node, const Window &window,
                                      mlir::Value input, float padding);

/// `shape` (N x C x W or N x C x H x W) with a row axis of one if it has none.
llvm::SmallVector<int64_t> withTwoSpatialAxes(llvm::ArrayRef<int64_t> shape);

} // namespace crania::importer

#endif // CRANIA_LIB_IMPORT_ONNX_WINDOW_H
