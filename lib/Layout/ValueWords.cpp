// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ValueWords.h"

#include <algorithm>

namespace crania::layout {

Error codecError(std::string_view codec, const std::string &what) {
  return {"layout \"" + std::string(codec) + "\": " + what};
}

Status checkContext(std::string_view codec, const BlockContext &context) {
  unsigned bits = context.valueBits;
  if (bits != 8 && bits != 16 && bits != 32)
    return codecError(codec, "value words of " + std::to_string(bits) +
                                 " bits; only 8, 16 and 32 can be stored");
  size_t occupied = context.occupied.size();
  if (occupied != 0 && occupied != context.positions)
    return codecError(codec, "occupancy of " + std::to_string(occupied) +
                                 " positions for a block of " +
                                 std::to_string(context.positions));
  return {};
}

void appendWords(std::vector<uint8_t> &bytes, Span<const uint32_t> words,
                 unsigned valueBits) {
  bytes.reserve(bytes.size() + words.size() * (valueBits / 8));
  for (uint32_t word : words)
    for (unsigned shift = 0; shift < valueBits; shift += 8)
      bytes.push_back(uint8_t(word >> shift));
}

std::vector<uint32_t> readWords(Span<const uint8_t> bytes, unsigned valueBits) {
  unsigned wordBytes = valueBits / 8;
  std::vector<uint32_t> words(bytes.size() / wordBytes);
  for (size_t i = 0; i < words.size(); ++i)
    for (unsigned b = 0; b < wordBytes; ++b)
      words[i] |= uint32_t(bytes[i * wordBytes + b]) << (8 * b);
  return words;
}

uint64_t wordCycles(uint64_t values, unsigned lanes) {
  uint64_t perCycle = std::max(lanes, 1u);
  return (values + perCycle - 1) / perCycle;
}

} // namespace crania::layout
