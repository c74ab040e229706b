// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_CLUSTERING_OPTIMALKMEANS_H
#define CRANIA_CLUSTERING_OPTIMALKMEANS_H

#include "crania/Support/Result.h"
#include "crania/Support/Span.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace crania::clustering {

/// Numbers in k groups that minimize the sum of weight * (number - center of
/// its group)^2 (docs/Clustering.md, "Optimal k-means").
struct KMeans {
  /// Centers in ascending order. There are k, or fewer if there are fewer
  /// distinct numbers.
  std::vector<double> centers;
  /// The smallest number of each group.
  std::vector<double> firsts;
  double squaredError = 0;

  /// Returns the group of a number that was clustered. Any other number is
  /// assigned to an adjacent group.
  size_t groupOf(double value) const;
};

/// Returns the globally optimal k-means of f32 values. The time is linear in
/// the number of values, plus terms that do not depend on it: the values are
/// radix-sorted, and a search excludes by bounds the positions at which a group
/// cannot end. The result is deterministic.
///
/// Fails for k = 0 and for a value that is not finite, whose index it names.
Result<KMeans> optimalKMeans(Span<const float> values, unsigned k);

/// Returns the optimal k-means of values with a weight each, 0 or larger. Fails
/// also if the numbers of values and weights differ, or if a weight is negative
/// or not finite.
Result<KMeans> optimalKMeans(Span<const float> values,
                             Span<const float> weights, unsigned k);

/// Returns the optimal k-means of IEEE half-precision values, given as bits. A
/// histogram replaces the sort.
Result<KMeans> optimalKMeansOfHalves(Span<const uint16_t> bits, unsigned k);

} // namespace crania::clustering

#endif // CRANIA_CLUSTERING_OPTIMALKMEANS_H
