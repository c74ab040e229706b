// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Solvers/BufferPlacement.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

using namespace crania;
using namespace crania::solvers;

namespace {

/// Returns a buffer used in two steps, with a window of 10 bytes in each.
BufferProblem::Buffer buffer(uint64_t bytes, size_t first, size_t last) {
  return {bytes, {{first, 10}, {last, 10}}, true, false};
}

BufferPlacement place(const BufferProblem &problem) {
  EXPECT_TRUE(bool(problem.check()));
  auto answer = placeBuffers(problem);
  EXPECT_TRUE(std::holds_alternative<BufferPlacement>(answer));
  auto placement = std::get<BufferPlacement>(answer);
  Status status = placement.verify(problem);
  EXPECT_TRUE(bool(status)) << (status ? "" : status.error().message);
  return placement;
}

TEST(BufferPlacementTest, ReusesBytesOfTheDead) {
  BufferProblem problem{
      {buffer(60, 0, 1), buffer(40, 1, 2), buffer(60, 2, 3)}, 4, 100, 4};
  EXPECT_EQ(problem.peakLiveBytes(), 100u);
  BufferPlacement placement = place(problem);
  for (const auto &offset : placement.offsets)
    EXPECT_TRUE(offset.has_value());
  EXPECT_EQ(placement.offsets[0], placement.offsets[2]);
  EXPECT_EQ(placement.usedBytes(problem), 100u);
}

TEST(BufferPlacementTest, SpillsWhatIsLargerThanTheMemory) {
  BufferProblem problem{{buffer(1000, 0, 1), buffer(40, 1, 2)}, 3, 100, 1};
  BufferPlacement placement = place(problem);
  EXPECT_FALSE(placement.offsets[0].has_value());
  EXPECT_TRUE(placement.offsets[1].has_value());
  // Step 1 needs the window of the spilled buffer in addition to the other
  // buffer.
  EXPECT_EQ(placement.freeRanges[1].bytes, 60u);
}

TEST(BufferPlacementTest, SpillsTheCheapestThatMakesEnoughRoom) {
  // Step 1 has 30 bytes too many. The second buffer is smaller than the first
  // one, and large enough.
  BufferProblem problem{
      {buffer(60, 0, 2), buffer(50, 0, 2), buffer(20, 1, 2)}, 3, 100, 1};
  problem.buffers[1].uses = {{0, 10}, {2, 10}};
  BufferPlacement placement = place(problem);
  EXPECT_TRUE(placement.offsets[0].has_value());
  EXPECT_FALSE(placement.offsets[1].has_value());
  EXPECT_TRUE(placement.offsets[2].has_value());
}

TEST(BufferPlacementTest, NeverSpillsWhatMayNotBe) {
  BufferProblem problem{{buffer(60, 0, 1), buffer(80, 0, 1)}, 2, 100, 1};
  problem.buffers[0].maySpill = false;
  BufferPlacement placement = place(problem);
  EXPECT_TRUE(placement.offsets[0].has_value());
  EXPECT_FALSE(placement.offsets[1].has_value());
}

TEST(BufferPlacementTest, SaysWhichStepCannotFit) {
  BufferProblem problem{{buffer(60, 0, 1), buffer(80, 1, 2)}, 3, 100, 1};
  problem.buffers[0].maySpill = false;
  problem.buffers[1].uses[0].windowBytes = 50;
  auto answer = placeBuffers(problem);
  ASSERT_TRUE(std::holds_alternative<PlacementFailure>(answer));
  EXPECT_EQ(std::get<PlacementFailure>(answer).step, 1u);
  EXPECT_EQ(std::get<PlacementFailure>(answer).neededBytes, 110u);
}

TEST(BufferPlacementTest, ChecksItsProblem) {
  BufferProblem unused{{{10, {}, true, false}}, 1, 100, 1};
  EXPECT_FALSE(bool(unused.check()));
  BufferProblem late{{buffer(10, 0, 2)}, 2, 100, 1};
  EXPECT_FALSE(bool(late.check()));
  BufferProblem unordered{{buffer(10, 1, 0)}, 2, 100, 1};
  EXPECT_FALSE(bool(unordered.check()));
  BufferProblem odd{{buffer(10, 0, 1)}, 2, 100, 3};
  EXPECT_FALSE(bool(odd.check()));
}

TEST(BufferPlacementTest, VerifyFindsOverlapsAndMissingWindows) {
  BufferProblem problem{{buffer(60, 0, 1), buffer(40, 1, 2)}, 3, 100, 1};
  BufferPlacement placement = place(problem);
  BufferPlacement overlapping = placement;
  overlapping.offsets[1] = *placement.offsets[0];
  EXPECT_FALSE(bool(overlapping.verify(problem)));
  BufferPlacement outside = placement;
  outside.offsets[0] = 41;
  EXPECT_FALSE(bool(outside.verify(problem)));
  BufferPlacement windowless = placement;
  windowless.offsets[1] = std::nullopt;
  windowless.freeRanges[2] = {0, 9};
  EXPECT_FALSE(bool(windowless.verify(problem)));
}

BufferProblem arbitraryProblem() {
  BufferProblem problem;
  problem.steps = *rc::gen::inRange<size_t>(1, 12);
  problem.capacity = *rc::gen::inRange<uint64_t>(1, 400);
  problem.alignment = uint64_t(1) << *rc::gen::inRange(0, 4);
  size_t count = *rc::gen::inRange(0, 12);
  for (size_t i = 0; i < count; ++i) {
    BufferProblem::Buffer b;
    b.bytes = *rc::gen::inRange<uint64_t>(1, 200);
    b.maySpill = *rc::gen::inRange(0, 6) != 0;
    b.startsInDram = *rc::gen::arbitrary<bool>();
    for (size_t step = 0; step < problem.steps; ++step)
      if (*rc::gen::inRange(0, 3) == 0)
        b.uses.push_back({step, *rc::gen::inRange<uint64_t>(0, 60)});
    if (!b.uses.empty())
      problem.buffers.push_back(b);
  }
  return problem;
}

/// Returns the bytes that a step needs if everything that may be spilled is.
uint64_t leastBytes(const BufferProblem &problem, size_t step) {
  auto aligned = [&](uint64_t bytes) {
    return (bytes + problem.alignment - 1) / problem.alignment *
           problem.alignment;
  };
  uint64_t bytes = 0;
  for (const BufferProblem::Buffer &b : problem.buffers) {
    bool alive = b.uses.front().step <= step && step <= b.uses.back().step;
    uint64_t whole = alive ? aligned(b.bytes) : 0, window = 0;
    for (const BufferProblem::Use &use : b.uses)
      if (use.step == step)
        window = aligned(use.windowBytes);
    bytes += b.maySpill ? std::min(whole, window) : whole;
  }
  return bytes;
}

RC_GTEST_PROP(BufferPlacementTest, IsValid, ()) {
  BufferProblem problem = arbitraryProblem();
  RC_ASSERT(bool(problem.check()));
  auto answer = placeBuffers(problem);
  if (auto *placement = std::get_if<BufferPlacement>(&answer)) {
    RC_ASSERT(bool(placement->verify(problem)));
    RC_ASSERT(placement->usedBytes(problem) <= problem.capacity);
  }
}

/// No buffer must stay, and no window is larger than its buffer.
RC_GTEST_PROP(BufferPlacementTest, FailsOnlyWhereAStepIsImpossible, ()) {
  BufferProblem problem = arbitraryProblem();
  for (BufferProblem::Buffer &b : problem.buffers) {
    b.maySpill = true;
    for (BufferProblem::Use &use : b.uses)
      use.windowBytes = std::min(use.windowBytes, b.bytes);
  }
  auto answer = placeBuffers(problem);
  bool isPossible = true;
  for (size_t step = 0; step < problem.steps; ++step)
    isPossible &= leastBytes(problem, step) <= problem.capacity;
  RC_ASSERT(std::holds_alternative<BufferPlacement>(answer) == isPossible);
  if (isPossible)
    return;
  const size_t step = std::get<PlacementFailure>(answer).step;
  RC_ASSERT(leastBytes(problem, step) > problem.capacity);
}

} // namespace
