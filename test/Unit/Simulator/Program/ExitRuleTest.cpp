// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Simulator/Program/ExitRule.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>

using namespace crania;
using namespace crania::simulator;
using binary::ExitRule;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float notANumber = std::numeric_limits<float>::quiet_NaN();
constexpr ExitRule rules[] = {ExitRule::softmax, ExitRule::margin,
                              ExitRule::entropy};

double confidence(ExitRule rule, std::vector<float> logits) {
  return confidenceOf(rule, Span<const float>(logits));
}

} // namespace

TEST(ExitRule, KnownValues) {
  const std::vector<float> logits = {0, float(std::log(3.0)), 0};
  EXPECT_NEAR(confidence(ExitRule::softmax, logits), 0.6, 1e-7);
  EXPECT_NEAR(confidence(ExitRule::margin, logits), 0.4, 1e-7);
  EXPECT_NEAR(confidence(ExitRule::entropy, logits),
              -0.6 * std::log(0.6) - 0.4 * std::log(0.2), 1e-7);
}

TEST(ExitRule, EqualLogits) {
  const std::vector<float> logits(4, 7.5f);
  EXPECT_EQ(confidence(ExitRule::softmax, logits), 0.25);
  EXPECT_EQ(confidence(ExitRule::margin, logits), 0);
  EXPECT_NEAR(confidence(ExitRule::entropy, logits), std::log(4.0), 1e-15);
}

TEST(ExitRule, OneClass) {
  EXPECT_EQ(confidence(ExitRule::softmax, {3}), 1);
  EXPECT_EQ(confidence(ExitRule::margin, {3}), 1);
  EXPECT_EQ(confidence(ExitRule::entropy, {3}), 0);
}

TEST(ExitRule, HugeLogitsDoNotOverflow) {
  EXPECT_EQ(confidence(ExitRule::softmax, {3e38f, -3e38f}), 1);
  EXPECT_EQ(confidence(ExitRule::entropy, {3e38f, -3e38f}), 0);
  EXPECT_EQ(confidence(ExitRule::softmax, {0, -infinity}), 1);
}

TEST(ExitRule, UndefinedConfidenceNeverPasses) {
  for (ExitRule rule : rules)
    for (std::vector<float> logits : {std::vector<float>{1, notANumber, 2},
                                      {infinity, 0},
                                      {-infinity, -infinity}}) {
      const double c = confidence(rule, logits);
      EXPECT_TRUE(std::isnan(c));
      EXPECT_FALSE(passesThreshold(rule, c, 0));
      EXPECT_FALSE(passesThreshold(rule, c, 1e9));
    }
}

TEST(ExitRule, TheThresholdItselfPasses) {
  for (ExitRule rule : rules)
    EXPECT_TRUE(passesThreshold(rule, 0.5, 0.5));
  EXPECT_TRUE(passesThreshold(ExitRule::softmax, 0.6, 0.5));
  EXPECT_FALSE(passesThreshold(ExitRule::softmax, 0.4, 0.5));
  EXPECT_TRUE(passesThreshold(ExitRule::entropy, 0.4, 0.5));
  EXPECT_FALSE(passesThreshold(ExitRule::entropy, 0.6, 0.5));
}

TEST(ExitRule, NothingIsCertain) {
  // So far apart that the confidences round to certainty.
  const std::vector<float> saturated = {100, 0, -50};
  ASSERT_EQ(confidence(ExitRule::softmax, saturated), 1);
  ASSERT_EQ(confidence(ExitRule::margin, saturated), 1);
  EXPECT_FALSE(passesThreshold(ExitRule::softmax, 1, 1));
  EXPECT_FALSE(passesThreshold(ExitRule::margin, 1, 1));
  EXPECT_FALSE(passesThreshold(ExitRule::entropy, 0, 0));
  EXPECT_TRUE(passesThreshold(ExitRule::softmax, 1, std::nextafter(1.0, 0.0)));
  EXPECT_TRUE(passesThreshold(ExitRule::margin, 1, std::nextafter(1.0, 0.0)));
  EXPECT_TRUE(passesThreshold(ExitRule::entropy, 0, 1e-300));
}

TEST(ExitRule, PredictionIsTheFirstLargest) {
  auto prediction = [](std::vector<float> logits) {
    return predictionOf(Span<const float>(logits));
  };
  EXPECT_EQ(prediction({1, 3, 3, 2}), 1u);
  EXPECT_EQ(prediction({-5}), 0u);
  EXPECT_EQ(prediction({notANumber, -1, 2}), 2u);
  EXPECT_EQ(prediction({notANumber, notANumber}), 0u);
}

RC_GTEST_PROP(ExitRule, ConfidencesAreInRange, ()) {
  const auto integers = *rc::gen::nonEmpty(
      rc::gen::container<std::vector<int>>(rc::gen::inRange(-1000, 1000)));
  std::vector<float> logits;
  for (int value : integers)
    logits.push_back(float(value) / 16);
  const double n = double(logits.size());
  const double softmax = confidence(ExitRule::softmax, logits);
  const double margin = confidence(ExitRule::margin, logits);
  const double entropy = confidence(ExitRule::entropy, logits);
  RC_ASSERT(softmax >= 1 / n - 1e-12 && softmax <= 1);
  RC_ASSERT(margin >= 0 && margin <= softmax);
  RC_ASSERT(entropy >= 0 && entropy <= std::log(n) + 1e-12);
}
