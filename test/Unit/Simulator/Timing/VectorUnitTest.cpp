// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Cycles and bytes of the vector unit.

#include "MicroProgram.h"

#include "crania/Simulator/Timing/Timeline.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <numeric>

using namespace crania;
using namespace crania::test;
using namespace crania::simulator;
using binary::ElementType;
using binary::VectorOp;

namespace {

/// A machine whose vector unit never waits for the global buffer: it has 1024
/// bytes a cycle, of which lanes and array take some 100 each.
target::TargetModel wideMachine() { return {}; }

Counts countsOf(const MicroProgram &program) {
  auto executable = program.load();
  if (!executable)
    return {};
  auto timing = simulateRound(executable->program(), executable->work(), 0, {});
  EXPECT_TRUE(timing) << timing.error().message;
  return timing ? timing->total : Counts();
}

uint64_t vectorCycles(const Counts &counts) {
  return counts.busy[size_t(Unit::vector)];
}

binary::VectorInstruction instruction(VectorOp op, ElementType type,
                                      uint16_t a = 0, uint16_t b = 0) {
  return {op, type, a, b, 0, 0, 0};
}

uint64_t slots(uint64_t points, uint64_t lanes) {
  return (points + lanes - 1) / lanes;
}

/// A layer and `instructions` times max(x, 0) over its results.
struct Layer {
  uint32_t outputs, depth, pixels, instructions;

  MicroProgram program(const target::TargetModel &target, bool follows) const {
    MicroProgram program(target, depth * pixels, outputs * pixels);
    const size_t count = size_t(outputs) * depth;
    const uint32_t w =
        program.addWeights({1, outputs, depth}, std::vector<float>(count, 1),
                           std::vector<uint8_t>(count, 1), "raw");
    program.addFetch(w, 1);
    const uint32_t contract =
        program.add(matrixProduct(program, w, 1, pixels), {0});
    binary::VectorT vector = reluInPlace(outputs * pixels);
    for (uint32_t i = 1; i < instructions; ++i)
      vector.code.push_back(instruction(VectorOp::max, ElementType::f32, 3, 2));
    if (follows)
      program.add(std::move(vector), {}, 0, int32_t(contract));
    else
      program.add(std::move(vector), {contract});
    return program;
  }
};

} // namespace

/// Block by block behind a Contract or all at once, the work is the same.
RC_GTEST_PROP(VectorUnit, FollowingChangesNoWork, ()) {
  target::TargetModel target = wideMachine();
  target.vectorUnit.lanes = *rc::gen::inRange(1u, 17u);
  target.array.cols = *rc::gen::inRange(1u, 9u);
  const Layer layer{*rc::gen::inRange(1u, 40u), *rc::gen::inRange(1u, 20u),
                    *rc::gen::inRange(1u, 12u), *rc::gen::inRange(1u, 5u)};
  const Counts behind = countsOf(layer.program(target, true));
  const Counts after = countsOf(layer.program(target, false));
  RC_ASSERT(vectorCycles(behind) ==
            layer.instructions *
                slots(layer.outputs * layer.pixels, target.vectorUnit.lanes));
  RC_ASSERT(vectorCycles(behind) == vectorCycles(after));
  RC_ASSERT(behind.vectorOps == after.vectorOps);
  RC_ASSERT(behind.globalBufferReadBytes == after.globalBufferReadBytes);
  RC_ASSERT(behind.globalBufferWriteBytes == after.globalBufferWriteBytes);
}

namespace {

/// Sums the columns of a 3 x 7 input into 3 outputs, twice: from `initial`, and
/// then from that constant or from what the output holds.
MicroProgram rowSums(bool secondIsInitialized) {
  constexpr uint32_t rows = 3, columns = 7;
  MicroProgram program(wideMachine(), rows * columns, rows);
  uint32_t last = 0;
  for (bool initialized : {true, secondIsInitialized}) {
    binary::VectorT sum;
    sum.extents = {rows, columns};
    auto access = [](uint32_t buffer, int64_t rowStride, bool hasColumns) {
      auto result = std::make_unique<binary::AccessT>();
      result->buffer = buffer;
      for (uint32_t dim = 0; dim < (hasColumns ? 2u : 1u); ++dim) {
        auto part = std::make_unique<binary::AccessDimT>();
        part->extent = dim == 0 ? rows : columns;
        part->stride = dim == 0 ? rowStride : 1;
        part->coefficients = {dim == 0, dim == 1};
        result->dims.push_back(std::move(part));
      }
      return result;
    };
    sum.inputs.push_back(access(MicroProgram::input, columns, true));
    sum.output = access(MicroProgram::output, 1, false);
    sum.reduces = true;
    sum.initialized = initialized;
    sum.code.push_back(instruction(VectorOp::add, ElementType::f32, 0, 1));
    last = program.add(std::move(sum), {last});
  }
  return program;
}

} // namespace

