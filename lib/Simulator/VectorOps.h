// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_VECTOROPS_H
#define CRANIA_LIB_SIMULATOR_VECTOROPS_H

#include "crania/DeviceBinary/DeviceBinary.h"

namespace crania::simulator {

/// Whether an operation reads its operands b and c.
bool readsB(binary::VectorOp op);
bool readsC(binary::VectorOp op);

/// result[i] = op(a[i], b[i], c[i]) for `count` lanes, in IEEE 754 binary32
/// with the semantics of MLIR's arith and math dialects: max and min are
/// arith.maximumf and minimumf (a NaN operand gives NaN, -0 < +0), maxnum and
/// minnum ignore a NaN operand; comparisons are ordered, but for ne, which is
/// unordered, and give 1 or 0. Operands that the operation does not read may be
/// null. `constant` is not an operation on lanes.
void applyVectorOp(binary::VectorOp op, const float *a, const float *b,
                   const float *c, float *result, size_t count);

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_VECTOROPS_H
