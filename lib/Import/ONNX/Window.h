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

  /// Returns the number of elements that a window spans.
  int64_t extent() const { return (kernel - 1) * dilation + 1; }
  /// Returns the number of elements beyond the input and its pads that the last
  /// window needs. It is positive only if the output size was rounded up.
  int64_t overhang() const;
  /// Returns the number of taps of the window of output `position` that lie in
  /// [low, high), counted in input elements. Element 0 is the first one after
  /// the pad.
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

/// The rounding of the output size if the windows do not cover the input
/// evenly.
enum class Rounding { Down, Up };

/// Reads auto_pad, dilations, pads and strides of `node`, whose first input has
/// the shape N x C x spatial (one or two spatial axes), for a window of size
/// `kernel`.
mlir::FailureOr<Window>
readWindow(const Node &node, llvm::ArrayRef<int64_t> kernel, Rounding rounding);

/// Returns `input` (N x C x H x W) with the padding of `window` around it.
mlir::FailureOr<mlir::Value> padInput(const Node &node, const Window &window,
                                      mlir::Value input, float padding);

/// Returns `shape` (N x C x W or N x C x H x W) with two spatial axes. A shape
/// with one gets a row axis of extent 1.
llvm::SmallVector<int64_t> withTwoSpatialAxes(llvm::ArrayRef<int64_t> shape);

} // namespace crania::importer

#endif // CRANIA_LIB_IMPORT_ONNX_WINDOW_H
