// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LAYOUT_VALUEWORDS_H
#define CRANIA_LAYOUT_VALUEWORDS_H

#include "crania/Layout/Codec.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace crania::layout {

/// Error text that names the codec and what its bytes do wrong.
Error codecError(std::string_view codec, const std::string &what);

/// Success if the context makes sense: words of 8, 16 or 32 bits, and an
/// occupancy of all positions or none.
Status checkContext(std::string_view codec, const BlockContext &context);

/// The same for a block of a segment: a bounded number of positions, and
/// conditions of all or none.
Status checkSegmentContext(const BlockContext &context);

/// What belongs to free positions of what belongs to all.
std::vector<uint8_t> freeBits(Span<const uint8_t> bits,
                              Span<const uint8_t> occupied);

/// Appends value words of 8, 16 or 32 bits, little-endian.
void appendWords(std::vector<uint8_t> &bytes, Span<const uint32_t> words,
                 unsigned valueBits);

/// Reads all words of `bytes`, whose size is a multiple of the word's.
std::vector<uint32_t> readWords(Span<const uint8_t> bytes, unsigned valueBits);

/// Cycles until `values` words have left `lanes` lanes, one per cycle and lane.
uint64_t wordCycles(uint64_t values, unsigned lanes);

} // namespace crania::layout

#endif // CRANIA_LAYOUT_VALUEWORDS_H
