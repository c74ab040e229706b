// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_QUANTIZE_INTEGERCONTRACTION_H
#define CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_QUANTIZE_INTEGERCONTRACTION_H

#include "IntegerBuilder.h"

namespace crania::quantization {

/// Returns the input that is not the weights, for a contraction with one
/// constant operand.
mlir::OpOperand *activationsOf(mlir::linalg::LinalgOp op);

/// Emits an integer contraction for an f32 contraction with constant weights.
/// The weights are quantized to the bits of `input`, with a scale per output
/// channel. The new op has these scales as `crania.weight_scales`. The sums are
/// exact. Reports weights that cannot be quantized, and sums that the
/// accumulators cannot hold.
mlir::FailureOr<IntegerTensor>
emitIntegerContraction(mlir::OpBuilder &builder, mlir::linalg::LinalgOp op,
                       const IntegerTensor &input);

} // namespace crania::quantization

#endif // CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_QUANTIZE_INTEGERCONTRACTION_H
