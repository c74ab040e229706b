// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LAYOUT_ENTROPY_H
#define CRANIA_LAYOUT_ENTROPY_H

#include "crania/Support/Span.h"

#include <cstdint>
#include <vector>

namespace crania::layout {

/// Costs in bits have this many binary places. Integers, so that every host
/// chooses the same tables.
constexpr unsigned costPlaces = 20;

/// log2(value) in 2^-costPlaces bits, rounded down; `value` is positive.
uint64_t scaledLog2(uint64_t value);

/// Bits, scaled, in which an ideal coder stores symbols of these counts.
uint64_t entropyCost(Span<const uint64_t> counts);

/// Frequencies of sum 2^tableLog, at least 1 where the count is, that make the
/// cost of the counts least. There are at most 2^tableLog counts that are not
/// 0, and at least one.
std::vector<uint16_t> normalizeCounts(Span<const uint64_t> counts,
                                      unsigned tableLog);

/// Bits, scaled, that symbols of these counts take with such frequencies.
uint64_t codedCost(Span<const uint64_t> counts,
                   Span<const uint16_t> frequencies, unsigned tableLog);

} // namespace crania::layout

#endif // CRANIA_LAYOUT_ENTROPY_H
