// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_NORMALIZEBODY_H
#define CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_NORMALIZEBODY_H

#include "crania/Dialect/Crania/IR/CraniaOps.h"

namespace crania::lowering {

/// Normalizes the body of an iteration. It moves captured values that are
/// computed from constants alone into the body, decomposes softmax, and
/// normalizes structured ops (`normalizeStructuredOps`).
mlir::LogicalResult normalizeBody(ir::IterateOp iterate);

} // namespace crania::lowering

#endif // CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_NORMALIZEBODY_H
