// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_CLUSTERING_RESIDUALSCHEME_H
#define CRANIA_CLUSTERING_RESIDUALSCHEME_H

#include "crania/Clustering/ClusteringScheme.h"
#include "crania/Clustering/CompensatedRounding.h"

#include <vector>

namespace crania::clustering {

struct ResidualOptions {
  /// The distance between neighboring codes of an output, for each round but
  /// the last, coarse to fine. The unit is the root mean square of the output's
  /// weights. Empty if the first cluster holds the whole layer.
  std::vector<double> steps;
  RoundingOptions rounding;
  /// True if weights may move to make up for the errors of earlier layers.
  bool retarget = true;
  double ridge = 0.01; ///< see retargetWeights
};

/// A scheme of codes from coarse to fine (docs/Clustering.md, "Residual
/// codes"). Code c of round r stands for c * multiplier, in units of the
/// layer's codes. A cluster stores, for each weight, the difference between its
/// code and the code that is expected after the round before. The multipliers
/// of the last round are 1, so that its codes are the layer's.
class ResidualScheme final : public ClusteringScheme {
public:
  explicit ResidualScheme(ResidualOptions options)
      : options(std::move(options)) {}

  std::string_view name() const override { return "residual"; }
  unsigned clusters() const override {
    return unsigned(options.steps.size()) + 1;
  }
  Result<ClusteredLayer>
  cluster(const QuantizedLayer &layer,
          Span<const LayerMoments> moments) const override;

private:
  ResidualOptions options;
};

/// Returns the code that a round with `multiplier` expects after `code` in the
/// round before, whose multiplier is `before`: code * before / multiplier,
/// rounded with halves away from 0, and clamped to -127..127.
int8_t expectedCode(int8_t code, uint8_t before, uint8_t multiplier);

/// Returns the context of a cluster's symbol: the code of the round before,
/// clamped to -7..7.
int8_t symbolContext(int8_t code);

} // namespace crania::clustering

#endif // CRANIA_CLUSTERING_RESIDUALSCHEME_H
