// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_LOGITS_H
#define CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_LOGITS_H

#include "mlir/IR/Value.h"

namespace crania {

/// Whether no machine can ever run the op, as it is of a dialect that CRANIA's
/// passes do not know: the host compiler's own.
bool isForeign(mlir::Operation *op);

/// The value that the exit rule works on, given what a classifier returns: what
/// a softmax at the end, however it is spelled, is taken of, seen through reshapes
/// and through foreign ops of one operand.
mlir::Value findLogits(mlir::Value result);

} // namespace crania

#endif // CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_LOGITS_H
