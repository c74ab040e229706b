// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Quantization/ActivationHistogram.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <random>

using namespace crania;
using namespace crania::quantization;

namespace {

RangeRule rule(const char *text) { return *RangeRule::parse(text); }

/// Returns the squared error of rounding each value to the integers of a clip.
double errorOf(const std::vector<float> &values, double clip, double levels) {
  double sum = 0;
  for (float value : values) {
    const double step = clip / levels;
    const double q =
        std::min(levels, std::nearbyint(std::fabs(value) / step)) * step;
    sum += (q - std::fabs(value)) * (q - std::fabs(value));
  }
  return sum;
}

} // namespace

TEST(RangeRule, Parses) {
  EXPECT_EQ(rule("max").kind, RangeRule::Kind::maximum);
  EXPECT_EQ(rule("mse").kind, RangeRule::Kind::leastSquares);
  EXPECT_EQ(rule("percentile:99.9").percentage, 99.9);
  for (const char *text :
       {"", "min", "percentile", "percentile:", "percentile:0",
        "percentile:101", "percentile:5x", "percentile:nan"})
    EXPECT_FALSE(RangeRule::parse(text)) << text;
}

TEST(RangeRule, TextsOfRulesParseAsTheRules) {
  for (const char *text :
       {"max", "mse", "percentile:99.99", "percentile:100", "percentile:1e-05"})
    EXPECT_EQ(rule(text).text(), text);
}

TEST(ActivationHistogram, AnEmptyOneHasAnEmptyRange) {
  const ActivationHistogram histogram;
  EXPECT_EQ(histogram.range(rule("mse"), 8).high, 0);
}

TEST(ActivationHistogram, IsSymmetricUnlessNothingIsNegative) {
  ActivationHistogram positive, both;
  positive.add(std::vector<float>{0, 1, 3});
  both.add(std::vector<float>{-1, 3});
  EXPECT_EQ(positive.range(rule("max"), 8).low, 0);
  EXPECT_EQ(positive.range(rule("max"), 8).high, 3);
  EXPECT_EQ(both.range(rule("max"), 8).low, -3);
}

TEST(ActivationHistogram, RemembersWhatIsNotFinite) {
  ActivationHistogram histogram;
  histogram.add(std::vector<float>{1, NAN, INFINITY});
  EXPECT_TRUE(histogram.sawNonFinite());
  EXPECT_EQ(histogram.count(), 1u);
  EXPECT_EQ(histogram.range(rule("max"), 8).high, 1);
}

TEST(ActivationHistogram, APercentileOfZerosKeepsTheOthers) {
  ActivationHistogram histogram;
  histogram.add(std::vector<float>{0, 0, 0, -0.5f});
  const auto range = histogram.range(rule("percentile:75"), 8);
  EXPECT_EQ(range.low, -0.5);
  EXPECT_EQ(range.high, 0.5);
}

TEST(ActivationHistogram, APercentileIsWithinABin) {
  ActivationHistogram histogram;
  std::vector<float> values;
  for (int i = 1; i <= 1000; ++i)
    values.push_back(float(i));
  histogram.add(values);
  const double high = histogram.range(rule("percentile:90"), 8).high;
  EXPECT_GE(high, 900);
  EXPECT_LE(high, 900 * 1.01);
}

/// At least the given share of values is within the clip: half of three are
/// two.
TEST(ActivationHistogram, APercentileCountsUpToWholeValues) {
  ActivationHistogram histogram;
  histogram.add(std::vector<float>{1, 2, 4});
  auto high = [&](const char *text) {
    return double(histogram.range(rule(text), 8).high);
  };
  constexpr double bin = 1 + 1.0 / 128; // 7 bits of significand
  EXPECT_GE(high("percentile:50"), 2);
  EXPECT_LE(high("percentile:50"), 2 * bin);
  EXPECT_GE(high("percentile:33"), 1);
  EXPECT_LE(high("percentile:33"), bin);
  EXPECT_GE(high("percentile:34"), 2);
  EXPECT_LE(high("percentile:34"), 2 * bin);
  EXPECT_EQ(high("percentile:67"), 4);
  EXPECT_EQ(high("percentile:100"), 4);
}

RC_GTEST_PROP(ActivationHistogram, APercentileHoldsThatManyAndNoMore,
              (uint16_t seed)) {
  std::mt19937 random(seed);
  const auto count = *rc::gen::inRange<size_t>(1, 40);
  std::vector<float> values(count);
  for (float &value : values)
    value = float(1 + random() % 1000) / 16;
  const auto percentage = *rc::gen::inRange(1, 101);
  ActivationHistogram histogram;
  histogram.add(values);
  const double high =
      histogram
          .range(rule(("percentile:" + std::to_string(percentage)).c_str()), 8)
          .high;
  std::sort(values.begin(), values.end());
  const size_t rank = (count * size_t(percentage) + 99) / 100;
  RC_ASSERT(high >= values[rank - 1]);
  RC_ASSERT(high <= values[rank - 1] * (1 + 1.0 / 128));
}

TEST(ActivationHistogram, LeastSquaresClipsTheTailOfALaplaceDistribution) {
  std::mt19937 random(1);
  std::exponential_distribution<float> exponential;
  std::vector<float> values(20000);
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = exponential(random) * (i % 2 ? 1 : -1);
  values[0] = 40; // an outlier
  ActivationHistogram histogram;
  histogram.add(values);
  const double clip = histogram.range(rule("mse"), 8).high;
  EXPECT_LT(clip, 40);
  // The error is close to that of the best of many clips, by the definition.
  double least = errorOf(values, 40, 127);
  for (double other = 40; other > 1; other *= 0.99)
    least = std::min(least, errorOf(values, other, 127));
  EXPECT_LE(errorOf(values, clip, 127), 1.05 * least);
}

/// Numbers that are never negative have 255 steps instead of 127. Rounding
/// loses less, so the best clip is wider.
TEST(ActivationHistogram, LeastSquaresKnowsTheStepsOfUnsignedNumbers) {
  std::mt19937 random(2);
  std::exponential_distribution<float> exponential;
  std::vector<float> values(20000);
  for (float &value : values)
    value = exponential(random);
  ActivationHistogram positive, both;
  positive.add(values);
  for (size_t i = 0; i < values.size(); i += 2)
    values[i] = -values[i];
  both.add(values);
  const double wide = positive.range(rule("mse"), 8).high;
  EXPECT_GT(wide, 1.05 * both.range(rule("mse"), 8).high);
  // The error is close to that of the best of all clips, by the definition.
  double least = errorOf(values, wide, 255);
  for (double other = 40; other > 1; other *= 0.99)
    least = std::min(least, errorOf(values, other, 255));
  EXPECT_LE(errorOf(values, wide, 255), 1.05 * least);
}

RC_GTEST_PROP(ActivationHistogram, DoesNotDependOnTheOrder,
              (std::vector<float> values, bool isWide)) {
  ActivationHistogram forward, backward;
  forward.add(values);
  for (size_t i = values.size(); i-- > 0;)
    backward.add(Span<const float>(&values[i], 1));
  for (const char *text : {"max", "mse", "percentile:50"}) {
    const auto a = forward.range(rule(text), isWide ? 16 : 8);
    const auto b = backward.range(rule(text), isWide ? 16 : 8);
    RC_ASSERT(a.low == b.low && a.high == b.high);
    RC_ASSERT(a.high >= 0 && (a.low == 0 || a.low == -a.high));
  }
}
