// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_NORMALIZEBODY_H
#define CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_NORMALIZEBODY_H

#include "crania/Dialect/Crania/IR/CraniaOps.h"

namespace crania::lowering {

/// Brings the body of an iteration into the form in which one op is about one
/// command:
/// - what it captures is moved into it, as far as it is computed from constants
///   alone;
/// - softmax is decomposed, and element-wise named ops become linalg.generic;
/// - contractions start from zero: the initial value is added behind them, by
/// the
///   vector unit. This changes the order of float additions, and nothing else
///   does;
/// - element-wise ops are fused into their only consumer, unless that reduces.
mlir::LogicalResult normalizeBody(ir::IterateOp iterate);

} // namespace crania::lowering

#endif // CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_NORMALIZEBODY_H
