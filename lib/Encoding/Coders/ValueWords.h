// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_ENCODING_CODERS_VALUEWORDS_H
#define CRANIA_LIB_ENCODING_CODERS_VALUEWORDS_H

#include "crania/Encoding/Codec.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace crania::encoding {

/// Returns an error that names the codec and says what is wrong with its bytes.
Error codecError(std::string_view codec, const std::string &what);

/// Checks that a context is valid: words have 8, 16 or 32 bits, and the
/// occupancy has an entry per position or none.
Status checkContext(std::string_view codec, const BlockContext &context);

/// Checks that the context of a block of a segment is valid. In addition, the
/// number of positions is bounded, and there is a condition per position or
/// none.
Status checkSegmentContext(const BlockContext &context);

/// Returns the elements of `bytes` that belong to free positions.
std::vector<uint8_t> freeBits(Span<const uint8_t> bits,
                              Span<const uint8_t> occupied);

/// Appends value words of 8, 16 or 32 bits, little-endian.
void appendWords(std::vector<uint8_t> &bytes, Span<const uint32_t> words,
                 unsigned valueBits);

/// Reads all words of `bytes`, whose size is a multiple of the word size.
std::vector<uint32_t> readWords(Span<const uint8_t> bytes, unsigned valueBits);

/// Returns the cycles in which `values` words leave `lanes` lanes, one per
/// cycle and lane.
uint64_t wordCycles(uint64_t values, unsigned lanes);

} // namespace crania::encoding

#endif // CRANIA_LIB_ENCODING_CODERS_VALUEWORDS_H
