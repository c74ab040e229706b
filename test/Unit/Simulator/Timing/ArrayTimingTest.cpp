// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// What the PE array waits for, and what it reads and writes.

#include "AnyProgram.h"

#include "crania/Simulator/Timing/Timeline.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <numeric>

using namespace crania;
using namespace crania::test;
using namespace crania::simulator;
using binary::Residency;

namespace {

/// Two small layers, one behind the other, whose weights the store holds.
class Chain {
public:
  static constexpr uint32_t width = 4;
  enum class Between { nothing, vector, copy };

  static target::TargetModel machine() {
    target::TargetModel target;
    target.array.rows = 5;
    target.array.cols = 9;
    target.vectorUnit.lanes = 1;
    target.globalBuffer.bytesPerCycle = 1 << 16;
    return target;
  }

  explicit Chain(Between between)
      : program(machine(), width, width),
        middle(program.addBuffer("middle", width)),
        parameters(program.addData("parameters", binary::ElementType::i64,
                                   std::vector<int64_t>(512, 1))) {
    const uint32_t first = weights(), second = weights();
    program.addFetch(first, 1);
    const uint32_t fetch = program.addFetch(second, 1);
    auto contract = matrixProduct(program, first, 1, 1);
    contract.input->buffer = program.addBuffer("before", width); // is there
    contract.output->buffer = middle;
    const uint32_t done = program.add(std::move(contract));
    contract = matrixProduct(program, second, 1, 1);
    contract.input->buffer = middle;
    program.add(std::move(contract), tokens(between, done, fetch));
  }

  /// The stalls of a run after one that filled the store.
  std::array<uint64_t, stallCount> stalls() const {
    auto executable = program.load();
    if (!executable)
      return {};
    auto run = [&](const WeightStore &store) {
      return simulateRound(executable->program(), executable->work(), 0, store);
    };
    auto cold = run({});
    EXPECT_TRUE(cold) << cold.error().message;
    if (!cold)
      return {};
    auto warm = run(cold->storeAfter);
    EXPECT_TRUE(warm) << warm.error().message;
    return warm ? warm->total.stalls : std::array<uint64_t, stallCount>();
  }

private:
  uint32_t weights() {
    return program.addWeights(
        {1, width, width}, std::vector<float>(width * width, 1),
        std::vector<uint8_t>(width * width, 1), "raw", Residency::retained);
  }

  /// Returns the tokens for which the second layer waits.
  std::vector<uint32_t> tokens(Between between, uint32_t first,
                               uint32_t fetch) {
    if (between == Between::vector) {
      binary::VectorT relu = reluInPlace(width);
      relu.inputs[0]->buffer = relu.output->buffer = middle;
      return {program.add(std::move(relu), {first}), fetch};
    }
    if (between == Between::copy)
      return {parameters.copy, first, fetch}; // the last one is not the latest
    return {first, fetch};
  }

  MicroProgram program;
  uint32_t middle;
  MicroProgram::Data parameters;
};

uint64_t at(const std::array<uint64_t, stallCount> &stalls, Stall stall) {
  return stalls[size_t(stall)];
}

} // namespace

/// A Contract that takes the result of the one before waits until that has left
/// the array: through all rows and columns.
TEST(ArrayTiming, AContractBehindAContractWaitsForTheDrain) {
  const auto stalls = Chain(Chain::Between::nothing).stalls();
  EXPECT_EQ(at(stalls, Stall::drain), 5u + 9 - 2);
  EXPECT_EQ(at(stalls, Stall::vector), 0u);
  EXPECT_EQ(at(stalls, Stall::activations), 0u);
  EXPECT_EQ(at(stalls, Stall::dram), 0u);
}

/// The event that comes last is the cause: the vector unit takes one cycle per
/// value after the drain.
TEST(ArrayTiming, AContractBehindAVectorWaitsForTheVectorUnit) {
  const auto stalls = Chain(Chain::Between::vector).stalls();
  EXPECT_EQ(at(stalls, Stall::vector), 5u + 9 - 2 + Chain::width);
  EXPECT_EQ(at(stalls, Stall::drain), 0u);
  EXPECT_EQ(at(stalls, Stall::activations), 0u);
}

TEST(ArrayTiming, AContractBehindACopyWaitsForActivations) {
  const auto stalls = Chain(Chain::Between::copy).stalls();
  EXPECT_GT(at(stalls, Stall::activations), 100u); // 4 KB
  EXPECT_EQ(at(stalls, Stall::drain), 0u);
  EXPECT_EQ(at(stalls, Stall::vector), 0u);
}

