// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// What the functional engine makes of a proof that a round reads nothing that
// it did not write: no poison, and DRAM buffers that share the host's memory.

#include "Execution/WriteProof.h"
#include "Execution/DramPlacement.h"
#include "MicroProgram.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

using namespace crania;
using namespace crania::test;
using namespace crania::binary;
using simulator::DramPlacement;
using simulator::writesBeforeItReads;

namespace {

constexpr uint32_t elements = 12;

/// output = input, of so many elements from one on.
VectorT copyToOutput(uint32_t count, uint32_t from = 0) {
  VectorT vector;
  vector.extents = {count};
  vector.inputs.push_back(linearAccess(MicroProgram::input, count, 1, from));
  vector.output = linearAccess(MicroProgram::output, count, 1, from);
  return vector;
}

CopyT copyOf(uint32_t from, uint32_t to, uint32_t count = elements) {
  CopyT copy;
  copy.source = from;
  copy.destination = to;
  copy.extents = {count};
  copy.source_strides = copy.destination_strides = {1};
  return copy;
}

MicroProgram newProgram(unsigned rounds = 1) {
  return MicroProgram(target::TargetModel(), elements, elements, rounds);
}

bool isProven(const MicroProgram &program, unsigned round = 0) {
  auto executable = program.load();
  return executable && writesBeforeItReads(executable->program(), round);
}

std::vector<float> run(const runtime::Executable &executable, unsigned round,
                       simulator::FunctionalEngine::Memory &memory) {
  std::vector<float> input(elements, 1), logits(elements);
  executable.engine().runRound(round, input, memory, logits);
  return logits;
}

} // namespace

TEST(WriteProof, HoldsWhenAllIsWritten) {
  MicroProgram program = newProgram();
  program.add(copyToOutput(elements), {0});
  EXPECT_TRUE(isProven(program));
}

TEST(WriteProof, FailsWhenALogitIsNot) {
  MicroProgram program = newProgram();
  program.add(copyToOutput(elements - 1), {0});
  EXPECT_FALSE(isProven(program));
}

TEST(WriteProof, FailsWhenAnInputIsNot) {
  MicroProgram program = newProgram();
  const uint32_t other = program.addBuffer("other", elements);
  VectorT vector = copyToOutput(elements);
  vector.inputs[0]->buffer = other;
  program.add(std::move(vector), {0});
  EXPECT_FALSE(isProven(program));
}

TEST(WriteProof, FailsWhenASumGoesOnFromWhatNothingWrote) {
  for (bool initialized : {false, true}) {
    MicroProgram program = newProgram();
    VectorT vector = copyToOutput(elements);
    vector.reduces = true;
    vector.initialized = initialized;
    vector.code.emplace_back(VectorOp::add, ElementType::f32, 0, 1, 0, 0, 0);
    program.add(std::move(vector), {0});
    EXPECT_EQ(isProven(program), initialized);
  }
}

TEST(WriteProof, TakesPaddingAsNoRead) {
  for (uint32_t extent : {elements - 2, elements}) {
    MicroProgram program = newProgram();
    const uint32_t middle = program.addBuffer("middle", elements);
    VectorT part = copyToOutput(elements - 2);
    part.output->buffer = middle;
    const uint32_t written = program.add(std::move(part), {0});
    VectorT vector = copyToOutput(elements);
    vector.inputs[0]->buffer = middle;
    vector.inputs[0]->dims[0]->extent = extent;
    program.add(std::move(vector), {written});
    EXPECT_EQ(isProven(program), extent < elements);
  }
}

TEST(WriteProof, SeesGapsBetweenRuns) {
  for (uint32_t missing :
       {0u, 5u, elements}) { // none of these elements, or all
    MicroProgram program = newProgram();
    const uint32_t middle = program.addBuffer("middle", elements);
    uint32_t last = 0;
    for (uint32_t i = 0; i < elements; ++i) {
      if (i == missing)
        continue;
      VectorT one = copyToOutput(1, i);
      one.output->buffer = middle;
      last = program.add(std::move(one), {0});
    }
    VectorT vector = copyToOutput(elements);
    vector.inputs[0]->buffer = middle;
    program.add(std::move(vector), {last});
    EXPECT_EQ(isProven(program), missing == elements);
  }
}

