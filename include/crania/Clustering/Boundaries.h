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

/// The sizes of clusters that are ordered by importance. They are either given
/// fractions of the weights, or the groups that optimal k-means finds among the
/// importances, so that the weights of a cluster are alike.
class Boundaries {
public:
  /// Creates the boundaries of a single cluster.
  Boundaries() = default;
  /// Creates clusters that hold these fractions of the weights, the most
  /// important cluster first. The fractions must be positive and add up to 1.
  /// The last cluster takes what rounding leaves.
  Boundaries(std::vector<double> fractions) // NOLINT: they are what they say
      : fractions(std::move(fractions)) {}

  /// Parses "0.1,0.2,0.3,0.4" (fractions that add up to 1 within 1e-6),
  /// "equal:K" or "kmeans:K". Fails on any other text.
  static Result<Boundaries> parse(std::string_view text);

  unsigned clusters() const {
    return kMeansGroups != 0 ? kMeansGroups : unsigned(fractions.size());
  }

  /// Returns the number of weights per cluster, the most important cluster
  /// first. The importance of a weight is its magnitude. k-means leaves the
  /// last clusters empty if there are fewer distinct magnitudes than clusters,
  /// and fails on a weight that is not finite.
  Result<std::vector<uint64_t>> sizes(Span<const float> weights) const;

private:
  std::vector<double> fractions = {1};
  unsigned kMeansGroups = 0; ///< 0 if fractions are used
};

} // namespace crania::clustering

#endif // CRANIA_CLUSTERING_BOUNDARIES_H
