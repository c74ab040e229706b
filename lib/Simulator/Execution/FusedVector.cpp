// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "FusedVector.h"

#include <algorithm>
#include <cmath>

using namespace crania;
using namespace crania::simulator;
using binary::ElementType;
using binary::VectorOp;

const LaneKernels &simulator::laneKernelsFor(HostIsa isa) {
#if defined(__x86_64__)
  if (isa >= HostIsa::avx512)
    return avx512LaneKernels;
  if (isa >= HostIsa::avx2)
    return avx2LaneKernels;
#endif
  return portableLaneKernels;
}

//===----------------------------------------------------------------------===//
// Planning
//===----------------------------------------------------------------------===//

static LaneElement laneElementOf(ElementType type) {
  switch (type) {
  case ElementType::f32:
    return LaneElement::f32;
  case ElementType::i32:
    return LaneElement::i32;
  case ElementType::i16:
    return LaneElement::i16;
  case ElementType::i8:
    return LaneElement::i8;
  case ElementType::i64:
    return LaneElement::i64;
  case ElementType::u8:
    return LaneElement::u8;
  }
  __builtin_unreachable();
}

namespace crania::simulator {

/// Turns loops into lanes, rows and points, and instructions into steps.
class FusedVectorPlanner {
public:
  explicit FusedVectorPlanner(const VectorCommand &command)
      : command(command) {}

  std::optional<FusedVector> plan() {
    if (!isPlain() || !chooseLoops() || !addPoints() || !addSteps())
      return std::nullopt;
    for (const VectorCommand::Access &input : command.inputs)
      if (!isInPlaceOrApart(input))
        return std::nullopt;
    addOperands();
    return std::move(result);
  }

private:
  using Access = VectorCommand::Access;
  using Instruction = VectorCommand::Instruction;
  using Lane = VectorCommand::Lane;
  using Linear = VectorCommand::Linear;
  using Number = VectorCommand::Number;

  static constexpr size_t none = SIZE_MAX;
  /// Limit of the points of a reduction; each takes 8 bytes for each input.
  static constexpr size_t maximumPoints = 1 << 14;
  /// Limit of the steps. A longer command is not a usual epilogue of a layer,
  /// or repeats a subexpression.
  static constexpr size_t maximumSteps = 16;

  bool isPlain() const;
  bool chooseLoops();
  bool addPoints();
  bool isInPlaceOrApart(const Access &input) const;
  void addOperands();
  FusedVector::Operand operandOf(const Access &access) const;

  bool addSteps();
  bool addReduction();
  bool evaluate(size_t reg, unsigned depth);
  bool evaluatePair(size_t a, size_t b, LaneAction action, unsigned depth);
  bool combine(LaneAction action, size_t reg, unsigned depth);
  bool addStep(LaneStep step);
  bool addLeaf(LaneAction action, size_t reg);
  LaneAction withConstant(LaneAction action, const Number &number) const;
  static std::optional<LaneAction> actionOf(VectorOp op);

  size_t accumulator() const { return command.inputs.size(); }
  const Instruction &instructionOf(size_t reg) const {
    return command.code[reg - command.inputs.size() - 1];
  }
  bool isConstant(size_t reg) const {
    return reg > accumulator() && instructionOf(reg).op == VectorOp::constant;
  }
  bool isLeaf(size_t reg) const {
    return reg < accumulator() || isConstant(reg);
  }
  Lane lane() const { return command.registers[accumulator()]; }

  const VectorCommand &command;
  FusedVector result;
  size_t laneLoop = none, rowLoop = none;
  std::vector<size_t> outerLoops;
  std::vector<VectorCommand::Index> points;
};

} // namespace crania::simulator

