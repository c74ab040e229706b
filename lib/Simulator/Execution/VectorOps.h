// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_EXECUTION_VECTOROPS_H
#define CRANIA_LIB_SIMULATOR_EXECUTION_VECTOROPS_H

#include "crania/DeviceBinary/DeviceBinary.h"

#include <cmath>

namespace crania::simulator {

/// Return true if an operation reads its operand b or c.
bool readsB(binary::VectorOp op);
bool readsC(binary::VectorOp op);

/// Rounds to the nearest integer, halves to even, without a rounding
/// instruction of the host: after 2^23 is added, no bits are left for a
/// fraction.
inline float roundToEven(float x) {
  constexpr float integersOnly = 8388608.0f;
  const float magnitude = std::fabs(x);
  const float rounded = (magnitude + integersOnly) - integersOnly;
  return std::copysign(magnitude < integersOnly ? rounded : magnitude, x);
}

/// result[i] = op(a[i], b[i], c[i]) for `count` lanes, in IEEE 754 binary32
/// with the semantics of MLIR's arith and math dialects: max and min are
/// arith.maximumf and minimumf (a NaN operand gives NaN, -0 < +0), maxnum and
/// minnum ignore a NaN operand; comparisons are ordered, but for ne, which is
/// unordered, and give 1 or 0. Operands that the operation does not read may be
/// null. `constant` and operations that f32 does not have are not allowed.
void applyVectorOp(binary::VectorOp op, const float *a, const float *b,
                   const float *c, float *result, size_t count);

/// Computes the operation on integers, as an instruction of type i32 or i64.
/// Lanes of 32 bits suffice if every value fits i32; they take instructions of
/// i32 only.
void applyIntegerOp(binary::VectorOp op, binary::ElementType type,
                    const int32_t *a, const int32_t *b, const int32_t *c,
                    int64_t immediate, int32_t *result, size_t count);
void applyIntegerOp(binary::VectorOp op, binary::ElementType type,
                    const int64_t *a, const int64_t *b, const int64_t *c,
                    int64_t immediate, int64_t *result, size_t count);

/// Computes to_f32 and to_int.
template <typename Lane>
void convertToFloat(const Lane *a, float *result, size_t count);
template <typename Lane>
void convertToInteger(binary::ElementType type, const float *a, Lane *result,
                      size_t count);

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_EXECUTION_VECTOROPS_H
