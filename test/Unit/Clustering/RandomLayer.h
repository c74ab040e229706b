// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_UNITTESTS_CLUSTERING_RANDOMLAYER_H
#define CRANIA_UNITTESTS_CLUSTERING_RANDOMLAYER_H

#include "crania/Clustering/ClusteringScheme.h"

#include <random>

namespace crania::clustering {

/// A layer with weights in a bell shape, and inputs that are correlated and
/// have means, as those behind ReLUs.
struct RandomLayer {
  size_t outputs, inputs, samples;
  std::vector<int8_t> codes;
  std::vector<float> scales;
  std::vector<float> x; ///< [samples x inputs], what the round meets
  std::vector<float> y; ///< [samples x outputs], of inputs near x

  RandomLayer(unsigned seed, size_t outputs, size_t inputs, size_t samples);

  QuantizedLayer layer() const { return {outputs, inputs, codes, scales}; }
  LayerMoments moments() const;
  /// Mean over the samples of the squared error of weights d with biases.
  double outputError(Span<const float> d, Span<const float> biases) const;
};

} // namespace crania::clustering

#endif // CRANIA_UNITTESTS_CLUSTERING_RANDOMLAYER_H
