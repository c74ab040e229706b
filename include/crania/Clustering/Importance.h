// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_CLUSTERING_IMPORTANCE_H
#define CRANIA_CLUSTERING_IMPORTANCE_H

#include "crania/Support/Result.h"
#include "crania/Support/Span.h"

#include <cstdint>
#include <vector>

namespace crania::clustering {

/// Clusters of a tensor at most.
constexpr size_t maxClusters = 255;

/// The sizes of clusters of `count` weights at these fractions: boundary n is
/// at round(count * (f_1 + ... + f_n)). Adds up to `count`; a cluster may be
/// empty.
std::vector<uint64_t> clusterSizes(uint64_t count,
                                   Span<const double> fractions);

/// Assigns each weight to a cluster by the importance |w|, the largest first;
/// of equal weights, the one with the smaller index comes first. Returns the
/// cluster of each weight, counted from 0. Linear in the number of weights.
/// `sizes` adds up to their number.
///
/// Fails, naming the index, on a weight that is not finite.
Result<std::vector<uint8_t>> assignByImportance(Span<const float> weights,
                                                Span<const uint64_t> sizes);

} // namespace crania::clustering

#endif // CRANIA_CLUSTERING_IMPORTANCE_H
