// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "OutputCorrection.h"
#include "RandomLayer.h"

#include <cmath>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

using namespace crania;
using namespace crania::clustering;

namespace {

RandomLayer anyLayer() {
  return {*rc::gen::arbitrary<unsigned>(), *rc::gen::inRange<size_t>(1, 6),
          *rc::gen::inRange<size_t>(1, 12), *rc::gen::inRange<size_t>(2, 60)};
}

bool near(double a, double b, double unit) {
  return std::abs(a - b) <= 1e-4 * (unit + std::abs(b));
}

RC_GTEST_PROP(LayerMomentsTest, AreWhatTheirNamesSay, ()) {
  const RandomLayer random = anyLayer();
  const LayerMoments moments = random.moments();
  const size_t inputs = random.inputs, outputs = random.outputs;
  const double count = double(random.samples);
  RC_ASSERT(moments.samples == random.samples);
  auto mean = [&](auto value) {
    double sum = 0;
    for (size_t s = 0; s < random.samples; ++s)
      sum += value(s);
    return sum / count;
  };
  auto x = [&](size_t s, size_t i) { return double(random.x[s * inputs + i]); };
  auto y = [&](size_t s, size_t o) {
    return double(random.y[s * outputs + o]);
  };
  for (size_t i = 0; i < inputs; ++i) {
    const double meanI = mean([&](size_t s) { return x(s, i); });
    RC_ASSERT(near(moments.inputMeans[i], meanI, 1));
    RC_ASSERT(near(moments.inputMagnitudes[i],
                   mean([&](size_t s) { return std::abs(x(s, i)); }), 1));
    for (size_t j = 0; j < inputs; ++j) {
      const double meanJ = mean([&](size_t s) { return x(s, j); });
      RC_ASSERT(near(
          moments.inputCovariance[i * inputs + j],
          mean([&](size_t s) { return (x(s, i) - meanI) * (x(s, j) - meanJ); }),
          10));
    }
    for (size_t o = 0; o < outputs; ++o) {
      const double meanO = mean([&](size_t s) { return y(s, o); });
      RC_ASSERT(near(moments.outputMeans[o], meanO, 1));
      RC_ASSERT(near(
          moments.outputVariances[o],
          mean([&](size_t s) { return std::pow(y(s, o) - meanO, 2); }), 10));
      RC_ASSERT(near(
          moments.outputCovariance[o * inputs + i],
          mean([&](size_t s) { return (x(s, i) - meanI) * (y(s, o) - meanO); }),
          10));
    }
  }
}

TEST(LayerMomentsTest, ManyRowsInPieces) {
  const RandomLayer random(3, 2, 5, 10000);
  const LayerMoments whole = random.moments();
  MomentAccumulator accumulator(5, 2);
  const Span<const float> x(random.x), y(random.y);
  for (size_t row = 0; row < 10000; row += 1250)
    accumulator.add(x.slice(row * 5, 1250 * 5), y.slice(row * 2, 1250 * 2));
  const LayerMoments pieces = accumulator.finish();
  for (size_t i = 0; i < 25; ++i)
    EXPECT_NEAR(pieces.inputCovariance[i], whole.inputCovariance[i], 1e-4);
}

RC_GTEST_PROP(OutputCorrectionTest, NothingNearItIsBetter, ()) {
  const RandomLayer random = anyLayer();
  const bool fitGains = *rc::gen::arbitrary<bool>();
  // Some of the weights are present, in other proportions.
  std::vector<float> d = realWeights(random.codes, random.scales);
  for (size_t i = 0; i < d.size(); i += 2)
    d[i] *= 0.25f;
  const OutputCorrection correction =
      correctOutputs(d, random.moments(), fitGains);
  auto errorWith = [&](float gainChange, float biasChange) {
    std::vector<float> corrected = d, biases = correction.biases;
    for (size_t i = 0; i < d.size(); ++i)
      corrected[i] *= correction.gains[i / random.inputs] + gainChange;
    for (float &bias : biases)
      bias += biasChange;
    return random.outputError(corrected, biases);
  };
  const double best = errorWith(0, 0);
  for (float change : {-0.1f, 0.1f}) {
    RC_ASSERT(best <= errorWith(0, change) * (1 + 1e-5));
    if (fitGains)
      RC_ASSERT(best <= errorWith(change, 0) * (1 + 1e-3) + 1e-6);
  }
}

TEST(OutputCorrectionTest, UndoesAGainAndABias) {
  const RandomLayer random(5, 3, 8, 500);
  LayerMoments moments;
  MomentAccumulator accumulator(8, 3);
  const std::vector<float> weights = realWeights(random.codes, random.scales);
  std::vector<float> y;
  for (size_t s = 0; s < 500; ++s)
    for (size_t o = 0; o < 3; ++o) {
      float sum = 7;
      for (size_t i = 0; i < 8; ++i)
        sum += weights[o * 8 + i] * random.x[s * 8 + i];
      y.push_back(sum);
    }
  accumulator.add(random.x, y);
  std::vector<float> half = weights;
  for (float &weight : half)
    weight /= 2;
  const OutputCorrection correction =
      correctOutputs(half, accumulator.finish());
  for (size_t o = 0; o < 3; ++o) {
    EXPECT_NEAR(correction.gains[o], 2, 1e-3);
    EXPECT_NEAR(correction.biases[o], 7, 1e-2);
  }
  EXPECT_NEAR(correction.relativeError, 0, 1e-4);
}

TEST(OutputCorrectionTest, ConstantOutputsKeepTheirGain) {
  const RandomLayer random(5, 2, 4, 100);
  const OutputCorrection correction =
      correctOutputs(std::vector<float>(8), random.moments());
  const LayerMoments moments = random.moments();
  for (size_t o = 0; o < 2; ++o) {
    EXPECT_EQ(correction.gains[o], 1);
    EXPECT_FLOAT_EQ(correction.biases[o], float(moments.outputMeans[o]));
  }
  EXPECT_NEAR(correction.relativeError, 1, 1e-6);
}

} // namespace
