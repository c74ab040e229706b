// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CLUSTERING_OUTPUTCORRECTION_H
#define CRANIA_LIB_CLUSTERING_OUTPUTCORRECTION_H

#include "crania/Clustering/LayerMoments.h"
#include "crania/Support/Span.h"

#include <cstdint>
#include <vector>

namespace crania::clustering {

/// The correction of the outputs z = D x of a round toward those of the layer,
/// by one factor and one addend per output channel: gain * z + bias.
struct OutputCorrection {
  std::vector<float> gains;  ///< [outputs]
  std::vector<float> biases; ///< [outputs], in place of the layer's bias
  /// The mean of (y - gain * z - bias)^2, summed over the channels and divided
  /// by the sum of the variances of y. 0 is exact; 1 is no better than
  /// constants.
  double relativeError = 0;
};

/// Returns the least-squares correction for weights `d`, [outputs x inputs], on
/// the inputs of the moments. The gain of a channel with constant z is 1. All
/// gains are 1 if `fitGains` is false.
OutputCorrection correctOutputs(Span<const float> d,
                                const LayerMoments &moments,
                                bool fitGains = true);

} // namespace crania::clustering

#endif // CRANIA_LIB_CLUSTERING_OUTPUTCORRECTION_H
