// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_LOGITS_H
#define CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_LOGITS_H

#include "mlir/IR/Value.h"

namespace crania {

/// Returns true if no machine can ever run the op, because its dialect is
/// unknown to CRANIA's passes. Such ops belong to the host compiler.
bool isForeign(mlir::Operation *op);

/// Returns the value that the exit rule tests, given the result of a
/// classifier. It is the operand of a softmax at the end, in any spelling,
/// found through reshapes and through foreign ops of one operand. Without a
/// softmax it is the logits themselves.
mlir::Value findLogits(mlir::Value result);

} // namespace crania

#endif // CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_LOGITS_H
