// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Clustering/CompensatedRounding.h"
#include "RandomLayer.h"
#include "crania/Clustering/CodeEntropy.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <rapidcheck/gtest.h>

using namespace crania;
using namespace crania::clustering;

namespace {

struct Problem {
  RandomLayer random;
  LayerMoments moments;
  std::vector<float> target, steps;

  Problem(unsigned seed, size_t outputs, size_t inputs, float step)
      : random(seed, outputs, inputs, 200), moments(random.moments()),
        target(realWeights(random.codes, random.scales)) {
    for (float scale : random.scales)
      steps.push_back(scale * step);
  }

  RoundingProblem rounding() const {
    return {random.outputs, random.inputs, target, steps, 127, {}, {}};
  }

  /// Returns e H e^T, summed over the outputs, with the damping.
  double error(const Rounding &rounding, double damping) const {
    const size_t n = random.inputs;
    const std::vector<float> rounded =
        realWeights(rounding.codes, rounding.scales);
    double mean = 0, sum = 0;
    for (size_t i = 0; i < n; ++i)
      mean += moments.inputCovariance[i * n + i] / double(n);
    for (size_t o = 0; o < random.outputs; ++o)
      for (size_t i = 0; i < n; ++i)
        for (size_t j = 0; j < n; ++j)
          sum += (double(target[o * n + i]) - rounded[o * n + i]) *
                 (double(target[o * n + j]) - rounded[o * n + j]) *
                 (double(moments.inputCovariance[i * n + j]) +
                  (i == j ? damping * mean : 0));
    return sum;
  }
};

Rounding roundOrFail(const RoundingProblem &problem,
                     Span<const float> covariance,
                     const RoundingOptions &options) {
  auto rounding = roundCompensated(problem, covariance, options);
  EXPECT_TRUE(bool(rounding)) << (rounding ? "" : rounding.error().message);
  return rounding ? *rounding : Rounding();
}

TEST(CompensatedRoundingTest, IsBetterThanTheNearestCodes) {
  RoundingOptions options;
  options.rate = 0;
  RoundingOptions nearest = options;
  nearest.compensate = false;
  nearest.passes = 0;
  for (unsigned seed = 0; seed < 20; ++seed) {
    const Problem problem(seed, 8, 30, 20);
    const auto &covariance = problem.moments.inputCovariance;
    const double compensated = problem.error(
        roundOrFail(problem.rounding(), covariance, options), 0.01);
    EXPECT_LT(compensated, 0.5 * problem.error(roundOrFail(problem.rounding(),
                                                           covariance, nearest),
                                               0.01))
        << "seed " << seed;
  }
}

RC_GTEST_PROP(CompensatedRoundingTest, NoSingleCodeIsBetter, ()) {
  const Problem problem(*rc::gen::arbitrary<unsigned>(),
                        *rc::gen::inRange<size_t>(1, 4),
                        *rc::gen::inRange<size_t>(1, 10),
                        *rc::gen::elementOf(std::vector<float>{10, 30, 60}));
  RoundingOptions options;
  options.rate = 0;
  options.passes = 60;
  options.fitScales = false;
  Rounding rounding =
      roundOrFail(problem.rounding(), problem.moments.inputCovariance, options);
  const double best = problem.error(rounding, options.damping);
  for (int8_t &code : rounding.codes)
    for (int change : {-1, 2, -1}) {
      code = int8_t(code + change);
      RC_ASSERT(best <=
                problem.error(rounding, options.damping) * (1 + 1e-4) + 1e-9);
    }
}

/// Returns the smallest error over all codes of one output in -2..2, by
/// exhaustive search.
double bestOfAll(const Problem &problem, Rounding &rounding, size_t weight) {
  if (weight == rounding.codes.size())
    return problem.error(rounding, 0.01);
  double best = std::numeric_limits<double>::infinity();
  for (int code = -2; code <= 2; ++code) {
    rounding.codes[weight] = int8_t(code);
    best = std::min(best, bestOfAll(problem, rounding, weight + 1));
  }
  return best;
}

TEST(CompensatedRoundingTest, IsNearTheBestOfAllCodes) {
  double found = 0, possible = 0, nearestCodes = 0;
  for (unsigned seed = 0; seed < 30; ++seed) {
    const Problem problem(seed, 1, 5, 50);
    RoundingProblem rounding = problem.rounding();
    rounding.largestCode = 2;
    RoundingOptions options;
    options.rate = 0;
    options.fitScales = false;
    const auto &covariance = problem.moments.inputCovariance;
    Rounding result = roundOrFail(rounding, covariance, options);
    found += problem.error(result, 0.01);
    options.compensate = false;
    options.passes = 0;
    nearestCodes +=
        problem.error(roundOrFail(rounding, covariance, options), 0.01);
    possible += bestOfAll(problem, result, 0);
  }
  EXPECT_GE(found, possible * (1 - 1e-6));
  EXPECT_LE(found, 1.5 * possible);
  EXPECT_GE(nearestCodes, 1.9 * possible);
}

TEST(CompensatedRoundingTest, ARateMakesCodesShorter) {
  const Problem problem(1, 16, 40, 20);
  const auto &covariance = problem.moments.inputCovariance;
  double before = 8, error = 0;
  for (double rate : {0.0, 0.1, 0.5}) {
    RoundingOptions options;
    options.rate = rate;
    const Rounding rounding =
        roundOrFail(problem.rounding(), covariance, options);
    EXPECT_LT(entropy(rounding.codes), before);
    EXPECT_GT(problem.error(rounding, 0.01), error);
    before = entropy(rounding.codes);
    error = problem.error(rounding, 0.01);
  }
}

TEST(CompensatedRoundingTest, PrefersWhatIsExpected) {
  const Problem problem(1, 16, 40, 20);
  std::vector<int8_t> expected;
  for (size_t i = 0; i < problem.target.size(); ++i)
    expected.push_back(int8_t(
        std::lround(problem.target[i] / problem.steps[i / 40]) + int(i % 2)));
  auto differences = [&](const Rounding &rounding) {
    std::vector<int8_t> symbols;
    for (size_t i = 0; i < expected.size(); ++i)
      symbols.push_back(int8_t(rounding.codes[i] - expected[i]));
    return entropy(symbols);
  };
  const auto &covariance = problem.moments.inputCovariance;
  RoundingProblem rounding = problem.rounding();
  const double without = differences(roundOrFail(rounding, covariance, {}));
  rounding.predictions = expected;
  EXPECT_LT(differences(roundOrFail(rounding, covariance, {})), without - 0.2);
}

RC_GTEST_PROP(CompensatedRoundingTest, WithoutMomentsCodesAreTheNearest, ()) {
  const Problem problem(*rc::gen::arbitrary<unsigned>(), 3, 7, 20);
  RoundingOptions options;
  options.rate = 0;
  options.fitScales = false;
  auto rounding = roundCompensated(problem.rounding(), {}, options);
  RC_ASSERT(bool(rounding));
  for (size_t i = 0; i < problem.target.size(); ++i)
    RC_ASSERT(std::abs(problem.target[i] / problem.steps[i / 7] -
                       float(rounding->codes[i])) <= 0.5f + 1e-5f);
}

RC_GTEST_PROP(CompensatedRoundingTest, IsDeterministic, ()) {
  const Problem problem(*rc::gen::arbitrary<unsigned>(), 3, 7, 20);
  auto once = roundCompensated(problem.rounding(),
                               problem.moments.inputCovariance),
       again = roundCompensated(problem.rounding(),
                                problem.moments.inputCovariance);
  RC_ASSERT(bool(once));
  RC_ASSERT(bool(again));
  RC_ASSERT(once->codes == again->codes);
  RC_ASSERT(once->scales == again->scales);
}

TEST(CompensatedRoundingTest, ConstantInputsAreNoProblem) {
  const Problem problem(1, 2, 5, 20);
  const std::vector<float> zeros(25);
  const Rounding rounding = roundOrFail(problem.rounding(), zeros, {});
  for (float scale : rounding.scales)
    EXPECT_TRUE(scale > 0 && std::isfinite(scale));
}

void expectRefused(const RoundingProblem &problem, Span<const float> covariance,
                   const char *reason) {
  auto rounding = roundCompensated(problem, covariance);
  ASSERT_FALSE(bool(rounding));
  EXPECT_NE(rounding.error().message.find(reason), std::string::npos)
      << rounding.error().message;
}

TEST(CompensatedRoundingTest, RefusesWhatDoesNotFit) {
  const Problem problem(1, 2, 5, 20);
  RoundingProblem rounding = problem.rounding();
  expectRefused(rounding, std::vector<float>(24), "other sizes");
  rounding.largestCode = 128;
  expectRefused(rounding, {}, "codes up to 128");
  rounding = problem.rounding();
  const std::vector<float> steps{1, 0};
  rounding.steps = steps;
  expectRefused(rounding, {}, "step of output 1");
  rounding = problem.rounding();
  std::vector<float> covariance(25, 1);
  covariance[3] = std::numeric_limits<float>::quiet_NaN();
  expectRefused(rounding, covariance, "moment of the calibration inputs");
}

TEST(RetargetTest, MakesUpForInputsThatChanged) {
  const RandomLayer random(7, 4, 10, 2000);
  const LayerMoments moments = random.moments();
  const std::vector<float> weights = realWeights(random.codes, random.scales);
  auto moved = retargetWeights(weights, moments, 1e-4);
  ASSERT_TRUE(bool(moved));
  auto errorOf = [&](const std::vector<float> &d) {
    std::vector<float> biases;
    for (size_t o = 0; o < 4; ++o) {
      double bias = moments.outputMeans[o];
      for (size_t i = 0; i < 10; ++i)
        bias -= d[o * 10 + i] * moments.inputMeans[i];
      biases.push_back(float(bias));
    }
    return random.outputError(d, biases);
  };
  EXPECT_LT(errorOf(*moved), 0.8 * errorOf(weights));
  auto kept = retargetWeights(weights, moments, 1e9);
  ASSERT_TRUE(bool(kept));
  for (size_t i = 0; i < weights.size(); ++i)
    EXPECT_NEAR((*kept)[i], weights[i], 1e-5);
}

} // namespace
