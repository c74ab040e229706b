// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Tests of segments with tables on the machine: their results, their costs and
// their errors.

#include "MicroProgram.h"

#include "crania/Simulator/Timing/Timeline.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

using namespace crania;
using namespace crania::simulator;
using namespace crania::test;
using binary::Residency;

namespace {

/// Returns a fully connected layer in three clusters, with blocks of two tiles.
MicroProgram layer(const std::string &encoding,
                   const target::TargetModel &target,
                   Residency residency = Residency::streamed,
                   uint32_t tilesPerBlock = 2) {
  const uint32_t outputs = 64, depth = 200;
  MicroProgram program(target, depth, outputs);
  std::vector<float> values(outputs * depth);
  std::vector<uint8_t> clusters(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    clusters[i] = uint8_t(1 + i * 7 % 3);
    values[i] = float(1 + i * i % 5);
  }
  const uint32_t w = program.addWeights({1, outputs, depth}, values, clusters,
                                        encoding, residency, tilesPerBlock);
  program.addFetch(w, 3);
  program.add(matrixProduct(program, w, 3, 1), {0});
  return program;
}

Result<RoundTiming> simulateFirst(const runtime::Executable &executable) {
  return simulateRound(executable.program(), executable.work(), 0,
                       WeightStore());
}

TEST(CodedEncodings, ComputeTheSameInEachEncoding) {
  std::vector<float> input(200);
  for (size_t i = 0; i < input.size(); ++i)
    input[i] = float(i % 4);
  const target::TargetModel target;
  const std::vector<float> expected = runOnce(layer("bitmap", target), input);
  for (const char *encoding :
       {"conditional+tans", "golomb+huffman", "runs+delta", "bitmap+packed",
        "conditional+codebook"})
    EXPECT_EQ(runOnce(layer(encoding, target), input), expected) << encoding;
}

/// Every byte of tables and directory is fetched, and charged.
TEST(CodedEncodings, TablesAndDirectoryAreMoved) {
  const target::TargetModel target;
  auto executable = layer("conditional+tans", target).load();
  auto timing = simulateFirst(*executable);
  ASSERT_TRUE(timing) << timing.error().message;
  uint64_t bytes = 0, heads = 0;
  for (unsigned c = 0; c < 3; ++c) {
    bytes += executable->program().segment(0, c).bytes();
    heads += executable->program().segment(0, c).block_offsets()->Get(0);
  }
  EXPECT_GT(heads, 3 * 10u);
  EXPECT_EQ(timing->total.weightBytesTotal(), bytes);
  EXPECT_EQ(timing->total.scannedPositions, 0u);
  EXPECT_GT(timing->total.decoderFemtojoules, 0u);
}

/// The run takes all cycles of blocks, and those of the largest tables once.
TEST(CodedEncodings, TakeTheirCycles) {
  target::TargetModel target;
  target.decoder.blocks = 1;
  for (uint32_t tilesPerBlock : {1u, 2u, 4u}) {
    auto executable =
        layer("conditional+tans", target, Residency::streamed, tilesPerBlock)
            .load();
    const ProgramView &program = executable->program();
    auto timing = simulateFirst(*executable);
    ASSERT_TRUE(timing) << timing.error().message;
    uint64_t cycles = 0, load = 0;
    for (uint32_t b = 0; b < program.blockCount(); ++b)
      cycles += executable->work().block(b).cycles;
    for (unsigned c = 0; c < 3; ++c)
      load = std::max(load, program.coder(0, c).cost().loadCycles());
    EXPECT_GT(load, 0u);
    EXPECT_EQ(timing->total.busy[size_t(Unit::decoder)], cycles + load);
  }
}

/// Tables stay until those of another tensor take their place.
TEST(CodedEncodings, TablesAreLoadedOncePerTensorInTurn) {
  target::TargetModel target;
  target.decoder.blocks = 1;
  const uint32_t outputs = 64, depth = 200;
  std::vector<float> values(outputs * depth);
  std::vector<uint8_t> clusters(values.size(), 1);
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = float(1 + i * i % 5);
  auto busyFor = [&](const std::vector<unsigned> &order) {
    MicroProgram program(target, depth, outputs);
    std::vector<uint32_t> weights;
    for (unsigned i = 0; i < 2; ++i)
      weights.push_back(program.addWeights({1, outputs, depth}, values,
                                           clusters, "dense+tans",
                                           Residency::streamed, 2));
    std::vector<uint32_t> after = {0};
    for (unsigned w : order) {
      program.addFetch(weights[w], 1);
      after = {program.add(matrixProduct(program, weights[w], 1, 1), after)};
    }
    auto executable = program.load();
    auto timing = simulateFirst(*executable);
    EXPECT_TRUE(timing) << timing.error().message;
    return std::pair(timing->total.busy[size_t(Unit::decoder)],
                     executable->program().coder(0, 0).cost().loadCycles());
  };
  const auto [once, load] = busyFor({0});
  ASSERT_GT(load, 0u);
  EXPECT_EQ(busyFor({0, 0}).first, 2 * once - load);
  EXPECT_EQ(busyFor({0, 1}).first, 2 * once);
  EXPECT_EQ(busyFor({0, 1, 0}).first, 3 * once);
}

TEST(CodedEncodings, SeveralBlocksAtOnceAreFasterAndLarger) {
  target::TargetModel one, four;
  one.decoder.blocks = 1;
  four.decoder.blocks = 4;
  auto slow = layer("conditional+tans", one).load();
  auto fast = layer("conditional+tans", four).load();
  auto slowTiming = simulateFirst(*slow), fastTiming = simulateFirst(*fast);
  ASSERT_TRUE(bool(slowTiming) && bool(fastTiming));
  EXPECT_LT(fastTiming->total.cycles, slowTiming->total.cycles);
  EXPECT_GT(fast->program().decoderUm2(), slow->program().decoderUm2());
  EXPECT_EQ(fastTiming->total.decoderFemtojoules,
            slowTiming->total.decoderFemtojoules);
}

TEST(CodedEncodings, RetainedOnesComeFromTheStore) {
  auto executable =
      layer("conditional+tans", target::TargetModel(), Residency::retained)
          .load();
  auto timing = simulateFirst(*executable);
  ASSERT_TRUE(timing) << timing.error().message;
  EXPECT_EQ(timing->total.storeReadBytes, timing->total.storeWriteBytes);
}

std::string errorOf(const MicroProgram &program) {
  auto binary = program.finish();
  if (!binary)
    return binary.error().message;
  auto executable = runtime::Executable::load(*binary, 0);
  return executable ? "" : executable.error().message;
}

TEST(CodedEncodings, DamagedOnesAreErrors) {
  const target::TargetModel target;
  EXPECT_EQ(errorOf(layer("conditional+tans", target)), "");
  MicroProgram tables = layer("conditional+tans", target);
  const binary::SegmentT &segment =
      *tables.program.program.weights[0]->segments[1];
  tables.program.image[segment.address] ^= 0xff;
  EXPECT_NE(errorOf(tables).find("cluster 2 of"), std::string::npos)
      << errorOf(tables);
  MicroProgram directory = layer("conditional+tans", target);
  directory.program.image[segment.address + segment.table_bytes] ^= 1;
  EXPECT_NE(errorOf(directory).find("its directory gives block 0"),
            std::string::npos)
      << errorOf(directory);
  MicroProgram shorter = layer("conditional+tans", target);
  --shorter.program.program.weights[0]->segments[1]->table_bytes;
  EXPECT_NE(errorOf(shorter).find("tables"), std::string::npos)
      << errorOf(shorter);
}

TEST(CodedEncodings, TheDecoderHasToFit) {
  target::TargetModel target;
  target.weightStore.bytes = 0;
  target.limits.additionPercent = 0.3;
  target.decoder.lanes = 1;
  EXPECT_EQ(errorOf(layer("bitmap", target)), "");
  const std::string error = errorOf(layer("conditional+tans", target));
  EXPECT_NE(error.find("limits.addition_percent"), std::string::npos) << error;
}

RC_GTEST_PROP(CodedEncodings, AnyDamageOfABlockIsFoundOrOtherWeights, ()) {
  MicroProgram program = layer("conditional+tans", target::TargetModel());
  const binary::SegmentT &segment =
      *program.program.program.weights[0]->segments[0];
  const auto bit = *rc::gen::inRange<uint64_t>(0, 8 * segment.bytes);
  auto weightsOf = [](const MicroProgram &of) {
    auto executable = runtime::Executable::load(*of.finish(), 0);
    std::vector<uint8_t> bytes;
    if (executable) {
      const auto &matrix = (*executable)->weights().find(0, 3)->matrix;
      bytes.assign(matrix.data(), matrix.data() + matrix.size());
    }
    return bytes;
  };
  const std::vector<uint8_t> before = weightsOf(program);
  program.program.image[segment.address + bit / 8] ^= 1 << (bit % 8);
  RC_ASSERT(weightsOf(program) != before);
}

} // namespace