/// Lanes and instructions of one type, no narrower than the output, no padding,
/// and no sum that goes on from what the output held.
bool FusedVectorPlanner::isPlain() const {
  const ElementType type = lane() == Lane::f32   ? ElementType::f32
                           : lane() == Lane::i32 ? ElementType::i32
                                                 : ElementType::i64;
  for (Lane reg : command.registers)
    if (reg != lane())
      return false;
  for (const Instruction &i : command.code)
    if (i.type != type && i.op != VectorOp::constant)
      return false;
  for (const Access &input : command.inputs)
    if (!input.guards.empty())
      return false;
  return command.output.guards.empty() &&
         (lane() == Lane::i64 || command.output.type != ElementType::i64) &&
         (!command.reduces || command.initialized) &&
         command.inputs.size() <= FusedVector::maximumInputs;
}

/// Lanes are where outputs are neighbors, rows the longest of the other loops.
bool FusedVectorPlanner::chooseLoops() {
  const auto &loops = command.loops;
  auto isLonger = [&](size_t loop, size_t best) {
    return best == none || loops[loop].extent > loops[best].extent;
  };
  for (size_t i = 0; i < loops.size(); ++i)
    if (command.output.element.coefficients[i] == 1 && isLonger(i, laneLoop))
      laneLoop = i;
  if (laneLoop == none)
    return false;
  for (size_t i = 0; i < loops.size(); ++i)
    if (!loops[i].reduced && i != laneLoop && isLonger(i, rowLoop))
      rowLoop = i;
  for (size_t i = 0; i < loops.size(); ++i)
    if (!loops[i].reduced && i != laneLoop && i != rowLoop)
      outerLoops.push_back(i);
  return true;
}

/// The points of the reductions in program order.
bool FusedVectorPlanner::addPoints() {
  points = {VectorCommand::Index{}};
  for (size_t i = 0; i < command.loops.size(); ++i) {
    if (!command.loops[i].reduced)
      continue;
    const uint32_t extent = command.loops[i].extent;
    if (extent > maximumPoints / points.size())
      return false;
    std::vector<VectorCommand::Index> outer;
    outer.swap(points);
    for (VectorCommand::Index point : outer)
      for (point[i] = 0; point[i] < extent; ++point[i])
        points.push_back(point);
  }
  return true;
}

/// Returns true if an input reads nothing that is written for another lane or
/// row.
bool FusedVectorPlanner::isInPlaceOrApart(const Access &input) const {
  struct Range {
    int64_t begin, end; // bytes
  };
  auto rangeOf = [&](const Access &access) {
    const int64_t size = binary::bytesOf(access.type);
    int64_t low = access.element.start, high = low;
    for (size_t i = 0; i < command.loops.size(); ++i) {
      const int64_t reach = access.element.coefficients[i] *
                            (int64_t(command.loops[i].extent) - 1);
      (reach < 0 ? low : high) += reach;
    }
    const int64_t first = int64_t(access.buffer.byte);
    return Range{first + low * size, first + (high + 1) * size};
  };
  const Access &output = command.output;
  const Range in = rangeOf(input), out = rangeOf(output);
  if (input.buffer.space != output.buffer.space || in.end <= out.begin ||
      out.end <= in.begin)
    return true;
  return points.size() == 1 && in.begin == out.begin &&
         binary::bytesOf(input.type) == binary::bytesOf(output.type) &&
         input.element.coefficients == output.element.coefficients;
}

FusedVector::Operand FusedVectorPlanner::operandOf(const Access &access) const {
  const int64_t size = binary::bytesOf(access.type);
  const auto &coefficients = access.element.coefficients;
  FusedVector::Operand operand;
  operand.first = access.buffer + access.element.start * size;
  for (size_t loop : outerLoops)
    operand.outerBytes.push_back(coefficients[loop] * size);
  operand.rowBytes = rowLoop == none ? 0 : coefficients[rowLoop] * size;
  operand.laneStride = coefficients[laneLoop];
  for (const VectorCommand::Index &point : points) {
    int64_t elements = 0;
    for (size_t i = 0; i < command.loops.size(); ++i)
      elements += coefficients[i] * point[i];
    operand.points.push_back(elements * size);
  }
  return operand;
}

