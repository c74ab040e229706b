// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Operands.h"
#include "Verify.h"

namespace crania::binary {

unsigned operandsOf(VectorOp op) {
  switch (op) {
  case VectorOp::constant:
    return 0;
  case VectorOp::neg:
  case VectorOp::abs:
  case VectorOp::exp:
  case VectorOp::log:
  case VectorOp::sqrt:
  case VectorOp::rsqrt:
  case VectorOp::tanh:
  case VectorOp::erf:
  case VectorOp::floor:
  case VectorOp::ceil:
    return 1;
  case VectorOp::select:
    return 3;
  default:
    return 2;
  }
}

namespace {

/// Registers of a vector program, inputs included.
constexpr size_t maxRegisters = 256;

Status verifyInstruction(size_t index, const Vector &vector) {
  const VectorInstruction &instruction = *vector.code()->Get(index);
  if (!isKnown(instruction.op()))
    return Error{"its operation is unknown"};
  if (instruction.type() != ElementType::f32)
    return Error{"the vector unit of this version computes in f32 only"};
  size_t inputs = vector.inputs()->size();
  size_t defined = inputs + 1 + index;
  uint16_t operands[] = {instruction.a(), instruction.b(), instruction.c()};
  for (unsigned i = 0; i < operandsOf(instruction.op()); ++i) {
    if (operands[i] == inputs && !vector.reduces())
      return Error{"register " + std::to_string(inputs) +
                   ", the present output, is readable only in a reduction"};
    if (operands[i] >= defined)
      return Error{"register " + std::to_string(operands[i]) +
                   " is read before it is defined"};
  }
  return {};
}

Status verifyCode(const Vector &vector) {
  size_t instructions = vector.code()->size();
  size_t inputs = vector.inputs()->size();
  if (inputs + 1 + instructions > maxRegisters)
    return Error{"it needs more than " + std::to_string(maxRegisters) +
                 " registers"};
  if (instructions == 0 && (inputs != 1 || vector.reduces()))
    return Error{"without instructions it must have one input and be no "
                 "reduction"};
  for (size_t i = 0; i < instructions; ++i)
    if (Status status = verifyInstruction(i, vector); !status)
      return Error{"instruction " + std::to_string(i) + ": " +
                   status.error().message};
  return {};
}

Status verifyLoops(const Vector &vector) {
  if (vector.extents()->size() > maxRank)
    return Error{"it has more than " + std::to_string(maxRank) + " loops"};
  if (!boundedProduct(*vector.extents(), maxLoopIterations))
    return Error{"its loops are empty or run more than " +
                 std::to_string(maxLoopIterations) + " times"};
  return {};
}

Status verifyDim(const AccessDim &dim, const Vector &vector,
                 const std::string &role) {
  if (dim.extent() == 0)
    return Error{role + " has an empty dimension"};
  if (dim.coefficients()->size() != vector.extents()->size())
    return Error{role + " has " + std::to_string(dim.coefficients()->size()) +
                 " coefficients in a dimension, but there are " +
                 std::to_string(vector.extents()->size()) + " loops"};
  Interval indices = indicesOf(dim, vector);
  if (indices.low < -maxIndex || indices.high > maxIndex)
    return Error{role + " has indices that are out of all bounds"};
  return checkStride(dim.stride(), role);
}

Result<const Buffer *> verifyAccess(const Access &access, const Vector &vector,
                                    const std::string &role,
                                    const ProgramContext &context) {
  Result<const Buffer *> buffer =
      computeBufferOf(access.buffer(), role, context);
  if (!buffer)
    return buffer;
  if (access.dims()->size() > maxRank)
    return Error{role + " has more than " + std::to_string(maxRank) +
                 " dimensions"};
  for (const AccessDim *dim : *access.dims())
    if (Status status = verifyDim(*dim, vector, role); !status)
      return status.error();
  return buffer;
}

/// Indices outside the extents read the padding, so only those inside count.
Status verifyInput(const Access &access, const Vector &vector,
                   const std::string &role, const ProgramContext &context) {
  Result<const Buffer *> buffer = verifyAccess(access, vector, role, context);
  if (!buffer)
    return buffer.error();
  Interval origin{Wide(access.offset()), Wide(access.offset())};
  return checkInside(elementsOf(access, vector).value_or(origin), **buffer,
                     role);
}

/// The loops as axes of the output: an element moves by the sum over the
/// dimensions of coefficient times stride.
std::vector<Axis> loopAxes(const Vector &vector) {
  std::vector<Axis> axes;
  for (size_t i = 0; i < vector.extents()->size(); ++i) {
    Wide stride = 0;
    for (const AccessDim *dim : *vector.output()->dims())
      stride += Wide(dim->coefficients()->Get(i)) * dim->stride();
    bool reduced = vector.reduces() && stride == 0;
    if (!reduced)
      axes.push_back({0, Wide(vector.extents()->Get(i)) - 1, stride});
  }
  return axes;
}

/// There is nothing to write outside the extents, so all indices are inside.
Status verifyOutput(const Vector &vector, const ProgramContext &context) {
  const Access &access = *vector.output();
  Result<const Buffer *> buffer =
      verifyAccess(access, vector, "output", context);
  if (!buffer)
    return buffer.error();
  for (const AccessDim *dim : *access.dims()) {
    Interval indices = indicesOf(*dim, vector);
    if (indices.low < 0 || indices.high >= dim->extent())
      return Error{"output has indices outside its extent of " +
                   std::to_string(dim->extent())};
  }
  if (!areDistinct(loopAxes(vector)))
    return Error{"different iterations write the same output element; only a "
                 "reduction may"};
  return checkInside(*elementsOf(access, vector), **buffer, "output");
}

} // namespace

Status verifyVector(const Vector &vector, const ProgramContext &context) {
  if (Status status = verifyLoops(vector); !status)
    return status;
  if (Status status = verifyCode(vector); !status)
    return status;
  for (size_t i = 0; i < vector.inputs()->size(); ++i)
    if (Status status = verifyInput(*vector.inputs()->Get(i), vector,
                                    "input " + std::to_string(i), context);
        !status)
      return status;
  return verifyOutput(vector, context);
}

} // namespace crania::binary
