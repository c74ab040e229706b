// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Solvers/RetentionChoice.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

using namespace crania;
using namespace crania::solvers;

namespace {

using Offsets = std::vector<std::optional<uint64_t>>;

RetentionProblem::Segment segment(uint64_t bytes, double uses) {
  return {bytes, uses, false, std::nullopt};
}

RetentionProblem::Segment decided(uint64_t bytes,
                                  std::optional<uint64_t> offset) {
  return {bytes, 1, true, offset};
}

TEST(ExpectedUsesTest, CountsTheRoundsThatUseACluster) {
  std::vector<double> histogram{0.0, 0.75, 0.25};
  // P(R >= r) = 1, 1, 0.25.
  EXPECT_EQ(expectedUses(histogram), (std::vector<double>{2.25, 1.25, 0.25}));
}

TEST(RetentionChoiceTest, RetainsTheMostUsed) {
  RetentionProblem problem{{segment(60, 1), segment(50, 3), segment(40, 2)},
                           100};
  ASSERT_TRUE(bool(problem.check()));
  RetentionChoice schedule = retainGreedily(problem);
  EXPECT_EQ(schedule.storeOffsets, (Offsets{std::nullopt, 0, 50}));
  EXPECT_TRUE(bool(schedule.verify(problem)));
  EXPECT_EQ(schedule.expectedBytes(problem), 60);
}

TEST(RetentionChoiceTest, GoesOnBehindASegmentThatDoesNotFit) {
  RetentionProblem problem{{segment(200, 3), segment(50, 2)}, 100};
  EXPECT_EQ(retainGreedily(problem).storeOffsets, (Offsets{std::nullopt, 0}));
}

TEST(RetentionChoiceTest, KeepsDecisions) {
  RetentionProblem problem{{decided(30, 20), decided(10, std::nullopt),
                            segment(40, 9), segment(20, 8)},
                           100};
  ASSERT_TRUE(bool(problem.check()));
  RetentionChoice schedule = retainGreedily(problem);
  EXPECT_EQ(schedule.storeOffsets, (Offsets{20, std::nullopt, 50, 0}));
  EXPECT_TRUE(bool(schedule.verify(problem)));
}

TEST(RetentionChoiceTest, RefusesDecisionsThatDoNotFit) {
  RetentionProblem outside{{decided(30, 80)}, 100};
  EXPECT_FALSE(bool(outside.check()));
  RetentionProblem overlapping{{decided(30, 0), decided(30, 29)}, 100};
  EXPECT_FALSE(bool(overlapping.check()));
  RetentionProblem huge{{decided(30, UINT64_MAX - 3)}, 100};
  EXPECT_FALSE(bool(huge.check()));
}

TEST(RetentionChoiceTest, NothingIsRetainedWithoutAStore) {
  RetentionProblem problem{{segment(60, 1), segment(50, 3)}, 0};
  EXPECT_EQ(retainGreedily(problem).storeOffsets,
            (Offsets{std::nullopt, std::nullopt}));
  EXPECT_EQ(retainNothing(problem).expectedBytes(problem), 60 + 150);
}

TEST(RetentionChoiceTest, VerifyFindsAChangedDecision) {
  RetentionProblem problem{{decided(30, 0)}, 100};
  EXPECT_FALSE(bool(RetentionChoice{{std::nullopt}}.verify(problem)));
}

RetentionProblem arbitraryProblem() {
  RetentionProblem problem;
  problem.storeBytes = *rc::gen::inRange<uint64_t>(0, 500);
  size_t count = *rc::gen::inRange(0, 9);
  for (size_t i = 0; i < count; ++i)
    problem.segments.push_back(
        segment(*rc::gen::inRange<uint64_t>(0, 200), *rc::gen::inRange(0, 5)));
  return problem;
}

/// Returns the least expected bytes of any choice that fits, by exhaustive
/// search.
double bestBytes(const RetentionProblem &problem) {
  double best = retainNothing(problem).expectedBytes(problem);
  for (unsigned mask = 0; mask < (1u << problem.segments.size()); ++mask) {
    uint64_t used = 0;
    double bytes = 0;
    for (size_t i = 0; i < problem.segments.size(); ++i) {
      const RetentionProblem::Segment &s = problem.segments[i];
      used += mask >> i & 1 ? s.bytes : 0;
      bytes += mask >> i & 1 ? 0 : s.uses * double(s.bytes);
    }
    if (used <= problem.storeBytes)
      best = std::min(best, bytes);
  }
  return best;
}

RC_GTEST_PROP(RetentionChoiceTest, IsValidAndNearTheOptimum, ()) {
  RetentionProblem problem = arbitraryProblem();
  RetentionChoice schedule = retainGreedily(problem);
  RC_ASSERT(bool(schedule.verify(problem)));
  double largest = 0;
  for (const RetentionProblem::Segment &s : problem.segments)
    largest = std::max(largest, s.uses * double(s.bytes));
  RC_ASSERT(schedule.expectedBytes(problem) <= bestBytes(problem) + largest);
}

} // namespace
