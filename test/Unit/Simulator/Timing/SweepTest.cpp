// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Sweeps of several inputs through a round.

#include "AnyProgram.h"
#include "Timing/SweepSchedule.h"

#include "crania/Simulator/Accounting/Bounds.h"
#include "crania/Simulator/Timing/Timeline.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

using namespace crania;
using namespace crania::test;
using namespace crania::simulator;

namespace {

Result<RoundTiming> sweep(const runtime::Executable &executable,
                          unsigned inputs, unsigned round = 0,
                          const WeightStore &store = {}) {
  return simulateRound(executable.program(), executable.work(), round, store,
                       inputs);
}

/// Two layers: the first gives `wide` values, the second takes them, has the
/// most weights and gives 16. The input, and what is behind the second layer,
/// are small.
struct TwoLayers {
  uint32_t narrow = 16, wide = 256, last = 64;

  MicroProgram program(const target::TargetModel &target) const {
    MicroProgram program(target, narrow, last);
    const uint32_t middle = program.addBuffer("middle", wide);
    const uint32_t first = weights(program, wide, narrow);
    const uint32_t second = weights(program, last, wide);
    program.addFetch(first, 1);
    auto contract = matrixProduct(program, first, 1, 1);
    contract.output = densePlane(middle, wide, 1, 1);
    const uint32_t done = program.add(std::move(contract), {0});
    program.addFetch(second, 1);
    contract = matrixProduct(program, second, 1, 1);
    contract.input = densePlane(middle, wide, 1, 1);
    program.add(std::move(contract), {done});
    return program;
  }
  static uint32_t weights(MicroProgram &program, uint32_t outputs,
                          uint32_t depth) {
    const size_t count = size_t(outputs) * depth;
    return program.addWeights({1, outputs, depth}, std::vector<float>(count, 1),
                              std::vector<uint8_t>(count, 1), "raw");
  }
  uint64_t firstBytes() const { return uint64_t(wide) * narrow * 4; }
  uint64_t secondBytes() const { return uint64_t(last) * wide * 4; }
};

} // namespace

TEST(Sweep, WithRoomForAllWeightsAreReadOnce) {
  const TwoLayers layers;
  auto executable = layers.program(target::TargetModel()).load();
  ASSERT_TRUE(executable);
  auto one = sweep(*executable, 1), eight = sweep(*executable, 8);
  ASSERT_TRUE(one && eight);
  EXPECT_EQ(one->total.weightBytesTotal(),
            layers.firstBytes() + layers.secondBytes());
  EXPECT_EQ(eight->total.weightBytesTotal(), one->total.weightBytesTotal());
  EXPECT_EQ(eight->total.activationBytes(), 8 * one->total.activationBytes());
  EXPECT_EQ(eight->total.macsTotal(), 8 * one->total.macsTotal());
  // DRAM-bound for one input.
  EXPECT_LT(eight->total.cycles, 3 * one->total.cycles);
}

TEST(Sweep, WithoutRoomTheInputsGoInGroups) {
  // An input takes 64 + 1024 + 256 bytes: two of them fit.
  target::TargetModel target;
  target.globalBuffer.bytes = 3000;
  const TwoLayers layers;
  auto executable = layers.program(target).load();
  ASSERT_TRUE(executable);
  const SweepSchedule schedule(executable->program(), 0, 5);
  ASSERT_EQ(schedule.segments().size(), 1u); // to save the middle costs more
  EXPECT_EQ(schedule.segments()[0].group, 2u);
  auto one = sweep(*executable, 1), five = sweep(*executable, 5);
  ASSERT_TRUE(one && five);
  EXPECT_EQ(five->total.weightBytesTotal(), 3 * one->total.weightBytesTotal());
  EXPECT_EQ(five->total.activationBytes(), 5 * one->total.activationBytes());
  EXPECT_EQ(five->total.macsTotal(), 5 * one->total.macsTotal());
}

TEST(Sweep, WhatIsSavedIsCharged) {
  // The second layer has many weights and small buffers, the first few weights
  // and a large one: the first runs input by input.
  target::TargetModel target;
  target.globalBuffer.bytes = 5000;
  const uint32_t narrow = 16, last = 512;
  MicroProgram program(target, narrow, last); // 64 and 2048 bytes
  const uint32_t large = program.addBuffer("large", 512);
  const uint32_t small = program.addBuffer("small", narrow);
  const uint32_t first = TwoLayers::weights(program, 512, narrow);
  const uint32_t second = TwoLayers::weights(program, narrow, 512);
  const uint32_t third = TwoLayers::weights(program, last, narrow);
  auto layer = [&](uint32_t weights, uint32_t in, uint32_t inputs, uint32_t out,
                   uint32_t outputs, std::vector<uint32_t> after) {
    program.addFetch(weights, 1);
    auto contract = matrixProduct(program, weights, 1, 1);
    contract.input = densePlane(in, inputs, 1, 1);
    contract.output = densePlane(out, outputs, 1, 1);
    return program.add(std::move(contract), std::move(after));
  };
  const uint32_t a = layer(first, MicroProgram::input, narrow, large, 512, {0});
  const uint32_t b = layer(second, large, 512, small, narrow, {a});
  layer(third, small, narrow, MicroProgram::output, last, {b});
  auto executable = program.load();
  ASSERT_TRUE(executable);
  const unsigned inputs = 2;
  const SweepSchedule schedule(executable->program(), 0, inputs);
  auto one = sweep(*executable, 1), two = sweep(*executable, inputs);
  ASSERT_TRUE(one && two);
  // A cut between the layers lets both inputs share each layer's weights: all
  // of a round's buffers take 4.2 KB, those up to the second layer 2.2 KB,
  // those of the third 2.1 KB. What crosses it are 64 bytes.
  ASSERT_EQ(schedule.segments().size(), 2u);
  EXPECT_EQ(schedule.segments()[0].group, 2u);
  EXPECT_EQ(schedule.segments()[0].saved, narrow * 4u);
  EXPECT_EQ(two->total.weightBytesTotal(), one->total.weightBytesTotal());
  EXPECT_EQ(two->total.activationBytesWritten, inputs * narrow * 4u);
  EXPECT_EQ(two->total.activationBytesRead,
            inputs * (one->total.activationBytesRead + narrow * 4u));
  EXPECT_EQ(two->total.globalBufferWriteBytes,
            inputs * (one->total.globalBufferWriteBytes + narrow * 4u));
}