/// A reduction reads its output once if it goes on from what is there, and not
/// at all if it starts from a constant; it writes it once.
TEST(VectorUnit, OnlyReductionsThatGoOnReadTheirOutput) {
  constexpr uint64_t word = 4, input = 21 * word, output = 3 * word;
  const Counts fresh = countsOf(rowSums(true));
  const Counts onward = countsOf(rowSums(false));
  // The last read is that of the exit test.
  EXPECT_EQ(fresh.globalBufferReadBytes, 2 * input + output);
  EXPECT_EQ(onward.globalBufferReadBytes, 2 * input + output + output);
  for (const Counts &counts : {fresh, onward})
    EXPECT_EQ(counts.globalBufferWriteBytes, input + 2 * output);
}

/// An element stays in a register while only inner loops move on.
TEST(VectorUnit, BroadcastElementsAreReadOncePerOuterIteration) {
  constexpr uint32_t rows = 5, columns = 6;
  auto bytesRead = [&](std::vector<int32_t> coefficients, uint32_t elements) {
    MicroProgram program(wideMachine(), elements, rows * columns);
    binary::VectorT copy;
    copy.extents = {rows, columns};
    auto input = linearAccess(MicroProgram::input, elements);
    input->dims[0]->coefficients = std::move(coefficients);
    copy.inputs.push_back(std::move(input));
    auto output = linearAccess(MicroProgram::output, rows * columns);
    output->dims[0]->coefficients = {columns, 1};
    copy.output = std::move(output);
    program.add(std::move(copy), {0});
    const uint64_t byExitTest = uint64_t(rows) * columns * 4;
    return countsOf(program).globalBufferReadBytes - byExitTest;
  };
  EXPECT_EQ(bytesRead({columns, 1}, rows * columns), 4u * rows * columns);
  EXPECT_EQ(bytesRead({1, 0}, rows), 4u * rows);
  EXPECT_EQ(bytesRead({0, 1}, columns), 4u * rows * columns);
  EXPECT_EQ(bytesRead({0, 0}, 1), 4u);
}

namespace {

constexpr uint32_t laneOutputs = 20;

/// A layer of i8 whose sums go through `code` into integers, with constant
/// registers 2 (f32 0.5) and 3 (i32 7) before it.
Counts integerCounts(std::vector<binary::VectorInstruction> code,
                     bool isInteger = true) {
  target::TargetModel target = wideMachine();
  target.vectorUnit.lanes = 8;
  target.vectorUnit.f32Lanes = 3;
  MicroProgram program(ElementType::u8, 0.5, 4, laneOutputs, target);
  const size_t count = size_t(laneOutputs) * 4;
  const uint32_t w = program.addWeights({1, laneOutputs, 4}, ElementType::i8,
                                        std::vector<int32_t>(count, 1));
  const uint32_t sums =
      program.addBuffer("sums", laneOutputs, ElementType::i32);
  const uint32_t results =
      isInteger ? program.addBuffer("results", laneOutputs, ElementType::i32)
                : uint32_t(MicroProgram::output);
  program.addFetch(w, 1);
  binary::ContractT contract = matrixProduct(program, w, 1, 1);
  contract.output->buffer = sums;
  const uint32_t done = program.add(std::move(contract), {0});
  binary::VectorT vector;
  vector.extents = {laneOutputs};
  vector.inputs.push_back(linearAccess(sums, laneOutputs));
  vector.output = linearAccess(results, laneOutputs);
  vector.code.emplace_back(VectorOp::constant, ElementType::f32, 0, 0, 0, 0.5,
                           0);
  vector.code.emplace_back(VectorOp::constant, ElementType::i32, 0, 0, 0, 0, 7);
  for (const binary::VectorInstruction &instruction : code)
    vector.code.push_back(instruction);
  uint32_t last = program.add(std::move(vector), {done});
  if (isInteger) {
    binary::VectorT logits;
    logits.extents = {laneOutputs};
    logits.inputs.push_back(linearAccess(results, laneOutputs));
    logits.output = linearAccess(MicroProgram::output, laneOutputs);
    logits.code.push_back(instruction(VectorOp::to_f32, ElementType::f32));
    program.add(std::move(logits), {last});
  }
  return countsOf(program);
}

} // namespace

