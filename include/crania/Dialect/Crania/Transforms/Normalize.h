// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DIALECT_CRANIA_TRANSFORMS_NORMALIZE_H
#define CRANIA_DIALECT_CRANIA_TRANSFORMS_NORMALIZE_H

#include "mlir/IR/Block.h"
#include "mlir/Support/LLVM.h"

namespace crania {

/// Brings the structured ops of a block into the form in which one op is about
/// one command of the machine:
/// - element-wise named ops become linalg.generic;
/// - contractions start from zero: the initial value is added behind them, by
///   the vector unit. This changes the order of float additions, and nothing
///   else does;
/// - element-wise ops are fused into their only consumer, unless that reduces.
/// A block that has this form already changes in the names and the order of its
/// constants only.
mlir::LogicalResult normalizeStructuredOps(mlir::Block &block);

} // namespace crania

#endif // CRANIA_DIALECT_CRANIA_TRANSFORMS_NORMALIZE_H