TEST(Sweep, NeedsScratchMemoryForEachInput) {
  target::TargetModel target;
  dram::Spec small = *target.dram.memory;
  small.organization.rows = 2; // a few KB for each bank
  target.dram.memory = std::make_shared<dram::Spec>(small);
  const uint64_t capacity = small.capacity();
  MicroProgram program(target, 4096, 16);
  const uint32_t w = TwoLayers::weights(program, 16, 16);
  program.addFetch(w, 1);
  auto contract = matrixProduct(program, w, 1, 1);
  program.add(std::move(contract), {0});
  auto executable = program.load();
  ASSERT_TRUE(executable);
  EXPECT_TRUE(sweep(*executable, 1));
  auto timing = sweep(*executable, unsigned(capacity / (4096 * 4)) + 1);
  ASSERT_FALSE(timing);
  EXPECT_NE(timing.error().message.find("smaller sweeps"), std::string::npos)
      << timing.error().message;
}

/// With room for all, a sweep does what its inputs do one by one, but for the
/// weights and parameters, which it reads and decodes as for one.
RC_GTEST_PROP(SweepProperties, SharesTheWeightsAndNothingElse, ()) {
  auto executable = anyMicroProgram().load();
  RC_ASSERT(executable != nullptr);
  const auto inputs = *rc::gen::inRange(1u, 7u);
  const target::TargetModel &target = executable->program().target();
  WeightStore oneStore, allStore;
  for (unsigned round = 0; round < executable->rounds(); ++round) {
    auto one = sweep(*executable, 1, round, oneStore);
    auto all = sweep(*executable, inputs, round, allStore);
    RC_ASSERT(one && all);
    const Counts &a = one->total, &b = all->total;
    RC_ASSERT(a.weightBytes == b.weightBytes);
    RC_ASSERT(a.parameterBytes == b.parameterBytes);
    RC_ASSERT(a.decodedValues == b.decodedValues);
    RC_ASSERT(a.scannedPositions == b.scannedPositions);
    RC_ASSERT(a.storeHitBytes == b.storeHitBytes);
    RC_ASSERT(a.lineHits == b.lineHits && a.lineFills == b.lineFills);
    const Counts times = a * inputs;
    RC_ASSERT(times.macs == b.macs);
    RC_ASSERT(times.macsSkipped == b.macsSkipped);
    RC_ASSERT(times.vectorOps == b.vectorOps);
    RC_ASSERT(times.exitOps == b.exitOps);
    RC_ASSERT(times.activationBytesRead == b.activationBytesRead);
    RC_ASSERT(times.activationBytesWritten == b.activationBytesWritten);
    // Where sums stay in the PEs depends on how many pixels there are.
    if (target.array.dataflow == target::Dataflow::weightStationary) {
      RC_ASSERT(times.globalBufferReadBytes == b.globalBufferReadBytes);
      RC_ASSERT(times.globalBufferWriteBytes == b.globalBufferWriteBytes);
    }
    RC_ASSERT(boundOf(b, target).cycles() <= double(b.cycles));
    RC_ASSERT(b.cycles >= a.cycles);
    oneStore = one->storeAfter;
    allStore = all->storeAfter;
    RC_ASSERT(oneStore == allStore);
  }
}

/// With room for some, weights are read for each group, and no more than one by
/// one.
RC_GTEST_PROP(SweepProperties, GroupsReadNoMoreThanInputsAlone, ()) {
  MicroProgram program = anyMicroProgram();
  auto target = target::parseTarget(program.program.program.target);
  uint64_t used = 0;
  for (const auto &buffer : program.program.program.buffers)
    if (buffer->space == binary::Space::global_buffer)
      used = std::max(used, buffer->offset + buffer->bytes);
  target->globalBuffer.bytes =
      std::max<uint64_t>(1024, used * *rc::gen::inRange<uint64_t>(10, 50) / 10);
  program.program.program.target = target->toJson();
  auto executable = program.load();
  RC_ASSERT(executable != nullptr);
  const auto inputs = *rc::gen::inRange(2u, 7u);
  auto one = sweep(*executable, 1), all = sweep(*executable, inputs);
  RC_ASSERT(one && all);
  RC_ASSERT((one->total * inputs).macs == all->total.macs);
  RC_ASSERT(all->total.weightBytesTotal() >= one->total.weightBytesTotal());
  RC_ASSERT(all->total.weightBytesTotal() <=
            inputs * one->total.weightBytesTotal());
  const SweepSchedule schedule(executable->program(), 0, inputs);
  uint64_t saved = 0;
  for (const SweepSchedule::Segment &segment : schedule.segments())
    saved += segment.saved;
  RC_ASSERT(all->total.activationBytesWritten ==
            inputs * (one->total.activationBytesWritten + saved));
}
