// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_ENCODING_TRAINING_ENTROPY_H
#define CRANIA_LIB_ENCODING_TRAINING_ENTROPY_H

#include "crania/Support/Span.h"

#include <cstdint>
#include <vector>

namespace crania::encoding {

/// The number of binary places of a cost in bits. Costs are integers so that
/// every host chooses the same tables.
constexpr unsigned costPlaces = 20;

/// Returns log2(value) in units of 2^-costPlaces bits, rounded down; `value` is
/// positive.
uint64_t scaledLog2(uint64_t value);

/// Returns the scaled bits that an ideal coder takes for symbols with these
/// counts.
uint64_t entropyCost(Span<const uint64_t> counts);

/// Returns the frequencies that minimize the cost of the counts. They sum to
/// 2^tableLog and are at least 1 where the count is. At least one and at most
/// 2^tableLog counts are not 0.
std::vector<uint16_t> normalizeCounts(Span<const uint64_t> counts,
                                      unsigned tableLog);

/// Returns the scaled bits that symbols with these counts take with the given
/// frequencies.
uint64_t codedCost(Span<const uint64_t> counts,
                   Span<const uint16_t> frequencies, unsigned tableLog);

} // namespace crania::encoding

#endif // CRANIA_LIB_ENCODING_TRAINING_ENTROPY_H
