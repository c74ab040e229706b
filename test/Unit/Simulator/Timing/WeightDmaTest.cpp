// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// How weights come from DRAM: which bytes are charged to what.

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

/// Two clusters of one block each: 64 bits of a bitmap and 14 words fill a
/// burst, behind which comes the second, of 50 words.
MicroProgram neighbours(const target::TargetModel &target,
                        Residency residency) {
  constexpr uint32_t outputs = 16, depth = 4;
  MicroProgram program(target, depth, outputs);
  std::vector<uint8_t> clusters(outputs * depth, 2);
  std::fill(clusters.begin(), clusters.begin() + 14, 1);
  const uint32_t w = program.addWeights({1, outputs, depth},
                                        std::vector<float>(outputs * depth, 1),
                                        clusters, "bitmap", residency);
  program.addFetch(w, 2);
  program.add(matrixProduct(program, w, 2, 1), {0});
  return program;
}

/// Bytes of the blocks of each cluster of the only tensor.
std::vector<uint64_t> clusterBytes(const runtime::Executable &executable,
                                   unsigned clusters) {
  std::vector<uint64_t> bytes(clusters);
  const ProgramView &program = executable.program();
  for (uint32_t id = 0; id < program.blockCount(); ++id)
    if (program.block(id).cluster < clusters)
      bytes[program.block(id).cluster] += program.block(id).bytes;
  return bytes;
}

} // namespace

/// A request ends with its cluster, though the next one begins right behind it
/// and within the same aligned window: each cluster is charged its own bytes.
TEST(WeightDma, RequestsDoNotCrossClusters) {
  for (Residency residency : {Residency::streamed, Residency::retained}) {
    target::TargetModel target;
    target.dram.model = target::DramModel::flat;
    auto executable = neighbours(target, residency).load();
    ASSERT_TRUE(executable);
    const ProgramView &program = executable->program();
    ASSERT_EQ(program.blockCount(), 2u);
    ASSERT_EQ(program.block(0).address + program.block(0).bytes,
              program.block(1).address);
    ASSERT_NE(program.block(1).address % target.dma.requestBytes, 0u);
    auto timing = simulateRound(program, executable->work(), 0, {});
    ASSERT_TRUE(timing) << timing.error().message;
    EXPECT_EQ(timing->total.weightBytes, (std::vector<uint64_t>{64, 208}));
  }
}

/// Each Fetch looks up its lines anew, be they those that the last one ended
/// with: here one line, which the first one fills.
TEST(WeightDma, EachFetchLooksUpItsLines) {
  constexpr uint32_t outputs = 4, depth = 3;
  constexpr uint64_t bytes = outputs * depth * 4;
  target::TargetModel target;
  auto &cache = target.weightStore;
  cache.policy = target::StorePolicy::lru;
  cache.lineBytes = 64;
  cache.ways = 2;
  cache.bytes = 2 * 64;
  MicroProgram program(target, depth, outputs);
  const uint32_t w = program.addWeights(
      {1, outputs, depth}, std::vector<float>(outputs * depth, 1),
      std::vector<uint8_t>(outputs * depth, 1), "raw");
  uint32_t last = 0;
  for (int times = 0; times < 3; ++times) {
    program.addFetch(w, 1);
    last = program.add(matrixProduct(program, w, 1, 1), {last});
  }
  auto executable = program.load();
  ASSERT_TRUE(executable);
  auto timing = simulateRound(executable->program(), executable->work(), 0, {});
  ASSERT_TRUE(timing) << timing.error().message;
  const Counts &total = timing->total;
  EXPECT_EQ(total.lineMisses, 1u);
  EXPECT_EQ(total.lineFills, 1u);
  EXPECT_EQ(total.lineHits, 2u);
  EXPECT_EQ(total.weightBytesTotal(), bytes);
  EXPECT_EQ(total.storeHitBytes, 2 * bytes);
  EXPECT_EQ(total.fifoBytes, 3 * bytes);
}

