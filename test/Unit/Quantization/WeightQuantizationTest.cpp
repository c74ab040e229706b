// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Quantization/WeightQuantization.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <cstring>

using namespace crania;
using namespace crania::quantization;

namespace {

int64_t valueOf(const QuantizedWeights &weights, size_t i) {
  if (weights.format.bits == 8)
    return int8_t(weights.values[i]);
  int16_t value;
  std::memcpy(&value, &weights.values[2 * i], sizeof(value));
  return value;
}

/// Returns the channel of an element by division, as in the definition.
size_t channelOf(size_t element, const std::vector<int64_t> &shape,
                 const std::vector<unsigned> &dims) {
  std::vector<size_t> index(shape.size());
  for (size_t d = shape.size(); d-- > 0;) {
    index[d] = element % size_t(shape[d]);
    element /= size_t(shape[d]);
  }
  size_t channel = 0;
  for (unsigned dim : dims)
    channel = channel * size_t(shape[dim]) + index[dim];
  return channel;
}

} // namespace

TEST(WeightQuantization, RoundsToNearestEvenAtTheScaleOfTheChannel) {
  const std::vector<int64_t> shape = {2, 3};
  const std::vector<unsigned> rows = {0};
  const std::vector<float> weights = {127, 0.5f, 1.5f, -254, 3, -5};
  auto q = quantizeWeights(weights, ChannelIndex(shape, rows), 8);
  ASSERT_TRUE(q);
  EXPECT_EQ(q->scales, (std::vector<float>{1, 2}));
  const int64_t expected[] = {127, 0, 2, -127, 2, -2};
  for (size_t i = 0; i < 6; ++i)
    EXPECT_EQ(valueOf(*q, i), expected[i]) << i;
  EXPECT_EQ(q->magnitudes, (std::vector<uint64_t>{129, 131}));
}

TEST(WeightQuantization, AChannelOfZerosHasScaleOne) {
  const std::vector<int64_t> shape = {2};
  const std::vector<unsigned> dims = {0};
  const std::vector<float> weights = {0, 4};
  auto q = quantizeWeights(weights, ChannelIndex(shape, dims), 16);
  ASSERT_TRUE(q);
  EXPECT_EQ(q->scales[0], 1.0f);
  EXPECT_EQ(valueOf(*q, 0), 0);
  EXPECT_EQ(valueOf(*q, 1), 32767);
}

TEST(WeightQuantization, NamesTheWeightThatIsNotFinite) {
  const std::vector<int64_t> shape = {3};
  const std::vector<float> weights = {0, NAN, INFINITY};
  auto q = quantizeWeights(weights, ChannelIndex(shape, {}), 8);
  ASSERT_FALSE(q);
  EXPECT_EQ(q.error().message, "weight 1 is not finite");
}

RC_GTEST_PROP(WeightQuantization, IsOffByHalfAStepAtMost, ()) {
  const auto rank = *rc::gen::inRange<size_t>(0, 5);
  std::vector<int64_t> shape;
  std::vector<unsigned> dims;
  size_t elements = 1;
  for (unsigned d = 0; d < rank; ++d) {
    shape.push_back(*rc::gen::inRange(1, 5));
    elements *= size_t(shape.back());
    if (*rc::gen::arbitrary<bool>())
      dims.push_back(d);
  }
  if (*rc::gen::arbitrary<bool>())
    std::reverse(dims.begin(), dims.end());
  const unsigned bits = *rc::gen::element(8u, 16u);
  const auto weights = *rc::gen::container<std::vector<float>>(
      elements, rc::gen::map(rc::gen::inRange(-100000, 100000),
                             [](int x) { return float(x) / 777; }));
  const ChannelIndex index(shape, dims);
  auto q = quantizeWeights(weights, index, bits);
  RC_ASSERT(bool(q));
  std::vector<uint64_t> magnitudes(index.channels());
  const std::vector<float> back =
      bits == 8 ? dequantizeWeights<int8_t>(q->values, index, q->scales)
                : dequantizeWeights<int16_t>(q->values, index, q->scales);
  for (size_t i = 0; i < elements; ++i) {
    const size_t channel = channelOf(i, shape, dims);
    const float step = q->scales[channel];
    // Half a step, and the rounding of the quotient and the product in f32.
    const float rounding = std::fabs(weights[i]) * 0x1p-22f;
    RC_ASSERT(std::fabs(back[i] - weights[i]) <= step * 0.5f + rounding);
    RC_ASSERT(back[i] == float(valueOf(*q, i)) * step);
    magnitudes[channel] += uint64_t(std::llabs(valueOf(*q, i)));
  }
  RC_ASSERT(magnitudes == q->magnitudes);
}

TEST(IntegerFormat, AScaleIsANormalNumber) {
  const IntegerFormat bytes{8, true};
  EXPECT_EQ(bytes.scaleFor(0, 0), 1.0f);
  EXPECT_EQ(bytes.scaleFor(-1e-44, 0), std::numeric_limits<float>::min());
  EXPECT_EQ(bytes.scaleFor(0, 1e300), std::numeric_limits<float>::max());
}

TEST(WeightQuantization, WeightsNextToZeroAreZero) {
  const std::vector<int64_t> shape{2};
  const std::vector<unsigned> dims;
  const std::vector<float> weights{1e-44f, 0};
  auto q = quantizeWeights(weights, ChannelIndex(shape, dims), 8);
  ASSERT_TRUE(bool(q));
  EXPECT_EQ(q->values, (std::vector<char>{0, 0}));
}