/// In a machine of integers, f32 and both conversions have lanes of their own,
/// 3 of them here, and integers have 8; constants are immediates.
TEST(VectorUnit, ConversionsTakeTheLanesOfF32) {
  constexpr auto f32 = ElementType::f32, i32 = ElementType::i32;
  const uint64_t real = slots(laneOutputs, 3), integer = slots(laneOutputs, 8);
  ASSERT_NE(real, integer);
  const uint64_t logits = real; // a conversion to f32
  EXPECT_EQ(
      vectorCycles(integerCounts({instruction(VectorOp::add, i32, 0, 3)})),
      integer + logits);
  const auto toReal = instruction(VectorOp::to_f32, f32, 0);
  EXPECT_EQ(vectorCycles(integerCounts({toReal}, false)), real);
  EXPECT_EQ(vectorCycles(integerCounts(
                {toReal, instruction(VectorOp::mul, f32, 4, 2)}, false)),
            2 * real);
  EXPECT_EQ(vectorCycles(
                integerCounts({toReal, instruction(VectorOp::to_int, i32, 4)})),
            2 * real + logits);
  EXPECT_EQ(
      vectorCycles(integerCounts({toReal, instruction(VectorOp::to_int, i32, 4),
                                  instruction(VectorOp::max, i32, 5, 3)})),
      2 * real + integer + logits);
}

/// In a machine of f32 there is one kind of lanes, which copies take, too.
TEST(VectorUnit, InAMachineOfF32AllLanesAreAlike) {
  target::TargetModel target = wideMachine();
  target.vectorUnit.lanes = 8;
  target.vectorUnit.f32Lanes = 3;
  auto cyclesOf = [&](std::vector<binary::VectorInstruction> code) {
    MicroProgram program(target, laneOutputs, laneOutputs);
    binary::VectorT vector;
    vector.extents = {laneOutputs};
    vector.inputs.push_back(linearAccess(MicroProgram::input, laneOutputs));
    vector.output = linearAccess(MicroProgram::output, laneOutputs);
    vector.code = std::move(code);
    program.add(std::move(vector), {0});
    return vectorCycles(countsOf(program));
  };
  const uint64_t slot = slots(laneOutputs, 8);
  EXPECT_EQ(cyclesOf({}), slot);
  const auto negation = instruction(VectorOp::neg, ElementType::f32);
  EXPECT_EQ(cyclesOf({negation}), slot);
  EXPECT_EQ(cyclesOf({negation, negation, negation}), 3 * slot);
  EXPECT_EQ(cyclesOf({instruction(VectorOp::constant, ElementType::f32)}),
            slot);
}

//===----------------------------------------------------------------------===//
// ExitUnit
//===----------------------------------------------------------------------===//

/// One operation a cycle, so many for each class, and each logit is read once;
/// of each input of a sweep.
TEST(ExitUnit, TakesItsCyclesForEachClassOfEachInput) {
  constexpr uint32_t classes = 7;
  target::TargetModel target;
  target.exitUnit.cyclesPerClass = 3;
  MicroProgram program(target, classes, classes);
  auto executable = program.load();
  ASSERT_TRUE(executable);
  for (unsigned inputs : {1u, 4u}) {
    auto timing =
        simulateRound(executable->program(), executable->work(), 0, {}, inputs);
    ASSERT_TRUE(timing) << timing.error().message;
    const uint64_t cycles = 3 * classes * inputs;
    EXPECT_EQ(timing->total.busy[size_t(Unit::exit)], cycles);
    EXPECT_EQ(timing->total.exitOps, cycles);
    EXPECT_EQ(timing->total.globalBufferReadBytes, 4 * classes * inputs);
  }
}
