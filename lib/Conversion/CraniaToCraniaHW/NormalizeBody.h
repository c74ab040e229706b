// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_NORMALIZEBODY_H
#define CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_NORMALIZEBODY_H

#include "crania/Dialect/Crania/IR/CraniaOps.h"

namespace crania::lowering {

/// Moves what the body captures into it, as far as it is computed from
/// constants alone, decomposes softmax, and normalises its structured ops
/// (`normalizeStructuredOps`).
mlir::LogicalResult normalizeBody(ir::IterateOp iterate);

} // namespace crania::lowering

#endif // CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_NORMALIZEBODY_H
