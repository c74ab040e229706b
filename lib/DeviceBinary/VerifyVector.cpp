// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Operands.h"
#include "Verify.h"

#include "crania/DeviceBinary/VectorTraits.h"

namespace crania::binary {

namespace {

/// The largest number of registers of a vector program, inputs included.
constexpr size_t maxRegisters = 256;

/// The kinds of the registers defined so far: true for an f32, false for an
/// integer.
using FloatRegisters = std::vector<bool>;

const char *kindOf(bool isFloat) { return isFloat ? "an f32" : "an integer"; }

Status verifyOperands(const VectorInstruction &instruction,
                      const Vector &vector, const FloatRegisters &isFloat) {
  size_t inputs = vector.inputs()->size();
  bool wanted = takesFloats(instruction.op(), instruction.type());
  uint16_t operands[] = {instruction.a(), instruction.b(), instruction.c()};
  for (unsigned i = 0; i < operandsOf(instruction.op()); ++i) {
    uint16_t operand = operands[i];
    if (operand == inputs && !vector.reduces())
      return Error{"register " + std::to_string(inputs) +
                   ", the present output, is readable only in a reduction"};
    if (operand >= isFloat.size())
      return Error{"register " + std::to_string(operand) +
                   " is read before it is defined"};
    if (isFloat[operand] != wanted)
      return Error{"register " + std::to_string(operand) + " holds " +
                   kindOf(isFloat[operand]) + ", but " +
                   EnumNameVectorOp(instruction.op()) + " " +
                   std::string(nameOf(instruction.type())) + " takes " +
                   kindOf(wanted)};
  }
  return {};
}

Status verifyInteger(const VectorInstruction &instruction) {
  int64_t value = instruction.integer();
  if (traitsOf(instruction.op()).immediate == Immediate::shift &&
      (value < 0 || value > maxShift))
    return Error{"it shifts by " + std::to_string(value) +
                 ", but must by 0 to " + std::to_string(maxShift)};
  if (instruction.op() == VectorOp::constant &&
      instruction.type() == ElementType::i32 && value != int32_t(value))
    return Error{"the constant " + std::to_string(value) +
                 " is not a value of i32"};
  return {};
}

Status verifyInstruction(const VectorInstruction &instruction,
                         const Vector &vector, const FloatRegisters &isFloat) {
  if (!isKnown(instruction.op()))
    return Error{"its operation is unknown"};
  if (!isKnown(instruction.type()))
    return Error{"its type is unknown"};
  if (!hasType(instruction.op(), instruction.type()))
    return Error{std::string(EnumNameVectorOp(instruction.op())) +
                 " works on " + std::string(typesOf(instruction.op())) +
                 ", but its type is " +
                 std::string(nameOf(instruction.type()))};
  if (Status status = verifyInteger(instruction); !status)
    return status;
  return verifyOperands(instruction, vector, isFloat);
}

bool isFloatBuffer(uint32_t index, const ProgramContext &context) {
  return isFloat(context.program.buffers()->Get(index)->element());
}

/// Verifies the code of a command whose accesses are valid.
Status verifyCode(const Vector &vector, const ProgramContext &context) {
  size_t instructions = vector.code()->size();
  size_t inputs = vector.inputs()->size();
  if (inputs + 1 + instructions > maxRegisters)
    return Error{"it needs more than " + std::to_string(maxRegisters) +
                 " registers"};
  if (instructions == 0 && (inputs != 1 || vector.reduces()))
    return Error{"without instructions it must have one input and be no "
                 "reduction"};
  FloatRegisters registers;
  for (const Access *input : *vector.inputs())
    registers.push_back(isFloatBuffer(input->buffer(), context));
  bool output = isFloatBuffer(vector.output()->buffer(), context);
  registers.push_back(output);
  for (size_t i = 0; i < instructions; ++i) {
    const VectorInstruction &instruction = *vector.code()->Get(i);
    if (Status status = verifyInstruction(instruction, vector, registers);
        !status)
      return Error{"instruction " + std::to_string(i) + ": " +
                   status.error().message};
    registers.push_back(isFloat(instruction.type()));
  }
  bool stored = instructions == 0 ? registers[0] : registers.back();
  if (stored == output)
    return {};
  return Error{std::string("it stores ") + kindOf(stored) +
               ", but its output holds " + kindOf(output)};
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
    return Error{role + " has indices far outside its extents"};
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

/// Verifies an input. Indices outside the extents read the padding, so only
/// those inside are checked against the buffer.
Status verifyInput(const Access &access, const Vector &vector,
                   const std::string &role, const ProgramContext &context) {
  Result<const Buffer *> buffer = verifyAccess(access, vector, role, context);
  if (!buffer)
    return buffer.error();
  if (Status status = checkValue(access.padding(), (*buffer)->element(),
                                 "the padding of " + role);
      !status)
    return status;
  Interval origin{Wide(access.offset()), Wide(access.offset())};
  return checkInside(elementsOf(access, vector).value_or(origin), **buffer,
                     role);
}

/// Returns the loops as axes of the output. A loop moves the element by the sum
/// over the dimensions of coefficient times stride.
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

/// Verifies the output. A write outside the extents is not possible, so all
/// indices must be inside.
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
  if (vector.reduces() && vector.initialized())
    if (Status status = checkValue(vector.initial(), (*buffer)->element(),
                                   "the initial value");
        !status)
      return status;
  if (!areDistinct(loopAxes(vector)))
    return Error{"different iterations write the same output element; only a "
                 "reduction may"};
  return checkInside(*elementsOf(access, vector), **buffer, "output");
}

} // namespace

Status verifyVector(const Vector &vector, const ProgramContext &context) {
  if (Status status = verifyLoops(vector); !status)
    return status;
  for (size_t i = 0; i < vector.inputs()->size(); ++i)
    if (Status status = verifyInput(*vector.inputs()->Get(i), vector,
                                    "input " + std::to_string(i), context);
        !status)
      return status;
  if (Status status = verifyOutput(vector, context); !status)
    return status;
  return verifyCode(vector, context);
}

} // namespace crania::binary
