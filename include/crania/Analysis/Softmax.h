// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_ANALYSIS_SOFTMAX_H
#define CRANIA_ANALYSIS_SOFTMAX_H

#include "mlir/IR/Value.h"

namespace crania {

/// The tensor x, if `result` is softmax(x) or log(softmax(x)) over the classes,
/// or an increasing function of it that keeps the order of the largest
/// probabilities; else null. `result` has one dimension that is not 1, the
/// classes.
///
/// The match is of the function computed and not of its spelling: it follows
/// the ops from the result and keeps what each value is of x (shifted logits,
/// exponentials, their sum, ...). Reshapes, transposes and broadcasts only move
/// elements, named and generic structured ops are the same.
mlir::Value findSoftmaxInput(mlir::Value result);

/// The op nearest to `result` that squashes logits into probabilities or the
/// like (an exponential, a quotient, a logistic function) and does not lie
/// before a contraction; null if there is none.
mlir::Operation *findSquashing(mlir::Value result);

} // namespace crania

#endif // CRANIA_ANALYSIS_SOFTMAX_H