/// The store gives out a block when all of its requests have come.
TEST(WeightDma, ARetainedBlockIsThereWithItsLastByte) {
  constexpr uint32_t outputs = 16, depth = 64; // 4 KB, 16 requests
  target::TargetModel target;
  MicroProgram program(target, depth, outputs);
  const uint32_t w = program.addWeights(
      {1, outputs, depth}, std::vector<float>(outputs * depth, 1),
      std::vector<uint8_t>(outputs * depth, 1), "raw", Residency::retained);
  program.addFetch(w, 1);
  program.add(matrixProduct(program, w, 1, 1), {0});
  auto executable = program.load();
  ASSERT_TRUE(executable);
  ASSERT_EQ(executable->program().blockCount(), 1u);
  auto timing = simulateRound(executable->program(), executable->work(), 0, {});
  ASSERT_TRUE(timing) << timing.error().message;
  uint64_t fetched = 0, decoding = timing->total.cycles;
  for (const Activity &activity : timing->activities) {
    if (activity.unit == Unit::weightDma)
      fetched = std::max(fetched, activity.end);
    if (activity.unit == Unit::decoder)
      decoding = std::min(decoding, activity.begin);
  }
  EXPECT_EQ(decoding, fetched);
}

/// Beginnings of later blocks that come with a burst never keep what is decoded
/// first out of a small FIFO: with a block for each tile, none gets stuck.
RC_GTEST_PROP(WeightDma, ASmallFifoIsEnough, ()) {
  target::TargetModel target;
  target.array.rows = target.array.cols = 4;
  target.array.weightsPerPE = *rc::gen::inRange(1u, 5u);
  target.dma.requestBytes = 64 * *rc::gen::inRange(1u, 3u);
  target.stagingFifo.bytes =
      target.dma.requestBytes + *rc::gen::inRange(0u, 256u);
  const auto outputs = *rc::gen::inRange(4u, 24u),
             depth = *rc::gen::inRange(4u, 48u);
  const auto count = *rc::gen::inRange(1u, 9u);
  MicroProgram program(target, depth, outputs);
  std::vector<uint8_t> clusters(size_t(outputs) * depth);
  for (size_t i = 0; i < clusters.size(); ++i)
    clusters[i] = uint8_t(1 + (i * 7 + i / depth) % count);
  const uint32_t w = program.addWeights({1, outputs, depth},
                                        std::vector<float>(clusters.size(), 1),
                                        clusters, "bitmap");
  const unsigned used =
      unsigned(program.program.program.weights[w]->segments.size());
  program.addFetch(w, used);
  program.add(matrixProduct(program, w, used, 1), {0});
  auto executable = program.load();
  RC_ASSERT(executable != nullptr);
  auto timing = simulateRound(executable->program(), executable->work(), 0, {});
  RC_ASSERT(bool(timing));
}

/// Without a cache, a byte that is fetched is one of its cluster, comes over
/// the bus, and goes through the FIFO or into the store; what is decoded comes
/// out of there.
RC_GTEST_PROP(WeightDma, BytesAreConserved, ()) {
  auto executable = anyMicroProgram().load();
  RC_ASSERT(executable != nullptr);
  const ProgramView &program = executable->program();
  const bool isCached = program.target().weightStore.isCache();
  const bool isRetained = program.isRetained(0, 0);
  WeightStore store;
  for (unsigned round = 0; round < executable->rounds(); ++round) {
    auto timing = simulateRound(program, executable->work(), round, store);
    RC_ASSERT(bool(timing));
    const Counts &total = timing->total;
    const unsigned used =
        std::min<unsigned>(round + 1, program.weights(0).segments()->size());
    const std::vector<uint64_t> wanted = clusterBytes(*executable, used);
    const uint64_t all =
        std::accumulate(wanted.begin(), wanted.end(), uint64_t(0));
    RC_ASSERT(total.weightBytesTotal() + total.storeHitBytes == all);
    RC_ASSERT(total.fifoBytes == (isRetained ? 0 : all));
    RC_ASSERT(total.storeReadBytes == (isRetained ? all : 0));
    RC_ASSERT(total.storeWriteBytes ==
              (isRetained ? total.weightBytesTotal() : 0));
    RC_ASSERT(total.burstBytes >= total.dramBytes());
    if (!isCached && !isRetained) {
      std::vector<uint64_t> charged = total.weightBytes;
      charged.resize(wanted.size());
      RC_ASSERT(charged == wanted);
    }
    store = timing->storeAfter;
  }
}
