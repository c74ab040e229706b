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

/// Numbers in k groups such that sum of weight * (number - centre of its
/// group)^2 is as small as it can be (docs/Clustering.md, "Optimal k-means").
struct KMeans {
  /// Ascending, at most k: fewer if there are fewer different numbers.
  std::vector<double> centers;
  /// The smallest number of each group.
  std::vector<double> firsts;
  double squaredError = 0;

  /// The group of a number that was there. Others go to a group next to them.
  size_t groupOf(double value) const;
};

/// The global optimum for f32 values. Linear in their number but for parts that
/// do not depend on it: a radix sort, then a search that excludes, by bounds,
/// where a group cannot end. Deterministic.
///
/// Fails for k = 0, and, naming the index, for a value that is not finite.
Result<KMeans> optimalKMeans(Span<const float> values, unsigned k);

/// The same with a weight, 0 or larger, for each value. Fails too if their
/// numbers differ, or a weight is negative or not finite.
Result<KMeans> optimalKMeans(Span<const float> values,
                             Span<const float> weights, unsigned k);

/// The same for IEEE half-precision values, given as bits: a histogram instead
/// of a sort.
Result<KMeans> optimalKMeansOfHalves(Span<const uint16_t> bits, unsigned k);

/// The same for different values in ascending order with weights above 0. Fails
/// if they are not that.
Result<KMeans> optimalKMeansOfSorted(Span<const double> values,
                                     Span<const double> weights, unsigned k);

} // namespace crania::clustering

#endif // CRANIA_CLUSTERING_OPTIMALKMEANS_H
