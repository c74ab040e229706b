// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_CLUSTERING_CODEENTROPY_H
#define CRANIA_CLUSTERING_CODEENTROPY_H

#include "crania/Support/Span.h"

#include <cstdint>
#include <vector>

namespace crania::clustering {

/// Returns the order-0 entropy of `symbols` in bits per symbol. An ideal code
/// with one table for all symbols needs as many. Returns 0 if there are no
/// symbols.
double entropy(Span<const int8_t> symbols);

/// Returns the entropy of `symbols` in bits per symbol, with one code table per
/// context. A context is what the decoder knows of the symbol already; there
/// must be one per symbol.
double conditionalEntropy(Span<const int8_t> symbols,
                          Span<const int8_t> contexts);

/// Returns the bits per weight that each of K clusters with disjoint supports
/// adds to the clusters before it. A cluster codes which of the remaining
/// weights it contains, and the codes of those. The results add up to the
/// entropy of (cluster, code).
std::vector<double> clusterEntropies(Span<const int8_t> codes,
                                     Span<const uint8_t> assignment,
                                     unsigned clusters);

} // namespace crania::clustering

#endif // CRANIA_CLUSTERING_CODEENTROPY_H
