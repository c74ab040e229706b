// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_ANALYSIS_CONTRACTION_H
#define CRANIA_ANALYSIS_CONTRACTION_H

#include "crania/Encoding/Tiling.h"
#include "crania/Support/Result.h"
#include "crania/Target/TargetModel.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace crania {

/// A convolution or matrix product of one operand with weights, in the form
/// that the PE array computes. The memory order of the tensors is free:
///
///   out[g*outputs + m, y, x] += sum over c, i, j of W[g, m, c, i, j]
///       * in[g*channels + c, y*strideH + i*dilationH, x*strideW + j*dilationW]
///
/// A matrix product has a 1x1 kernel and one row; its rows are the columns of
/// the plane. Strides named ...Stride count elements of the row-major tensor.
/// The batch is 1.
struct Contraction {
  mlir::linalg::LinalgOp op;
  mlir::OpOperand *input = nullptr;
  mlir::OpOperand *weights = nullptr;

  int64_t groups = 1, outputs = 1, channels = 1, kernelH = 1, kernelW = 1;
  int64_t strideH = 1, strideW = 1, dilationH = 1, dilationW = 1;

  /// Strides of the weight tensor: they give the place of element (g, m, c, i,
  /// j).
  struct WeightStrides {
    int64_t group = 0, output = 0, channel = 0, row = 0, column = 0;
  } weightStrides;

  /// A tensor as channels x height x width.
  struct Plane {
    int64_t channels = 1, height = 1, width = 1;
    int64_t channelStride = 0, rowStride = 0, columnStride = 0;
  } inputPlane, outputPlane;

  int64_t depth() const { return channels * kernelH * kernelW; }

  /// Returns the tiling by which the PE array of a machine cuts the weights.
  encoding::Tiling tiling(const target::TargetModel &target) const;

  /// Returns the start of a row of the (group, output, depth) matrix. Element
  /// (g, m, d) is at index rowStart(g, m) + depthOffsets()[d] of the weight
  /// tensor.
  int64_t rowStart(int64_t group, int64_t output) const {
    return group * weightStrides.group + output * weightStrides.output;
  }
  llvm::SmallVector<int64_t> depthOffsets() const;
};

/// Reads `op` as a contraction with the weights `weights`, which are one of its
/// two inputs. Fails if the PE array has no such form.
Result<Contraction> analyzeContraction(mlir::linalg::LinalgOp op,
                                       mlir::Value weights);

/// Returns true if `op` multiplies two operands and adds the products. The PE
/// array may be able to run such an op if one operand is weights.
bool isContractionLike(mlir::linalg::LinalgOp op);

} // namespace crania

#endif // CRANIA_ANALYSIS_CONTRACTION_H