/// Memory outlives a round, but what a round finds there is not its own.
TEST(WriteProof, WhatAnotherRoundWroteIsPoisoned) {
  MicroProgram program = newProgram(2);
  program.add(copyToOutput(elements), {0}, 0);
  program.add(reluInPlace(elements), {}, 1);
  EXPECT_TRUE(isProven(program, 0));
  EXPECT_FALSE(isProven(program, 1));
  auto executable = program.load();
  ASSERT_TRUE(executable);
  auto memory = executable->engine().allocate();
  EXPECT_EQ(run(*executable, 0, memory), std::vector<float>(elements, 1));
  for (float logit : run(*executable, 1, memory))
    EXPECT_TRUE(std::isnan(logit));
}

//===----------------------------------------------------------------------===//
// Placement
//===----------------------------------------------------------------------===//

namespace {

uint32_t addDram(MicroProgram &program, uint32_t count) {
  ProgramT &p = program.program.program;
  auto buffer = std::make_unique<BufferT>();
  buffer->name = "dram" + std::to_string(p.buffers.size());
  buffer->space = Space::dram;
  buffer->offset = p.dram_bytes;
  buffer->bytes = count * sizeof(float);
  p.dram_bytes += buffer->bytes;
  p.buffers.push_back(std::move(buffer));
  return uint32_t(p.buffers.size() - 1);
}

/// output = a + output, for a buffer on chip.
VectorT addToOutput(uint32_t buffer) {
  VectorT vector = copyToOutput(elements);
  vector.inputs[0]->buffer = buffer;
  vector.inputs.push_back(linearAccess(MicroProgram::output, elements));
  vector.code.emplace_back(VectorOp::add, ElementType::f32, 0, 1, 0, 0, 0);
  return vector;
}

/// Waits for all before it.
template <typename Body>
void append(MicroProgram &program, Body body) {
  std::vector<uint32_t> after(
      program.program.program.rounds[0]->commands.size());
  for (uint32_t i = 0; i < after.size(); ++i)
    after[i] = i;
  program.add(std::move(body), after);
}

} // namespace

/// Buffers of DRAM hold different multiples of the input for a while, each
/// until it is written anew; the logits are the sum of all that is read.
RC_GTEST_PROP(DramPlacement, KeepsWhatIsInUse, ()) {
  MicroProgram program = newProgram();
  append(program, copyToOutput(elements));
  const uint32_t onChip = program.addBuffer("on chip", elements);
  constexpr uint32_t count = 4;
  std::vector<uint32_t> buffers;
  std::vector<float> values(count, 0); // 0: not written yet
  for (uint32_t i = 0; i < count; ++i)
    buffers.push_back(addDram(program, elements));
  float sum = 1;
  const auto order =
      *rc::gen::container<std::vector<std::pair<uint32_t, bool>>>(
          20, rc::gen::pair(rc::gen::inRange(0u, count),
                            rc::gen::arbitrary<bool>()));
  for (auto [i, writes] : order) {
    if (writes || values[i] == 0) { // what the sum is at the moment
      append(program, copyOf(MicroProgram::output, buffers[i]));
      values[i] = sum;
    } else {
      append(program, copyOf(buffers[i], onChip));
      append(program, addToOutput(onChip));
      sum += values[i];
    }
  }
  auto executable = program.load();
  RC_ASSERT(executable != nullptr);
  RC_ASSERT(writesBeforeItReads(executable->program(), 0));
  auto memory = executable->engine().allocate();
  RC_ASSERT(run(*executable, 0, memory) == std::vector<float>(elements, sum));
}

TEST(DramPlacement, SharesOnlyWhereAllowed) {
  MicroProgram program = newProgram();
  append(program, copyToOutput(elements));
  for (int i = 0; i < 3; ++i) { // used one after the other
    const uint32_t buffer = addDram(program, elements);
    append(program, copyOf(MicroProgram::output, buffer));
    append(program, copyOf(buffer, MicroProgram::output));
  }
  auto executable = program.load();
  ASSERT_TRUE(executable);
  const simulator::ProgramView &view = executable->program();
  constexpr size_t bytes = elements * sizeof(float);
  EXPECT_EQ(DramPlacement(view, false).bytes(), 4 * bytes);
  EXPECT_LT(DramPlacement(view, true).bytes(), 4 * bytes);
}
