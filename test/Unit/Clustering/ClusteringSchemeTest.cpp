// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "RandomLayer.h"
#include "crania/Clustering/CodeEntropy.h"
#include "crania/Clustering/Importance.h"
#include "crania/Clustering/ImportanceScheme.h"
#include "crania/Clustering/ResidualScheme.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <memory>
#include <numeric>
#include <rapidcheck/gtest.h>

using namespace crania;
using namespace crania::clustering;

namespace {

double sumOf(const std::vector<double> &values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

RandomLayer anyLayer() {
  return {*rc::gen::arbitrary<unsigned>(), *rc::gen::inRange<size_t>(1, 6),
          *rc::gen::inRange<size_t>(1, 20), 40};
}

/// Returns the moments of all rounds but the last, or none.
std::vector<LayerMoments> anyMoments(const RandomLayer &random,
                                     unsigned clusters) {
  return std::vector<LayerMoments>(
      *rc::gen::arbitrary<bool>() ? clusters - 1 : 0, random.moments());
}

std::vector<double> anySteps() {
  std::vector<double> steps{2.5, 1.2, 0.6, 0.3, 0.1};
  steps.erase(steps.begin(), steps.begin() + *rc::gen::inRange(0, 6));
  if (steps.size() > 1 && *rc::gen::arbitrary<bool>())
    steps.erase(steps.begin() + 1);
  return steps;
}

void checkLastRound(const ClusteredLayer &clustered,
                    const RandomLayer &random) {
  RC_ASSERT(clustered.rounds.back().codes == random.codes);
  RC_ASSERT(clustered.rounds.back().scales == random.scales);
  RC_ASSERT(clustered.rounds.back().biases.empty());
  for (const RoundWeights &round : clustered.rounds)
    for (float scale : round.scales)
      RC_ASSERT(scale > 0 && std::isfinite(scale));
}

RC_GTEST_PROP(ResidualSchemeTest, LastRoundIsTheLayer, ()) {
  const RandomLayer random = anyLayer();
  ResidualOptions options;
  options.steps = anySteps();
  options.rounding.compensate = *rc::gen::arbitrary<bool>();
  const ResidualScheme scheme(options);
  auto clustered =
      scheme.cluster(random.layer(), anyMoments(random, scheme.clusters()));
  RC_ASSERT(bool(clustered));
  RC_ASSERT(clustered->rounds.size() == scheme.clusters());
  checkLastRound(*clustered, random);
  // No code takes fewer bits than its information, given its output.
  std::vector<int8_t> outputs;
  for (size_t i = 0; i < random.codes.size(); ++i)
    outputs.push_back(int8_t(i / random.inputs));
  RC_ASSERT(clustered->bits.size() == scheme.clusters());
  RC_ASSERT(sumOf(clustered->bits) >=
            conditionalEntropy(random.codes, outputs) - 1e-9);
}

RC_GTEST_PROP(ResidualSchemeTest, IsDeterministic, ()) {
  const RandomLayer random = anyLayer();
  ResidualOptions options;
  options.steps = anySteps();
  const ResidualScheme scheme(options);
  const auto moments = anyMoments(random, scheme.clusters());
  auto once = scheme.cluster(random.layer(), moments),
       again = scheme.cluster(random.layer(), moments);
  RC_ASSERT(bool(once));
  RC_ASSERT(bool(again));
  for (unsigned r = 0; r < scheme.clusters(); ++r) {
    RC_ASSERT(once->rounds[r].codes == again->rounds[r].codes);
    RC_ASSERT(once->rounds[r].scales == again->rounds[r].scales);
    RC_ASSERT(once->rounds[r].biases == again->rounds[r].biases);
  }
}

TEST(ResidualSchemeTest, FinerRoundsAreBetter) {
  const RandomLayer random(2, 20, 50, 400);
  ResidualOptions options;
  options.steps = {1.5, 0.7, 0.3};
  auto clustered = ResidualScheme(options).cluster(
      random.layer(), std::vector<LayerMoments>(3, random.moments()));
  ASSERT_TRUE(bool(clustered));
  for (unsigned r = 1; r < 3; ++r) {
    EXPECT_LT(clustered->rounds[r].relativeError,
              0.6 * clustered->rounds[r - 1].relativeError);
    const RoundWeights &round = clustered->rounds[r];
    EXPECT_NEAR(
        random.outputError(realWeights(round.codes, round.scales),
                           round.biases),
        round.relativeError *
            [&] {
              const LayerMoments moments = random.moments();
              return sumOf(moments.outputVariances);
            }(),
        0.02 * random.outputError(realWeights(round.codes, round.scales),
                                  round.biases));
  }
  // Refinements are mostly known from the codes that they refine.
  EXPECT_LT(sumOf(clustered->bits), entropy(random.codes) + 2.5);
}

TEST(ResidualSchemeTest, NoStepsIsTheLayerInOneCluster) {
  const RandomLayer random(2, 3, 5, 10);
  auto clustered = ResidualScheme({}).cluster(random.layer(), {});
  ASSERT_TRUE(bool(clustered));
  EXPECT_EQ(clustered->rounds[0].codes, random.codes);
  EXPECT_NEAR(clustered->bits[0], entropy(random.codes), 1e-12);
}

RC_GTEST_PROP(ResidualSchemeTest, ExpectedCodesAreNearest, ()) {
  const auto code = int8_t(*rc::gen::inRange(-127, 128));
  const auto before = uint8_t(*rc::gen::inRange(1, 128)),
             multiplier = uint8_t(*rc::gen::inRange(1, 128));
  const double exact = double(code) * before / multiplier;
  const int expected = expectedCode(code, before, multiplier);
  RC_ASSERT(std::abs(std::clamp(exact, -127.0, 127.0) - expected) <= 0.5);
  RC_ASSERT(expectedCode(int8_t(-code), before, multiplier) == -expected);
}

/// The code before a symbol is its context. Codes of 7 and more share one
/// context.
TEST(ResidualSchemeTest, ContextsEndAtSevenOfEitherSign) {
  for (int code = -128; code <= 127; ++code)
    EXPECT_EQ(symbolContext(int8_t(code)), std::clamp(code, -7, 7)) << code;
}

void expectRefused(const Result<ClusteredLayer> &result, const char *reason) {
  ASSERT_FALSE(bool(result));
  EXPECT_NE(result.error().message.find(reason), std::string::npos)
      << result.error().message;
}

TEST(ClusteringSchemeTest, RefusesWhatDoesNotFit) {
  const RandomLayer random(2, 3, 5, 10), other(2, 3, 6, 10);
  ResidualOptions options;
  options.steps = {1.0};
  const ResidualScheme scheme(options);
  QuantizedLayer layer = random.layer();
  layer.inputs = 4;
  expectRefused(scheme.cluster(layer, {}), "3x4 weights with 15 codes");
  expectRefused(scheme.cluster(random.layer(),
                               std::vector<LayerMoments>(2, random.moments())),
                "moments of 2 rounds for a layer in 2 clusters");
  expectRefused(scheme.cluster(random.layer(),
                               std::vector<LayerMoments>(1, other.moments())),
                "moments of 3x6 weights");
  expectRefused(
      scheme.cluster(random.layer(), std::vector<LayerMoments>(
                                         1, MomentAccumulator(5, 3).finish())),
      "no samples");
  expectRefused(scheme.cluster({3, 0, {}, random.scales}, {}),
                "3x0 weights has none");
  options.steps = {1.0, 1.0};
  expectRefused(ResidualScheme(options).cluster(random.layer(), {}),
                "of round 2");
  const ImportanceScheme byActivation(
      {std::vector<double>{0.5, 0.5}, ImportanceMetric::activation, true, {}});
  expectRefused(byActivation.cluster(random.layer(), {}),
                "needs calibration images");
  ImportanceOptions halves;
  halves.boundaries = std::vector<double>{0.5, 0.5};
  const ImportanceScheme importance(halves);
  expectRefused(
      importance.clusterAs(random.layer(), std::vector<uint8_t>(15, 2), {}),
      "weight 0 is in cluster 2 of 2");
  expectRefused(
      importance.clusterAs(random.layer(), std::vector<uint8_t>(14), {}),
      "an assignment of 14 weights for a layer of 15");
}

RC_GTEST_PROP(ImportanceSchemeTest, SupportsGrowAndCodesAddUp, ()) {
  const RandomLayer random = anyLayer();
  const std::vector<double> fractions{0.1, 0.2, 0.3, 0.4};
  const bool byActivation = *rc::gen::arbitrary<bool>();
  const ImportanceScheme scheme({fractions,
                                 byActivation ? ImportanceMetric::activation
                                              : ImportanceMetric::magnitude,
                                 *rc::gen::arbitrary<bool>(),
                                 {}});
  const auto moments = byActivation
                           ? std::vector<LayerMoments>(3, random.moments())
                           : anyMoments(random, 4);
  auto clustered = scheme.cluster(random.layer(), moments);
  RC_ASSERT(bool(clustered));
  checkLastRound(*clustered, random);
  const auto &assignment = clustered->assignment;
  const std::vector<float> importances = importanceOf(
      random.layer(), byActivation
                          ? Span<const double>(moments.back().inputMagnitudes)
                          : Span<const double>());
  for (size_t i = 0; i < assignment.size(); ++i) {
    for (unsigned r = 0; r < 4; ++r)
      RC_ASSERT(clustered->rounds[r].codes[i] ==
                (assignment[i] <= r ? random.codes[i] : 0));
    for (size_t j = 0; j < assignment.size(); ++j)
      if (assignment[i] < assignment[j])
        RC_ASSERT(importances[i] >= importances[j]);
  }
  // The entropy of (cluster, code) includes the positions.
  std::map<std::pair<int, int>, double> counts;
  for (size_t i = 0; i < assignment.size(); ++i)
    ++counts[{assignment[i], random.codes[i]}];
  double bits = 0;
  for (auto [pair, count] : counts)
    bits -= count * std::log2(count / double(assignment.size()));
  RC_ASSERT(std::abs(sumOf(clustered->bits) -
                     bits / double(assignment.size())) < 1e-9);
}

TEST(ImportanceSchemeTest, CorrectionHelps) {
  const RandomLayer random(4, 10, 40, 300);
  const std::vector<LayerMoments> moments(1, random.moments());
  double errors[2];
  for (bool correct : {false, true}) {
    auto clustered = ImportanceScheme({std::vector<double>{0.3, 0.7},
                                       ImportanceMetric::magnitude,
                                       correct,
                                       {}})
                         .cluster(random.layer(), moments);
    ASSERT_TRUE(bool(clustered));
    const RoundWeights &round = clustered->rounds[0];
    std::vector<float> biases = round.biases;
    if (!correct) {
      EXPECT_TRUE(biases.empty());
      for (size_t o = 0; o < 10; ++o)
        biases.push_back(0.1f * float(o)); // those of the layer
    }
    errors[correct] =
        random.outputError(realWeights(round.codes, round.scales), biases);
  }
  EXPECT_LT(errors[1], 0.5 * errors[0]);
}

/// By hand: two outputs have standard deviations of 3 and 4, and the mean of
/// one of them moves by 2.
TEST(ExpectedShiftTest, IsRelativeToTheOutputs) {
  LayerMoments moments;
  moments.inputs = 2;
  moments.outputs = 2;
  moments.inputMeans = {1, 2};
  moments.outputMeans = {10, 3};
  moments.outputVariances = {9, 16};
  RoundWeights round;
  round.codes = {4, 2, 1, 1};
  round.scales = {1, 1};
  EXPECT_DOUBLE_EQ(expectedShift(round, moments), 2.0 / 5);
  EXPECT_DOUBLE_EQ(expectedShift(round, moments, std::vector<float>{2, 0}), 0);
  moments.outputVariances = {0, 0};
  EXPECT_DOUBLE_EQ(expectedShift(round, moments), 0);
}

TEST(ImportanceSchemeTest, TakesAnAssignmentThatIsThere) {
  const std::vector<int8_t> codes{1, 2, 3, 4};
  const std::vector<float> scales{1, 1};
  ImportanceOptions options;
  options.boundaries = std::vector<double>{0.5, 0.5};
  options.assignment = {0, 1, 1, 1};
  const ImportanceScheme scheme(options);
  auto clustered = scheme.cluster({2, 2, codes, scales}, {});
  ASSERT_TRUE(bool(clustered));
  EXPECT_EQ(clustered->assignment, options.assignment);
  EXPECT_EQ(clustered->rounds[0].codes, (std::vector<int8_t>{1, 0, 0, 0}));
}

TEST(ImportanceSchemeTest, OverAllLayers) {
  const std::vector<std::vector<float>> importances{{1, 5, 2}, {4, 4, 3, 0}};
  auto assignment =
      assignOverLayers(importances, std::vector<double>{0.3, 0.7});
  ASSERT_TRUE(bool(assignment));
  EXPECT_EQ((*assignment)[0], (std::vector<uint8_t>{1, 0, 1}));
  EXPECT_EQ((*assignment)[1], (std::vector<uint8_t>{0, 1, 1, 1}));
}

} // namespace