/// A Contract waits for a Fetch of weights that are not its own as for any
/// other token.
TEST(ArrayTiming, AContractBehindAnotherFetchWaitsForDram) {
  constexpr uint32_t width = 4, large = 4096;
  MicroProgram program(Chain::machine(), width, width);
  auto weights = [&](uint32_t depth) {
    const size_t count = size_t(width) * depth;
    return program.addWeights({1, width, depth}, std::vector<float>(count, 1),
                              std::vector<uint8_t>(count, 1), "raw",
                              depth == large ? Residency::retained
                                             : Residency::streamed);
  };
  auto target = target::parseTarget(program.program.program.target);
  target->weightStore.bytes = 128 * 1024;
  program.program.program.target = target->toJson();
  const uint32_t own = weights(width), other = weights(large);
  program.addFetch(own, 1);
  const uint32_t fetch = program.addFetch(other, 1);
  auto contract = matrixProduct(program, own, 1, 1);
  contract.input->buffer = program.addBuffer("before", width); // is there
  program.add(std::move(contract), {fetch});
  auto executable = program.load();
  ASSERT_TRUE(executable);
  auto timing = simulateRound(executable->program(), executable->work(), 0, {});
  ASSERT_TRUE(timing) << timing.error().message;
  // 64 KB at 32 bytes a cycle.
  EXPECT_GE(at(timing->total.stalls, Stall::dram), width * large * 4 / 32);
  EXPECT_EQ(at(timing->total.stalls, Stall::activations), 0u);
}

/// A command after a Contract gets a block of outputs when its last sums have
/// gone through the array.
TEST(ArrayTiming, ABlockOfOutputsIsReadyBehindTheDrain) {
  constexpr uint32_t outputs = 9, depth = 5, pixels = 100;
  MicroProgram program(Chain::machine(), depth * pixels, outputs * pixels);
  const uint32_t w = program.addWeights(
      {1, outputs, depth}, std::vector<float>(outputs * depth, 1),
      std::vector<uint8_t>(outputs * depth, 1), "raw");
  program.addFetch(w, 1);
  const uint32_t contract =
      program.add(matrixProduct(program, w, 1, pixels), {0});
  program.add(reluInPlace(outputs * pixels), {}, 0, int32_t(contract));
  auto executable = program.load();
  ASSERT_TRUE(executable);
  auto timing = simulateRound(executable->program(), executable->work(), 0, {});
  ASSERT_TRUE(timing) << timing.error().message;
  std::vector<Activity> array, vector;
  for (const Activity &activity : timing->activities) {
    if (activity.unit == Unit::array)
      array.push_back(activity);
    if (activity.unit == Unit::vector)
      vector.push_back(activity);
  }
  ASSERT_EQ(array.size(), 1u);
  ASSERT_EQ(vector.size(), 1u);
  EXPECT_EQ(array[0].end - array[0].begin, pixels);
  EXPECT_EQ(vector[0].begin, array[0].end + 5 + 9 - 2);
}

namespace {

/// Bytes of the global buffer that a product of two tiles of depth takes, with
/// `pixels` of them, less those of the input copy and of the exit test.
struct BufferBytes {
  uint64_t read, written;
};
BufferBytes bytesOf(target::Dataflow dataflow, uint32_t pixels,
                    bool accumulates) {
  target::TargetModel target = Chain::machine();
  target.array.dataflow = dataflow;
  target.array.weightsPerPE = 1;
  constexpr uint32_t outputs = 9, depth = 2 * 5;
  MicroProgram program(target, depth * pixels, outputs * pixels);
  const uint32_t w = program.addWeights(
      {1, outputs, depth}, std::vector<float>(outputs * depth, 1),
      std::vector<uint8_t>(outputs * depth, 1), "raw");
  program.addFetch(w, 1);
  const uint32_t first = program.add(matrixProduct(program, w, 1, pixels), {0});
  if (accumulates) {
    program.addFetch(w, 1);
    auto contract = matrixProduct(program, w, 1, pixels);
    contract.accumulate = true;
    program.add(std::move(contract), {first});
  }
  auto executable = program.load();
  auto timing = simulateRound(executable->program(), executable->work(), 0, {});
  EXPECT_TRUE(timing) << timing.error().message;
  return {timing->total.globalBufferReadBytes - outputs * pixels * 4,
          timing->total.globalBufferWriteBytes - depth * pixels * 4};
}

} // namespace