void FusedVectorPlanner::addOperands() {
  for (const Access &input : command.inputs)
    result.inputs.push_back(operandOf(input));
  result.output = operandOf(command.output);
  for (size_t loop : outerLoops)
    result.outerExtents.push_back(command.loops[loop].extent);
  result.kernel = lane() == Lane::f32   ? &LaneKernels::f32
                  : lane() == Lane::i32 ? &LaneKernels::i32
                                        : &LaneKernels::i64;
  LaneJob &job = result.job;
  job.stepCount = uint32_t(result.steps.size());
  job.rows = rowLoop == none ? 1 : command.loops[rowLoop].extent;
  job.lanes = command.loops[laneLoop].extent;
  job.points = uint32_t(points.size());
  job.initial = {command.initial.real, command.initial.integer};
  job.outputElement = laneElementOf(command.output.type);
  job.outputRowBytes = result.output.rowBytes;
}

//===----------------------------------------------------------------------===//
// Planning: instructions
//===----------------------------------------------------------------------===//

/// Returns the action of an operation of two operands whose order does not
/// matter.
std::optional<LaneAction> FusedVectorPlanner::actionOf(VectorOp op) {
  switch (op) {
  case VectorOp::add:
    return LaneAction::add;
  case VectorOp::mul:
    return LaneAction::multiply;
  case VectorOp::max:
    return LaneAction::maximum;
  case VectorOp::min:
    return LaneAction::minimum;
  default:
    return std::nullopt;
  }
}

bool FusedVectorPlanner::addSteps() {
  if (command.reduces && addReduction())
    return true;
  result.steps.clear();
  return evaluate(command.resultRegister(), 0);
}

/// accumulator = accumulator op value: the accumulator is what stays in top.
bool FusedVectorPlanner::addReduction() {
  if (command.code.empty())
    return false;
  const Instruction &last = command.code.back();
  const auto action = actionOf(last.op);
  if (!action || (last.a != accumulator() && last.b != accumulator()))
    return false;
  return combine(*action, last.a == accumulator() ? last.b : last.a, 0);
}

/// Steps that leave a register in top. At depth 1, what was there goes below,
/// which then has no room for more.
bool FusedVectorPlanner::evaluate(size_t reg, unsigned depth) {
  constexpr unsigned deepest = 1;
  if (depth > deepest || reg == accumulator())
    return false;
  if (isLeaf(reg))
    return addLeaf(depth == 0 ? LaneAction::put : LaneAction::push, reg);
  const Instruction &i = instructionOf(reg);
  if (i.op == VectorOp::rescale)
    return evaluatePair(i.a, i.b, LaneAction::multiply, depth) &&
           combine(LaneAction::add, i.c, depth) &&
           (i.immediate.integer == 0 || addStep({LaneAction::shift,
                                                 LaneSource::constant,
                                                 LaneElement::i64,
                                                 0,
                                                 {0, i.immediate.integer}}));
  const auto action = actionOf(i.op);
  return action && evaluatePair(i.a, i.b, *action, depth);
}

bool FusedVectorPlanner::evaluatePair(size_t a, size_t b, LaneAction action,
                                      unsigned depth) {
  if (isConstant(a) || (isLeaf(a) && !isLeaf(b)))
    std::swap(a, b);
  return evaluate(a, depth) && combine(action, b, depth);
}

/// top = top op register.
bool FusedVectorPlanner::combine(LaneAction action, size_t reg,
                                 unsigned depth) {
  if (isConstant(reg))
    action = withConstant(action, instructionOf(reg).immediate);
  if (isLeaf(reg))
    return addLeaf(action, reg);
  return evaluate(reg, depth + 1) &&
         addStep({action, LaneSource::below, LaneElement::f32, 0, {}});
}

