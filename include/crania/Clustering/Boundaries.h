// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_CLUSTERING_BOUNDARIES_H
#define CRANIA_CLUSTERING_BOUNDARIES_H

#include "crania/Support/Result.h"
#include "crania/Support/Span.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace crania::clustering {

/// Where clusters of importance end in the order of importance: at given
/// fractions of the weights, or where optimal k-means cuts the importances, so
/// that weights of a cluster are alike.
class Boundaries {
public:
  /// One cluster.
  Boundaries() = default;
  /// Fractions, the most important first, that are positive and add up to 1;
  /// the last one absorbs the rest.
  Boundaries(std::vector<double> fractions) // NOLINT: they are what they say
      : fractions(std::move(fractions)) {}

  /// "0.1,0.2,0.3,0.4", which adds up to 1 within 1e-6, "equal:K" or
  /// "kmeans:K".
  static Result<Boundaries> parse(std::string_view text);

  unsigned clusters() const {
    return kMeansGroups != 0 ? kMeansGroups : unsigned(fractions.size());
  }

  /// Weights per cluster, the most important first, by the magnitudes of
  /// `weights`. Of k-means, the last clusters are empty if there are fewer
  /// different magnitudes; fails, then, on a weight that is not finite.
  Result<std::vector<uint64_t>> sizes(Span<const float> weights) const;

private:
  std::vector<double> fractions = {1};
  unsigned kMeansGroups = 0; ///< 0: fractions
};

} // namespace crania::clustering

#endif // CRANIA_CLUSTERING_BOUNDARIES_H
