// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_QUANTIZE_INTEGERCONTRACTION_H
#define CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_QUANTIZE_INTEGERCONTRACTION_H

#include "IntegerBuilder.h"

namespace crania::quantize {

/// The input of a contraction with one constant operand that is not the
/// weights.
mlir::OpOperand *activationsOf(mlir::linalg::LinalgOp op);

/// Emits a contraction of f32 with constant weights as one of integers: its
/// weights quantised to the bits of `input`, a scale per output channel, which
/// stand on the new op too (`crania.weight_scales`), and exact sums. Reports
/// weights that cannot be quantised, and sums that the accumulators cannot
/// hold.
mlir::FailureOr<IntegerTensor>
emitIntegerContraction(mlir::OpBuilder &builder, mlir::linalg::LinalgOp op,
                       const IntegerTensor &input);

} // namespace crania::quantize

#endif // CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_QUANTIZE_INTEGERCONTRACTION_H
