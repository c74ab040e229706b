// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Solvers/ThresholdChoice.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>

using namespace crania;
using namespace crania::solvers;

namespace {

/// Returns a problem of two rounds of cost 1, in which each input occurs
/// `copies` times, so that every fold has it.
ThresholdProblem twoRounds(const std::vector<double> &confidence,
                           const std::vector<int8_t> &loss, double maxLoss,
                           size_t copies = 10) {
  ThresholdProblem problem;
  problem.rounds = {{{}, {}, 1}, {{}, {}, 1}};
  for (size_t i = 0; i < confidence.size(); ++i)
    for (size_t copy = 0; copy < copies; ++copy) {
      problem.rounds[0].confidence.push_back(confidence[i]);
      problem.rounds[0].loss.push_back(loss[i]);
      problem.rounds[1].loss.push_back(0);
    }
  problem.maxLoss = maxLoss;
  return problem;
}

TEST(ThresholdChoiceTest, SureInputsExitAndWrongOnesDoNot) {
  const ThresholdProblem problem =
      twoRounds({0.9, 0.8, 0.6, 0.5}, {0, 0, 1, 0}, 0);
  ASSERT_TRUE(problem.check());
  const ThresholdChoice choice = chooseThresholds(problem);
  EXPECT_DOUBLE_EQ(choice.thresholds[0], 0.7); // half way from 0.8 to 0.6
  EXPECT_EQ(choice.fitted.loss, 0);
  EXPECT_DOUBLE_EQ(choice.fitted.meanCost, 1.5);
  EXPECT_DOUBLE_EQ(choice.fitted.meanRounds, 1.5);
  EXPECT_EQ(choice.crossFitted.loss, 0);
}

TEST(ThresholdChoiceTest, TheLimitIsUsed) {
  // A quarter of the inputs is lost if all exit.
  for (double maxLoss : {0.25, 0.5}) {
    const ThresholdChoice choice = chooseThresholds(
        twoRounds({0.9, 0.8, 0.6, 0.5}, {0, 0, 1, 0}, maxLoss));
    EXPECT_EQ(choice.fitted.meanRounds, 1);
    EXPECT_EQ(choice.fitted.loss, 0.25);
    EXPECT_NEAR(choice.fitted.lossInterval, 1.96 * std::sqrt(0.25 * 0.75 / 40),
                1e-12);
  }
}

TEST(ThresholdChoiceTest, GainsPayForLosses) {
  const ThresholdChoice choice =
      chooseThresholds(twoRounds({0.9, 0.8, 0.6}, {-1, 1, 0}, 0));
  EXPECT_EQ(choice.fitted.meanRounds, 1);
  EXPECT_EQ(choice.fitted.loss, 0);
}

TEST(ThresholdChoiceTest, NothingExitsIfNothingIsSure) {
  const ThresholdChoice choice =
      chooseThresholds(twoRounds({0.9, 0.8}, {1, 1}, 0.01));
  EXPECT_EQ(choice.thresholds[0], 1);
  EXPECT_EQ(choice.fitted.meanRounds, 2);
}

TEST(ThresholdChoiceTest, NaNAndCertaintyAreNoThresholds) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const ThresholdChoice choice =
      chooseThresholds(twoRounds({nan, 1, 0.5}, {0, 0, 1}, 0));
  EXPECT_DOUBLE_EQ(choice.thresholds[0], 0.75);
  EXPECT_NEAR(choice.fitted.meanRounds, 5.0 / 3, 1e-12);
}

TEST(ThresholdChoiceTest, ALimitThatOnlyFitsIsTightened) {
  // The confidence says nothing: one input in ten is lost, at random.
  ThresholdProblem problem = twoRounds({}, {}, 0.05);
  uint32_t state = 1;
  const auto random = [&] {
    state = state * 1664525 + 1013904223;
    return double(state >> 8) / (1 << 24);
  };
  for (size_t i = 0; i < 2000; ++i) {
    problem.rounds[0].confidence.push_back(random());
    problem.rounds[0].loss.push_back(random() < 0.1 ? 1 : 0);
    problem.rounds[1].loss.push_back(0);
  }
  const ThresholdChoice choice = chooseThresholds(problem);
  EXPECT_LE(choice.crossFitted.loss, 0.05);
  EXPECT_LE(choice.fitted.loss, 0.05);
  EXPECT_LT(choice.fitted.meanRounds, 1.7); // about half of the inputs exit
}

