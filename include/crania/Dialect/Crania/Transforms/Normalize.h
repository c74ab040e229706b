// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DIALECT_CRANIA_TRANSFORMS_NORMALIZE_H
#define CRANIA_DIALECT_CRANIA_TRANSFORMS_NORMALIZE_H

#include "mlir/IR/Block.h"
#include "mlir/Support/LLVM.h"

namespace crania {

/// Normalizes the structured ops of a block, so that one op corresponds to
/// about one command of the machine:
/// - Element-wise named ops become linalg.generic.
/// - Contractions start from zero, and the vector unit adds the initial value
///   behind them. This changes the order of float additions, and nothing else
///   does.
/// - Element-wise ops are fused into their only consumer, unless that reduces.
/// A block that has this form already changes only in the names and the order
/// of its constants.
mlir::LogicalResult normalizeStructuredOps(mlir::Block &block);

} // namespace crania

#endif // CRANIA_DIALECT_CRANIA_TRANSFORMS_NORMALIZE_H