/// Bounds of f32 that need no look at NaN and the sign of zero.
LaneAction FusedVectorPlanner::withConstant(LaneAction action,
                                            const Number &number) const {
  const float bound = number.real;
  const bool isNegative = std::signbit(bound);
  if (lane() != Lane::f32 || std::isnan(bound))
    return action;
  if (action == LaneAction::maximum && !(bound == 0 && isNegative))
    return LaneAction::atLeast;
  if (action == LaneAction::minimum && !(bound == 0 && !isNegative))
    return LaneAction::atMost;
  return action;
}

bool FusedVectorPlanner::addStep(LaneStep step) {
  result.steps.push_back(step);
  return result.steps.size() <= maximumSteps;
}

bool FusedVectorPlanner::addLeaf(LaneAction action, size_t reg) {
  if (isConstant(reg)) {
    const Number &number = instructionOf(reg).immediate;
    return addStep({action,
                    LaneSource::constant,
                    LaneElement::f32,
                    0,
                    {number.real, number.integer}});
  }
  const Access &input = command.inputs[reg];
  const int64_t stride = input.element.coefficients[laneLoop];
  const LaneSource source = stride == 0   ? LaneSource::scalar
                            : stride == 1 ? LaneSource::neighbours
                            : stride == 2 ? LaneSource::pairs
                                          : LaneSource::strided;
  return addStep({action, source, laneElementOf(input.type), uint8_t(reg), {}});
}

std::optional<FusedVector> FusedVector::plan(const VectorCommand &command) {
  return FusedVectorPlanner(command).plan();
}

std::optional<FusedVector::PlaneBias> FusedVector::planeBias() const {
  auto isStep = [&](size_t i, LaneAction action, LaneSource source) {
    return steps[i].action == action && steps[i].source == source;
  };
  if (kernel != &LaneKernels::f32 || steps.size() != 3 ||
      !isStep(0, LaneAction::put, LaneSource::neighbours) ||
      !isStep(1, LaneAction::add, LaneSource::scalar) ||
      !isStep(2, LaneAction::atLeast, LaneSource::constant) ||
      !outerExtents.empty() || job.points != 1)
    return std::nullopt;
  const Operand &values = inputs[steps[0].operand];
  const Operand &offsets = inputs[steps[1].operand];
  if (values.first.space != output.first.space ||
      values.first.byte != output.first.byte ||
      values.rowBytes != output.rowBytes || offsets.rowBytes != sizeof(float))
    return std::nullopt;
  return PlaneBias{output.first, offsets.first,   job.rows,
                   job.lanes,    output.rowBytes, steps[2].constant.real};
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

const uint8_t *
FusedVector::addressOf(const Operand &operand, const Memories &memories,
                       const std::vector<uint32_t> &index) const {
  int64_t bytes = 0;
  for (size_t i = 0; i < index.size(); ++i)
    bytes += operand.outerBytes[i] * index[i];
  return memories.read(operand.first) + bytes;
}

/// Steps the outer loops like an odometer; false when they wrap around.
bool FusedVector::advance(std::vector<uint32_t> &index) const {
  for (size_t i = index.size(); i-- > 0;) {
    if (++index[i] < outerExtents[i])
      return true;
    index[i] = 0;
  }
  return false;
}

void FusedVector::run(const Memories &memories,
                      const LaneKernels &kernels) const {
  LaneOperand operands[maximumInputs];
  LaneJob part = job;
  part.steps = steps.data();
  part.operands = operands;
  std::vector<uint32_t> index(outerExtents.size());
  do {
    for (size_t i = 0; i < inputs.size(); ++i)
      operands[i] = {addressOf(inputs[i], memories, index), inputs[i].rowBytes,
                     inputs[i].laneStride, inputs[i].points.data()};
    part.output =
        memories.write(output.first) +
        (addressOf(output, memories, index) - memories.read(output.first));
    (kernels.*kernel)(part);
  } while (advance(index));
}
