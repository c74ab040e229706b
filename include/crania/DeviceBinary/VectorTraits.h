// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DEVICEBINARY_VECTORTRAITS_H
#define CRANIA_DEVICEBINARY_VECTORTRAITS_H

#include "crania/DeviceBinary/DeviceBinary_generated.h"

#include <cstdint>
#include <string_view>

namespace crania::binary {

/// The number that an instruction has besides its registers.
enum class Immediate : uint8_t {
  none,
  value, // of its type
  shift  // from 0 to maxShift
};

/// The largest shift of a rescale. It leaves one bit beside the sign.
constexpr int64_t maxShift = 62;

/// The hardware that an instruction needs, per lane.
enum class LaneUnit : uint8_t { none, adder, multiplier, rescaler };

/// The properties of an operation of the vector unit.
struct VectorTraits {
  VectorOp op;
  uint8_t operands; // registers that it reads, from `a` on
  bool hasF32, hasI32, hasI64;
  LaneUnit unit;
  Immediate immediate;
};

/// Returns the properties of an operation, which must be one of the schema.
const VectorTraits &traitsOf(VectorOp op);

/// Returns the number of registers that an instruction of a vector command
/// reads, 0 to 3, from `a` on.
unsigned operandsOf(VectorOp op);
/// Returns true if the instruction exists for that type.
bool hasType(VectorOp op, ElementType type);
/// Returns the types that an instruction exists for, as text for messages:
/// "f32", "i64", "i32 or i64", or "f32, i32 or i64".
std::string_view typesOf(VectorOp op);
/// Returns true if the operands of an instruction are f32. The result is of
/// `type`.
bool takesFloats(VectorOp op, ElementType type);
/// Returns true if an instruction runs on the lanes for f32, as its operands or
/// its result are f32.
bool runsOnFloatLanes(VectorOp op, ElementType type);

} // namespace crania::binary

#endif // CRANIA_DEVICEBINARY_VECTORTRAITS_H
