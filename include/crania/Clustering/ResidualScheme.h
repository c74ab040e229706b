// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_CLUSTERING_RESIDUALSCHEME_H
#define CRANIA_CLUSTERING_RESIDUALSCHEME_H

#include "crania/Clustering/ClusteringScheme.h"
#include "crania/Clustering/CompensatedRounding.h"

#include <vector>

namespace crania::clustering {

struct ResidualOptions {
  /// For each round but the last, the distance between neighbouring codes of an
  /// output in units of the root mean square of its weights, coarse to fine.
  /// Empty: the layer is whole in the first cluster.
  std::vector<double> steps;
  RoundingOptions rounding;
  /// Whether weights may move to make up for what earlier layers lost.
  bool retarget = true;
  double ridge = 0.01; ///< of retargetWeights
};

/// Codes from coarse to fine (docs/Clustering.md, "Residual codes"). Code c of
/// round r is worth c * multiplier in units of the layer's codes. A cluster
/// stores, of each weight, what its code differs from the one expected after
/// the round before; the multipliers of the last round are 1, so that its codes
/// are the layer's.
class ResidualScheme final : public ClusteringScheme {
public:
  explicit ResidualScheme(ResidualOptions options)
      : options(std::move(options)) {}

  std::string_view name() const override { return "residual"; }
  unsigned clusters() const override {
    return unsigned(options.steps.size()) + 1;
  }
  bool isAdditive() const override { return false; }
  Result<ClusteredLayer>
  cluster(const QuantizedLayer &layer,
          Span<const LayerMoments> moments) const override;

private:
  ResidualOptions options;
};

/// The code that is expected in a round of that multiplier after `code` in the
/// round before: code * before / multiplier, rounded, halves away from 0, and
/// clamped to -127..127.
int8_t expectedCode(int8_t code, uint8_t before, uint8_t multiplier);

/// What the symbols of a cluster depend on: the code of the round before,
/// clamped to -7..7.
int8_t symbolContext(int8_t code);

/// The codes of a round from those of the round before, [outputs x inputs], and
/// the symbols of its cluster, modulo 256. In the first round, `codes` are 0.
std::vector<int8_t> refineCodes(Span<const int8_t> codes,
                                Span<const int8_t> symbols,
                                Span<const uint8_t> before,
                                Span<const uint8_t> multipliers);

/// The step at which the rounded weights of a layer have about that entropy, in
/// bits per weight: within 1/64 of what is possible. Compensated rounding,
/// which prefers short codes, ends up a little below it.
double stepForEntropy(const QuantizedLayer &layer, double bits);

} // namespace crania::clustering

#endif // CRANIA_CLUSTERING_RESIDUALSCHEME_H
