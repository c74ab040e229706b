// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_CLUSTERING_CLUSTERINGSCHEME_H
#define CRANIA_CLUSTERING_CLUSTERINGSCHEME_H

#include "crania/Clustering/LayerMoments.h"
#include "crania/Support/Result.h"
#include "crania/Support/Span.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace crania::clustering {

/// The 8-bit weights of a layer: the weight at row o, column i is code *
/// scales[o].
struct QuantizedLayer {
  size_t outputs = 0, inputs = 0;
  Span<const int8_t> codes; ///< [outputs x inputs], -127..127
  Span<const float> scales; ///< [outputs]
};

/// The 8-bit weights that one round computes with, and the scales of that
/// round. The weight D_r at row o, column i is code * scales[o].
struct RoundWeights {
  std::vector<int8_t> codes;
  std::vector<float> scales; ///< [outputs], with the gains of the correction
  std::vector<float> biases; ///< [outputs]; empty: the biases of the layer
  /// The squared error of the outputs divided by their variance, on the inputs
  /// of the moments. Negative without moments.
  double relativeError = -1;
};

/// A layer split into K clusters, and the weights that each of its K rounds
/// computes with.
struct ClusteredLayer {
  std::vector<RoundWeights> rounds; ///< the last one is the exact layer
  /// Bits per weight of the layer that each cluster adds to the clusters before
  /// it. They are the order-0 entropy of the symbols of the cluster, given what
  /// the decoder knows, and include the positions of the weights.
  std::vector<double> bits;

  /// The cluster of each weight, if clusters have disjoint supports. Empty
  /// otherwise.
  std::vector<uint8_t> assignment;
};

/// A method of splitting the weights of a layer into clusters.
class ClusteringScheme {
public:
  virtual ~ClusteringScheme() = default;

  virtual std::string_view name() const = 0;
  virtual unsigned clusters() const = 0;

  /// Clusters a layer. `moments` describes the inputs of every round but the
  /// last, in order; its outputs y include the biases. It may be empty: errors
  /// of weights then stand for errors of outputs, and the rounds keep the
  /// biases of the layer. Fails if sizes do not match.
  virtual Result<ClusteredLayer>
  cluster(const QuantizedLayer &layer,
          Span<const LayerMoments> moments) const = 0;
};

/// Checks that the arrays of `layer` and its `moments` have matching sizes for
/// this number of clusters. Fails otherwise.
Status checkLayer(const QuantizedLayer &layer, unsigned clusters,
                  Span<const LayerMoments> moments);

/// Returns the weights of the last round, which are the layer itself.
RoundWeights wholeLayer(const QuantizedLayer &layer);

/// Returns how far the mean outputs of a round shift if the round keeps the
/// biases of the layer. `biases` are those biases (empty: none). The shift is
/// the root mean square over the outputs, divided by that of their standard
/// deviations in the whole network, on the inputs of the moments. The bias
/// correction removes exactly this shift. Returns 0 if the outputs do not vary.
double expectedShift(const RoundWeights &round, const LayerMoments &moments,
                     Span<const float> biases = {});

/// Returns the weights as real numbers: each code times the scale of its row.
std::vector<float> realWeights(Span<const int8_t> codes,
                               Span<const float> scales);

} // namespace crania::clustering

#endif // CRANIA_CLUSTERING_CLUSTERINGSCHEME_H
