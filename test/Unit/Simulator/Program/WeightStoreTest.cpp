// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Caches as weight stores: what they hold, and what that saves.

#include "MicroProgram.h"

#include "crania/Simulator/Accounting/Energy.h"
#include "crania/Simulator/Timing/StreamTiming.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <list>
#include <map>

using namespace crania;
using namespace crania::test;
using namespace crania::simulator;
using target::StorePolicy;
using target::TargetModel;
using Store = target::TargetModel::WeightStore;

namespace {

constexpr uint64_t lineBytes = 32;

Store cacheOf(StorePolicy policy, uint64_t lines, uint32_t ways) {
  Store cache;
  cache.policy = policy;
  cache.bytes = lines * lineBytes;
  cache.lineBytes = lineBytes;
  cache.ways = ways;
  return cache;
}

/// Hits of the last of some sweeps over lines 0 to count - 1, of which the
/// first ones allocate.
uint64_t hitsOfASweep(const Store &cache, uint64_t count, uint64_t allocating) {
  WeightStore store;
  uint64_t hits = 0;
  for (int sweep = 0; sweep < 3; ++sweep) {
    hits = 0;
    for (uint64_t line = 0; line < count; ++line)
      hits += store.lookUp(cache, line, line < allocating);
  }
  return hits;
}

/// A layer of dense weights in two clusters, streamed in rounds of one image.
std::shared_ptr<const runtime::Executable> layerOn(const Store &cache) {
  TargetModel target;
  target.weightStore = cache;
  const uint32_t outputs = 16, depth = 300;
  MicroProgram program(target, depth, outputs);
  std::vector<uint8_t> clusters(outputs * depth, 1);
  for (size_t i = 0; i < clusters.size(); i += 3)
    clusters[i] = 2;
  const uint32_t w = program.addWeights({1, outputs, depth},
                                        std::vector<float>(clusters.size(), 1),
                                        clusters, "bitmap");
  program.addFetch(w, 2);
  program.add(matrixProduct(program, w, 2, 1), {0});
  return program.load();
}

/// The counts of the second and later of equal rounds.
Counts warm(const runtime::Executable &executable) {
  WeightStore store;
  Counts counts;
  for (int i = 0; i < 3; ++i) {
    auto timing =
        simulateRound(executable.program(), executable.work(), 0, store);
    EXPECT_TRUE(timing) << timing.error().message;
    if (!timing)
      return {};
    counts = timing->total;
    store = timing->storeAfter;
  }
  return counts;
}

/// Textbook caches: for each set, a list of lines.
struct Reference {
  Store cache;
  std::map<uint64_t, std::list<uint64_t>> sets;

  bool lookUp(uint64_t line, bool allocates) {
    std::list<uint64_t> &set = sets[line % cache.sets()];
    for (auto it = set.begin(); it != set.end(); ++it)
      if (*it == line) {
        if (cache.policy == StorePolicy::lru)
          set.splice(set.end(), set, it);
        return true;
      }
    if (allocates)
      set.push_back(line);
    if (set.size() > cache.lines() / cache.sets())
      set.pop_front();
    return false;
  }
};

} // namespace

/// Hits of a cyclic sweep over more lines than the cache has: nothing where the
/// oldest line goes first; in a direct-mapped cache, the lines that have a
/// place of their own; behind allocation hints, all that was let in.
RC_GTEST_PROP(WeightCache, CyclicSweeps, ()) {
  const auto lines = *rc::gen::inRange<uint64_t>(1, 64);
  const auto count = *rc::gen::inRange<uint64_t>(1, 2 * lines + 1);
  const Store lru = cacheOf(StorePolicy::lru, lines, uint32_t(lines));
  const Store fifo = cacheOf(StorePolicy::fifo, lines, uint32_t(lines));
  const Store direct = cacheOf(StorePolicy::directMapped, lines, 1);
  const uint64_t all = count <= lines ? count : 0;
  RC_ASSERT(hitsOfASweep(lru, count, count) == all);
  RC_ASSERT(hitsOfASweep(fifo, count, count) == all);
  RC_ASSERT(hitsOfASweep(direct, count, count) ==
            (count <= lines ? count : 2 * lines - count));
  const uint64_t hinted = std::min(lines, count);
  for (const Store &cache : {lru, fifo, direct})
    RC_ASSERT(hitsOfASweep(cache, count, hinted) == hinted);
}

RC_GTEST_PROP(WeightCache, AreTextbookCaches, ()) {
  const auto ways = *rc::gen::inRange(1u, 5u);
  const auto sets = *rc::gen::inRange(1u, 9u);
  const auto policy = *rc::gen::element(StorePolicy::directMapped,
                                        StorePolicy::lru, StorePolicy::fifo);
  const Store cache = cacheOf(
      policy, policy == StorePolicy::directMapped ? sets : ways * sets, ways);
  Reference reference{cache, {}};
  WeightStore store;
  const auto accesses =
      *rc::gen::container<std::vector<std::pair<uint64_t, bool>>>(rc::gen::pair(
          rc::gen::inRange<uint64_t>(0, 60), rc::gen::arbitrary<bool>()));
  for (auto [line, allocates] : accesses)
    RC_ASSERT(store.lookUp(cache, line, allocates) ==
              reference.lookUp(line, allocates));
  RC_ASSERT(store.bytesHeld() <= cache.bytes);
}

