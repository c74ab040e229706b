// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_QUANTIZATION_WEIGHTQUANTIZATION_H
#define CRANIA_QUANTIZATION_WEIGHTQUANTIZATION_H

#include "crania/Quantization/IntegerFormat.h"
#include "crania/Support/Result.h"
#include "crania/Support/Span.h"

#include <functional>
#include <vector>

namespace crania::quantization {

/// The channel of each element of a row-major tensor of shape `shape`. Channels
/// are the indices of the dimensions `channelDims`, in that order.
class ChannelIndex {
public:
  ChannelIndex(Span<const int64_t> shape, Span<const unsigned> channelDims);

  size_t channels() const { return channelCount; }
  /// Calls `visit(begin, end, channel, step)` for runs of elements [begin,
  /// end), in order. Element begin + i of a run belongs to channel + i * step.
  void
  forEachRun(const std::function<void(size_t begin, size_t end, size_t channel,
                                      size_t step)> &visit) const;

private:
  std::vector<int64_t> extents;
  std::vector<size_t> strides; // in channels, 0 for other dimensions
  size_t channelCount = 1;
};

/// Weights as integers, element by element, little-endian.
struct QuantizedWeights {
  IntegerFormat format;
  std::vector<float> scales;        // one per channel
  std::vector<char> values;         // format.bits each
  std::vector<uint64_t> magnitudes; // sum of |q|, per channel
};

/// Quantizes weights symmetrically. The scale is the largest |w| of the channel
/// / largest integer, or 1 for a channel of zeros. q is w / scale rounded to
/// the nearest integer, halves to even. Fails on a weight that is not finite,
/// and names its index.
Result<QuantizedWeights> quantizeWeights(Span<const float> weights,
                                         const ChannelIndex &channels,
                                         unsigned bits);

/// Returns the weights that little-endian integers of that type represent: q *
/// scale of their channel.
template <typename Integer>
std::vector<float> dequantizeWeights(Span<const char> bytes,
                                     const ChannelIndex &channels,
                                     Span<const float> scales);

extern template std::vector<float>
dequantizeWeights<int8_t>(Span<const char>, const ChannelIndex &,
                          Span<const float>);
extern template std::vector<float>
dequantizeWeights<int16_t>(Span<const char>, const ChannelIndex &,
                           Span<const float>);

} // namespace crania::quantization

#endif // CRANIA_QUANTIZATION_WEIGHTQUANTIZATION_H
