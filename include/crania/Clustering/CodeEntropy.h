// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_CLUSTERING_CODEENTROPY_H
#define CRANIA_CLUSTERING_CODEENTROPY_H

#include "crania/Support/Span.h"

#include <cstdint>
#include <vector>

namespace crania::clustering {

/// Bits per symbol of the order-0 entropy of symbols: what a code with one
/// table for all of them needs. 0 for none.
double entropy(Span<const int8_t> symbols);

/// Bits per symbol with one table for each value of what the decoder knows of
/// it already. There are as many contexts as symbols.
double conditionalEntropy(Span<const int8_t> symbols,
                          Span<const int8_t> contexts);

/// Bits per weight that each of K clusters with disjoint supports adds to those
/// before it: which of the weights that are not in those are in this one, and
/// their codes. They add up to the entropy of (cluster, code).
std::vector<double> clusterEntropies(Span<const int8_t> codes,
                                     Span<const uint8_t> assignment,
                                     unsigned clusters);

} // namespace crania::clustering

#endif // CRANIA_CLUSTERING_CODEENTROPY_H