/// In a stack of lines, a larger one holds all that a smaller one does.
RC_GTEST_PROP(WeightCache, ALargerLruNeverMissesMore, ()) {
  const auto lines = *rc::gen::inRange<uint64_t>(1, 20);
  const Store small = cacheOf(StorePolicy::lru, lines, uint32_t(lines));
  const Store large = cacheOf(StorePolicy::lru, lines + 1, uint32_t(lines + 1));
  WeightStore inSmall, inLarge;
  for (uint64_t line : *rc::gen::container<std::vector<uint64_t>>(
           rc::gen::inRange<uint64_t>(0, 30))) {
    const bool hit = inSmall.lookUp(small, line, true);
    RC_ASSERT(inLarge.lookUp(large, line, true) || !hit);
  }
}

TEST(WeightCache, WhatFitsIsReadOnce) {
  for (StorePolicy policy :
       {StorePolicy::directMapped, StorePolicy::lru, StorePolicy::fifo}) {
    auto executable = layerOn(cacheOf(policy, 2048, 4));
    ASSERT_TRUE(executable);
    const Counts counts = warm(*executable);
    EXPECT_EQ(counts.weightBytesTotal(), 0u);
    EXPECT_GT(counts.lineHits, 0u);
    EXPECT_EQ(counts.lineMisses, 0u);
    EXPECT_EQ(counts.lineFills, 0u);
    EXPECT_EQ(counts.storeHitBytes, counts.fifoBytes);
    const TargetModel &target = executable->program().target();
    EXPECT_DOUBLE_EQ(energyOf(counts, target, target::Precision::f32).store,
                     double(counts.lineHits) * target.cacheLookUpPicojoules());
  }
}

/// The sweep over the weights evicts each line before it comes again.
TEST(WeightCache, ASmallLruIsOfNoUseToASweep) {
  for (uint64_t bytes : {256, 1024, 8192}) {
    auto executable = layerOn(cacheOf(StorePolicy::lru, bytes / lineBytes, 4));
    const Counts counts = warm(*executable);
    EXPECT_EQ(counts.lineFills, counts.lineMisses);
    // But for lines that two blocks share.
    EXPECT_LT(counts.lineHits * 20, counts.lineMisses) << bytes;
  }
}

/// The first cluster fits once the second one does not push it out.
TEST(WeightCache, HintsKeepTheFirstCluster) {
  Store cache = cacheOf(StorePolicy::lru, 512, 512);
  cache.allocateClusters = 1;
  auto executable = layerOn(cache);
  const Counts counts = warm(*executable);
  ASSERT_EQ(counts.weightBytes.size(), 2u);
  EXPECT_EQ(counts.weightBytes[0], 0u);
  EXPECT_GT(counts.weightBytes[1], 0u);
  EXPECT_EQ(counts.lineFills, 0u);
  EXPECT_GT(counts.lineHits, counts.lineMisses);
}

/// 64 KB of fast cells: 64 mW, 320 pJ in each cycle of 5 ns, beside the logic.
TEST(WeightCache, LeaksAllTheTime) {
  auto executable = layerOn(cacheOf(StorePolicy::lru, 2048, 4));
  const Counts counts = warm(*executable);
  const target::TargetModel &target = executable->program().target();
  target::TargetModel plain = target;
  plain.weightStore.policy = target::StorePolicy::directMapped;
  auto leakage = [&](const target::TargetModel &machine) {
    return energyOf(counts, machine, target::Precision::f32).leakage;
  };
  EXPECT_GT(leakage(plain), 0);
  EXPECT_NEAR(leakage(target) - leakage(plain), 320.0 * double(counts.cycles),
              1e-6 * double(counts.cycles));
}

TEST(WeightCache, HitsAreFaster) {
  auto small = layerOn(cacheOf(StorePolicy::lru, 8, 4));
  auto large = layerOn(cacheOf(StorePolicy::lru, 2048, 4));
  EXPECT_LT(warm(*large).cycles, warm(*small).cycles);
}

/// A cache has no places for blocks.
TEST(WeightCache, RetainedSegmentsAreRefused) {
  TargetModel target;
  target.weightStore = cacheOf(StorePolicy::lru, 2048, 4);
  MicroProgram program(target, 16, 16);
  program.addWeights({1, 16, 16}, std::vector<float>(256, 1),
                     std::vector<uint8_t>(256, 1), "raw",
                     binary::Residency::retained);
  program.addFetch(0, 1);
  program.add(matrixProduct(program, 0, 1, 1), {0});
  auto bundle = program.finish();
  ASSERT_FALSE(bundle);
  EXPECT_NE(bundle.error().message.find("is a cache, which has no places"),
            std::string::npos)
      << bundle.error().message;
}
