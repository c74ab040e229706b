// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_CLUSTERING_IMPORTANCE_H
#define CRANIA_CLUSTERING_IMPORTANCE_H

#include "crania/Support/Result.h"
#include "crania/Support/Span.h"

#include <cstdint>
#include <vector>

namespace crania::clustering {

/// The largest number of clusters of a tensor.
constexpr size_t maxClusters = 255;

/// Returns the sizes of clusters that split `count` weights by fractions.
/// Boundary n is at round(count * (f_1 + ... + f_n)). The sizes add up to
/// `count`; a cluster may be empty.
std::vector<uint64_t> clusterSizes(uint64_t count,
                                   Span<const double> fractions);

/// Assigns each weight to a cluster by its importance |w|, the largest first.
/// Among weights of equal magnitude, the one with the smaller index comes
/// first. `sizes` are the numbers of weights per cluster and add up to the
/// number of weights. Returns the cluster of each weight, counted from 0, in
/// time linear in the number of weights.
///
/// Fails on a weight that is not finite, and names its index.
Result<std::vector<uint8_t>> assignByImportance(Span<const float> weights,
                                                Span<const uint64_t> sizes);

} // namespace crania::clustering

#endif // CRANIA_CLUSTERING_IMPORTANCE_H
