// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_ANALYSIS_CONTRACTION_H
#define CRANIA_ANALYSIS_CONTRACTION_H

#include "crania/Layout/Tiling.h"
#include "crania/Target/TargetModel.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace crania {

/// A convolution or matrix product of one operand with weights, in the form the
/// PE array computes it, whatever the memory order of its tensors:
///
///   out[g*outputs + m, y, x] += sum over c, i, j of W[g, m, c, i, j]
///       * in[g*channels + c, y*strideH + i*dilationH, x*strideW + j*dilationW]
///
/// A matrix product is the case of a 1x1 kernel, one row, and its rows as
/// columns of the plane. Strides named ...Stride count elements of the
/// row-major tensor. The batch is 1.
struct Contraction {
  mlir::linalg::LinalgOp op;
  mlir::OpOperand *input = nullptr;
  mlir::OpOperand *weights = nullptr;

  int64_t groups = 1, outputs = 1, channels = 1, kernelH = 1, kernelW = 1;
  int64_t strideH = 1, strideW = 1, dilationH = 1, dilationW = 1;

  /// Where element (g, m, c, i, j) of the weights is in their tensor.
  struct WeightStrides {
    int64_t group = 0, output = 0, channel = 0, row = 0, column = 0;
  } weightStrides;

  /// A tensor as channels x height x width.
  struct Plane {
    int64_t channels = 1, height = 1, width = 1;
    int64_t channelStride = 0, rowStride = 0, columnStride = 0;
  } inputPlane, outputPlane;

  int64_t depth() const { return channels * kernelH * kernelW; }

  /// How the PE array of a machine cuts the weights.
  layout::Tiling tiling(const target::TargetModel &target) const;

  /// Element (g, m, d) of the (group, output, depth) matrix is at index
  /// rowStart(g, m) + depthOffsets()[d] of the weight tensor.
  int64_t rowStart(int64_t group, int64_t output) const {
    return group * weightStrides.group + output * weightStrides.output;
  }
  llvm::SmallVector<int64_t> depthOffsets() const;
};

/// Reads `op` as a contraction with the weights `weights`, one of its two
/// inputs. Fails, with the reason in `why`, if the PE array has no such form.
mlir::FailureOr<Contraction> analyzeContraction(mlir::linalg::LinalgOp op,
                                                mlir::Value weights,
                                                std::string &why);

/// True if `op` multiplies and adds two operands: something the PE array may
/// do, given weights.
bool isContractionLike(mlir::linalg::LinalgOp op);

} // namespace crania

#endif // CRANIA_ANALYSIS_CONTRACTION_H
