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

/// The weights of a layer in 8 bits: row o, column i is code * scales[o].
struct QuantizedLayer {
  size_t outputs = 0, inputs = 0;
  Span<const int8_t> codes; ///< [outputs x inputs], -127..127
  Span<const float> scales; ///< [outputs]
};

/// What a round computes with: D_r is code * scales[o], as 8-bit weights with
/// the scales of that round.
struct RoundWeights {
  std::vector<int8_t> codes;
  std::vector<float> scales; ///< [outputs]; the gain of the correction included
  std::vector<float> biases; ///< [outputs], for the layer's; empty: the layer's
  /// Squared error of the outputs over their variance, on the inputs that the
  /// moments were gathered from; negative if there were none.
  double relativeError = -1;
};

/// A layer as K clusters and as what K rounds compute with.
struct ClusteredLayer {
  std::vector<RoundWeights> rounds; ///< the last one is the layer, exactly
  /// Bits per weight of the layer that each cluster adds to those before it:
  /// order-0 entropy of what it codes given what is known, positions included.
  std::vector<double> bits;

  /// Disjoint supports: the cluster of each weight. Empty otherwise.
  std::vector<uint8_t> assignment;

  /// Residual codes: what each cluster stores of each weight, and what a code
  /// of each round is worth in units of the layer's codes, [outputs].
  std::vector<std::vector<int8_t>> symbols;
  std::vector<std::vector<uint8_t>> multipliers;
};

/// How weights become clusters.
class ClusteringScheme {
public:
  virtual ~ClusteringScheme() = default;

  virtual std::string_view name() const = 0;
  virtual unsigned clusters() const = 0;
  /// Whether the codes of round r less those of round r - 1 depend on cluster r
  /// only, so that sums of products can be kept from round to round.
  virtual bool isAdditive() const = 0;

  /// `moments` has what each round but the last meets, in order, with biases in
  /// y, or is empty: then errors of weights stand for errors of outputs, and
  /// biases stay. Fails for sizes that do not fit.
  virtual Result<ClusteredLayer>
  cluster(const QuantizedLayer &layer,
          Span<const LayerMoments> moments) const = 0;
};

/// Fails unless arrays and moments fit a layer in that many clusters.
Status checkLayer(const QuantizedLayer &layer, unsigned clusters,
                  Span<const LayerMoments> moments);

/// The round that is the layer.
RoundWeights wholeLayer(const QuantizedLayer &layer);

/// By how much the means of the outputs of a round, with its gains, move if its
/// biases stay those of the layer, `biases` (empty: none), on the inputs of the
/// moments: the root mean square over the outputs, over that of their standard
/// deviations in the whole network. That is what the correction by biases takes
/// away. 0 if the outputs do not vary.
double expectedShift(const RoundWeights &round, const LayerMoments &moments,
                     Span<const float> biases = {});

/// Code * scale of its row.
std::vector<float> realWeights(Span<const int8_t> codes,
                               Span<const float> scales);

} // namespace crania::clustering

#endif // CRANIA_CLUSTERING_CLUSTERINGSCHEME_H
