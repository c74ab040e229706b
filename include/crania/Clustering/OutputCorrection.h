// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_CLUSTERING_OUTPUTCORRECTION_H
#define CRANIA_CLUSTERING_OUTPUTCORRECTION_H

#include "crania/Clustering/LayerMoments.h"
#include "crania/Support/Span.h"

#include <cstdint>
#include <vector>

namespace crania::clustering {

/// What makes the outputs z = D x of a round as near to those of the layer as a
/// factor and an addend per output channel can: gain * z + bias.
struct OutputCorrection {
  std::vector<float> gains;  ///< [outputs]
  std::vector<float> biases; ///< [outputs], in place of the layer's bias
  /// Sum over the channels of the mean of (y - gain * z - bias)^2, over the sum
  /// of the variances of y: 0 is exact, 1 is as good as constants.
  double relativeError = 0;
};

/// The correction that changes nothing, as in round K.
OutputCorrection identityCorrection(Span<const float> biases);

/// The least-squares correction of weights `d`, [outputs x inputs], on the
/// inputs that the moments were gathered from. A channel with constant z has
/// gain 1; with `fitGains` false, all have.
OutputCorrection correctOutputs(Span<const float> d,
                                const LayerMoments &moments,
                                bool fitGains = true);

/// Gathers the same from samples of z and y themselves: for layers too wide for
/// second moments of their inputs.
class OutputSamples {
public:
  explicit OutputSamples(size_t outputs);

  /// Adds rows of [outputs] each: what the round computes without a bias, and
  /// what the layer does.
  void add(Span<const float> z, Span<const float> y);

  OutputCorrection correction(bool fitGains = true) const;

private:
  struct Sums {
    double z = 0, y = 0, zz = 0, zy = 0, yy = 0;
  };
  uint64_t samples = 0;
  std::vector<Sums> channels;
  std::vector<float> pivotZ, pivotY; // the first row
};

} // namespace crania::clustering

#endif // CRANIA_CLUSTERING_OUTPUTCORRECTION_H
