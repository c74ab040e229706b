// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_UNITTESTS_CLUSTERING_RANDOMLAYER_H
#define CRANIA_UNITTESTS_CLUSTERING_RANDOMLAYER_H

#include "crania/Clustering/ClusteringScheme.h"

#include <random>

namespace crania::clustering {

/// A layer whose weights have a bell-shaped distribution. Its inputs are
/// correlated and have nonzero means, like the outputs of ReLUs.
struct RandomLayer {
  size_t outputs, inputs, samples;
  std::vector<int8_t> codes;
  std::vector<float> scales;
  std::vector<float> x; ///< [samples x inputs], the inputs of the round
  std::vector<float> y; ///< [samples x outputs], outputs for inputs close to x

  RandomLayer(unsigned seed, size_t outputs, size_t inputs, size_t samples);

  QuantizedLayer layer() const { return {outputs, inputs, codes, scales}; }
  LayerMoments moments() const;
  /// Returns the squared error of weights d with biases, as a mean over the
  /// samples.
  double outputError(Span<const float> d, Span<const float> biases) const;
};

} // namespace crania::clustering

#endif // CRANIA_UNITTESTS_CLUSTERING_RANDOMLAYER_H
