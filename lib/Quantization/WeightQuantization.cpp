// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Quantization/WeightQuantization.h"

#include <cassert>
#include <cmath>
#include <cstring>
#include <string>

using namespace crania;
using namespace crania::quantization;

ChannelIndex::ChannelIndex(Span<const int64_t> shape,
                           Span<const unsigned> channelDims)
    : extents(shape.begin(), shape.end()), strides(shape.size()) {
  for (size_t i = channelDims.size(); i-- > 0;) {
    assert(channelDims[i] < shape.size() && shape[channelDims[i]] >= 0 &&
           "the tensor has no such dimension");
    strides[channelDims[i]] = channelCount;
    channelCount *= size_t(shape[channelDims[i]]);
  }
  if (extents.empty()) { // a scalar is one run of one element
    extents.push_back(1);
    strides.push_back(0);
  }
}

void ChannelIndex::forEachRun(
    const std::function<void(size_t, size_t, size_t, size_t)> &visit) const {
  const size_t rank = extents.size();
  const size_t run = size_t(extents.back());
  size_t rows = 1;
  for (size_t i = 0; i + 1 < rank; ++i)
    rows *= size_t(extents[i]);
  std::vector<int64_t> index(rank); // the last stays 0: a run covers it
  size_t channel = 0;
  for (size_t row = 0; row < rows; ++row) {
    visit(row * run, (row + 1) * run, channel, strides.back());
    for (size_t i = rank - 1; i-- > 0;) {
      channel += strides[i];
      if (++index[i] < extents[i])
        break;
      channel -= strides[i] * size_t(extents[i]);
      index[i] = 0;
    }
  }
}

namespace {

std::vector<float> largestMagnitudes(Span<const float> weights,
                                     const ChannelIndex &channels) {
  std::vector<float> largest(channels.channels());
  channels.forEachRun(
      [&](size_t begin, size_t end, size_t channel, size_t step) {
        assert(end <= weights.size() && "fewer weights than the shape has");
        for (size_t i = begin; i < end; ++i, channel += step)
          largest[channel] = std::max(largest[channel], std::fabs(weights[i]));
      });
  return largest;
}

template <typename Integer>
void quantizeAll(Span<const float> weights, const ChannelIndex &channels,
                 QuantizedWeights &result) {
  result.values.resize(weights.size() * sizeof(Integer));
  const float high = float(result.format.high());
  channels.forEachRun([&](size_t begin, size_t end, size_t channel,
                          size_t step) {
    for (size_t i = begin; i < end; ++i, channel += step) {
      const float q = std::nearbyint(weights[i] / result.scales[channel]);
      const auto value = Integer(std::clamp(q, -high, high));
      std::memcpy(&result.values[i * sizeof(Integer)], &value, sizeof(Integer));
      result.magnitudes[channel] += uint64_t(std::abs(int(value)));
    }
  });
}

} // namespace

Result<QuantizedWeights>
quantization::quantizeWeights(Span<const float> weights,
                              const ChannelIndex &channels, unsigned bits) {
  assert((bits == 8 || bits == 16) && "weights have 8 or 16 bits");
  for (size_t i = 0; i < weights.size(); ++i)
    if (!std::isfinite(weights[i]))
      return Error{"weight " + std::to_string(i) + " is not finite"};
  QuantizedWeights result;
  result.format = {bits, true};
  result.magnitudes.resize(channels.channels());
  for (float largest : largestMagnitudes(weights, channels))
    result.scales.push_back(result.format.scaleFor(-largest, largest));
  if (bits == 8)
    quantizeAll<int8_t>(weights, channels, result);
  else
    quantizeAll<int16_t>(weights, channels, result);
  return result;
}

template <typename Integer>
std::vector<float> quantization::dequantizeWeights(Span<const char> bytes,
                                                   const ChannelIndex &channels,
                                                   Span<const float> scales) {
  assert(scales.size() == channels.channels() && "a scale per channel");
  std::vector<float> weights(bytes.size() / sizeof(Integer));
  channels.forEachRun(
      [&](size_t begin, size_t end, size_t channel, size_t step) {
        assert(end <= weights.size() && "fewer weights than the shape has");
        for (size_t i = begin; i < end; ++i, channel += step) {
          Integer q;
          std::memcpy(&q, bytes.data() + i * sizeof(Integer), sizeof(Integer));
          weights[i] = float(q) * scales[channel];
        }
      });
  return weights;
}

template std::vector<float>
quantization::dequantizeWeights<int8_t>(Span<const char>, const ChannelIndex &,
                                        Span<const float>);
template std::vector<float>
quantization::dequantizeWeights<int16_t>(Span<const char>, const ChannelIndex &,
                                         Span<const float>);