TEST(ThresholdChoiceTest, ChecksAProblem) {
  const auto errorOf = [](const ThresholdProblem &problem) {
    const Status status = problem.check();
    return status ? std::string() : status.error().message;
  };
  EXPECT_EQ(errorOf({}), "there are no rounds");
  ThresholdProblem problem = twoRounds({0.5}, {0}, 0);
  problem.rounds[0].confidence.pop_back();
  EXPECT_EQ(errorOf(problem), "round 1 has other inputs than round 1");
  problem = twoRounds({0.5}, {0}, 0);
  problem.rounds[1].loss.pop_back();
  EXPECT_EQ(errorOf(problem), "round 2 has other inputs than round 1");
  problem = twoRounds({0.5}, {2}, 0);
  EXPECT_EQ(errorOf(problem), "round 1 has a loss that is none of -1, 0 and 1");
  problem = twoRounds({0.5}, {0}, 0);
  problem.rounds[1].loss[0] = 1;
  EXPECT_EQ(errorOf(problem), "the last round loses against itself");
  problem = twoRounds({0.5}, {0}, 0);
  problem.rounds[1].cost = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(errorOf(problem), "round 2 has no cost of at least 0");
}

/// Returns any problem of three rounds.
ThresholdProblem anyProblem(size_t inputs) {
  ThresholdProblem problem;
  for (unsigned r = 0; r < 3; ++r) {
    ThresholdProblem::Round round;
    for (size_t i = 0; i < inputs; ++i) {
      round.confidence.push_back(*rc::gen::inRange(0, 8) / 8.0);
      round.loss.push_back(int8_t(r == 2 ? 0 : *rc::gen::inRange(-1, 2)));
    }
    round.cost = *rc::gen::inRange(1, 5);
    problem.rounds.push_back(std::move(round));
  }
  problem.maxLoss = *rc::gen::inRange(0, 4) / 8.0;
  return problem;
}

/// Each input occurs in every fold, so that the folds choose what the whole set
/// chooses, and the limit is not tightened.
RC_GTEST_PROP(ThresholdChoiceProperties, OneThresholdIsOptimal, ()) {
  std::vector<double> confidence;
  std::vector<int8_t> loss;
  const size_t inputs = *rc::gen::inRange<size_t>(1, 20);
  for (size_t i = 0; i < inputs; ++i) {
    confidence.push_back(*rc::gen::inRange(0, 8) / 8.0);
    loss.push_back(int8_t(*rc::gen::inRange(-1, 2)));
  }
  // No share of the inputs is equal to the limit, so that rounding is harmless.
  const double maxLoss = (*rc::gen::inRange(0, 20) + 0.5) / double(inputs);
  ThresholdProblem problem = twoRounds(confidence, loss, maxLoss, 5);
  // Copies follow each other, so each fold has one.
  const ThresholdChoice choice = chooseThresholds(problem);
  double best = std::numeric_limits<double>::infinity();
  for (double threshold = 0; threshold <= 1; threshold += 1.0 / 8) {
    const ThresholdOutcome outcome = outcomeOf(problem, {threshold});
    if (outcome.loss <= maxLoss)
      best = std::min(best, outcome.meanCost);
  }
  RC_ASSERT(std::abs(choice.fitted.meanCost - best) < 1e-9);
}

RC_GTEST_PROP(ThresholdChoiceProperties, TheLossIsWithinTheLimit, ()) {
  const ThresholdProblem problem = anyProblem(*rc::gen::inRange<size_t>(1, 40));
  const ThresholdChoice choice = chooseThresholds(problem);
  RC_ASSERT(choice.fitted.loss <= problem.maxLoss + 1e-12);
  RC_ASSERT(choice.crossFitted.loss <= problem.maxLoss + 1e-12);
  const double never = outcomeOf(problem, {1, 1}).meanCost;
  RC_ASSERT(choice.fitted.meanCost <= never + 1e-12);
  const ThresholdOutcome again = outcomeOf(problem, choice.thresholds);
  RC_ASSERT(again.meanCost == choice.fitted.meanCost);
}

} // namespace