/// Sums are read and written for each tile, or stay in the PEs where all pixels
/// are there at once. What adds to its output reads it once more.
TEST(ArrayTiming, AccumulatingReadsTheOutputOnceMore) {
  for (uint32_t pixels : {3u, 7u}) { // of 5 rows
    const uint64_t inputs = 10 * pixels * 4, sums = 9 * pixels * 4;
    for (auto dataflow : {target::Dataflow::weightStationary,
                          target::Dataflow::outputStationary}) {
      const bool staysInPEs =
          dataflow == target::Dataflow::outputStationary && pixels <= 5;
      const BufferBytes plain = bytesOf(dataflow, pixels, false);
      EXPECT_EQ(plain.read, inputs + (staysInPEs ? 0 : sums));
      EXPECT_EQ(plain.written, (staysInPEs ? 1 : 2) * sums);
      const BufferBytes both = bytesOf(dataflow, pixels, true);
      EXPECT_EQ(both.read - plain.read, plain.read + sums);
      EXPECT_EQ(both.written, 2 * plain.written);
    }
  }
}

/// A block of outputs without weights has zeros, which its first tile writes;
/// what adds to its output leaves it as it is.
TEST(ArrayTiming, ABlockWithoutWeightsWritesItsZerosOnce) {
  target::TargetModel target = Chain::machine();
  target.array.weightsPerPE = 1;
  constexpr uint32_t outputs = 9, depth = 3 * 5, pixels = 7;
  for (bool accumulates : {false, true}) {
    MicroProgram program(target, depth * pixels, outputs * pixels);
    const uint32_t w = program.addWeights(
        {1, outputs, depth}, std::vector<float>(outputs * depth, 0),
        std::vector<uint8_t>(outputs * depth, 1), "raw");
    program.addFetch(w, 1);
    auto contract = matrixProduct(program, w, 1, pixels);
    contract.accumulate = accumulates;
    binary::VectorT fill;
    fill.extents = {outputs * pixels};
    fill.output = linearAccess(MicroProgram::output, outputs * pixels);
    fill.code.emplace_back(binary::VectorOp::constant, binary::ElementType::f32,
                           0, 0, 0, 1.0, 0);
    const uint32_t filled = program.add(std::move(fill), {0});
    program.add(std::move(contract), {0, filled});
    auto executable = program.load();
    ASSERT_TRUE(executable);
    auto timing =
        simulateRound(executable->program(), executable->work(), 0, {});
    ASSERT_TRUE(timing) << timing.error().message;
    const uint64_t sums = outputs * pixels * 4;
    EXPECT_EQ(timing->total.globalBufferWriteBytes,
              depth * pixels * 4 + sums + (accumulates ? 0 : sums));
    EXPECT_EQ(timing->total.busy[size_t(Unit::array)],
              accumulates ? 0 : pixels);
    EXPECT_EQ(timing->total.macsTotal(), 0u);
    EXPECT_EQ(timing->total.macsSkippedTotal(), outputs * depth * pixels);
  }
}

/// Waiting for the global buffer is no work.
RC_GTEST_PROP(ArrayTiming, ANarrowBufferChangesNoWork, ()) {
  MicroProgram program = anyMicroProgram();
  auto busyWith = [&](uint32_t bytesPerCycle) {
    auto target = target::parseTarget(program.program.program.target);
    target->globalBuffer.bytesPerCycle = bytesPerCycle;
    program.program.program.target = target->toJson();
    auto executable = program.load();
    RC_ASSERT(executable != nullptr);
    auto timing =
        simulateRound(executable->program(), executable->work(), 0, {});
    RC_ASSERT(bool(timing));
    return timing->total.busy[size_t(Unit::array)];
  };
  RC_ASSERT(busyWith(8) == busyWith(1 << 16));
}

/// From the first cycle to the last tile, the array computes or has a reason
/// not to.
RC_GTEST_PROP(ArrayTiming, EveryIdleCycleHasACause, ()) {
  auto executable = anyMicroProgram().load();
  RC_ASSERT(executable != nullptr);
  WeightStore store;
  for (unsigned round = 0; round < executable->rounds(); ++round) {
    auto timing =
        simulateRound(executable->program(), executable->work(), round, store);
    RC_ASSERT(bool(timing));
    const Counts &total = timing->total;
    uint64_t end = 0;
    for (const Activity &activity : timing->activities)
      if (activity.unit == Unit::array)
        end = std::max(end, activity.end);
    const uint64_t known =
        std::accumulate(total.stalls.begin(), total.stalls.end(),
                        total.busy[size_t(Unit::array)]);
    // Behind its last activity, it may wait for tiles that are passed over.
    RC_ASSERT(known >= end && known <= total.cycles);
    store = timing->storeAfter;
  }
}
