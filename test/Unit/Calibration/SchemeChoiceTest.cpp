// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Layers of one output whose codes are +-40: their root mean square is 40, and
// the multiplier of a round is 40 times the step.

#include "SchemeChoice.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace crania;

namespace {

LayerWeights layerOf(size_t count) {
  LayerWeights weights;
  for (size_t i = 0; i < count; ++i)
    weights.codes.push_back(i % 2 ? -40 : 40);
  weights.scales = {1};
  return weights;
}

/// Returns the multipliers of the rounds but the last for a layer of `count`
/// weights, 64 being the largest layer. Empty if the layer stays whole.
std::vector<unsigned> multipliers(std::vector<double> steps, double balance,
                                  size_t count, double coarser,
                                  std::string &why) {
  clustering::ResidualOptions options;
  options.steps = std::move(steps);
  options.rounding.fitScales = false; // multipliers stay as they are chosen
  const LayerWeights weights = layerOf(count);
  auto choice = chooseResidual(options, balance, 64);
  EXPECT_EQ(choice->clusters(), options.steps.size() + 1);
  auto scheme = choice->schemeFor(weights, coarser);
  if (!scheme) {
    why = scheme.error().message;
    return {};
  }
  auto clustered =
      (*scheme)->cluster({1, count, weights.codes, weights.scales}, {});
  EXPECT_TRUE(bool(clustered));
  std::vector<unsigned> result;
  // The scale of the layer is 1.
  for (size_t r = 0; r + 1 < clustered->rounds.size(); ++r)
    result.push_back(unsigned(std::lround(clustered->rounds[r].scales.at(0))));
  return result;
}

std::vector<unsigned> multipliers(std::vector<double> steps, double balance,
                                  size_t count, double coarser = 1) {
  std::string why;
  return multipliers(std::move(steps), balance, count, coarser, why);
}

using Multipliers = std::vector<unsigned>;

} // namespace

TEST(SchemeChoice, TheLargestLayerHasTheStepsAsTheyAre) {
  EXPECT_EQ(multipliers({1, 0.5}, 1, 64), (Multipliers{40, 20}));
  EXPECT_EQ(multipliers({1, 0.5}, 0, 16), (Multipliers{40, 20}));
}

/// A quarter of the weights: the squared step is a quarter with balance 1, and
/// half with balance 0.5.
TEST(SchemeChoice, SmallLayersHaveSmallerSteps) {
  EXPECT_EQ(multipliers({1}, 1, 16), Multipliers{20});
  EXPECT_EQ(multipliers({1}, 0.5, 16), Multipliers{28}); // 40 / sqrt(2) = 28.3
}

/// An encoding may have 64 words, so that the largest index is 31 and the
/// finest step is 1 / 31, times `coarser`. The rounds before have at least
/// twice the step of the round behind them.
TEST(SchemeChoice, CoarserCodesRaiseTheSteps) {
  EXPECT_EQ(multipliers({1, 0.5}, 1, 64, 31 * 0.6), (Multipliers{48, 24}));
  EXPECT_EQ(multipliers({1, 0.5}, 1, 64, 31 * 0.4), (Multipliers{40, 20}));
}

/// Codes of less than half of the finest step are not worth it.
TEST(SchemeChoice, LayersWithTooFineStepsStayWhole) {
  std::string why;
  EXPECT_TRUE(multipliers({1, 0.99 / 62}, 1, 64, 1, why).empty());
  EXPECT_EQ(why, "its codes would hardly be shorter than its weights");
  EXPECT_FALSE(multipliers({1, 1.01 / 62}, 1, 64).empty());
}

TEST(SchemeChoice, ImportanceKeepsWhatWasDecided) {
  clustering::ImportanceOptions options;
  options.boundaries = *clustering::Boundaries::parse("0.5,0.5");
  LayerWeights weights = layerOf(4);
  weights.codes = {4, 3, 2, 1};
  auto assignmentWith = [&](Assignments decided) {
    auto choice = chooseImportance(options, std::move(decided));
    EXPECT_EQ(choice->clusters(), 2u);
    auto scheme = choice->schemeFor(weights, 1);
    auto clustered =
        (*scheme)->cluster({1, 4, weights.codes, weights.scales}, {});
    return clustered->assignment;
  };
  EXPECT_EQ(assignmentWith(Assignments()), (std::vector<uint8_t>{0, 0, 1, 1}));
  EXPECT_EQ(assignmentWith({{weights.op.getOperation(), {1, 0, 1, 0}}}),
            (std::vector<uint8_t>{1, 0, 1, 0}));
}
