// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ValueWords.h"

#include "crania/Layout/SegmentLayout.h"

#include <algorithm>

namespace crania::layout {

Error codecError(std::string_view codec, const std::string &what) {
  return {"layout \"" + std::string(codec) + "\": " + what};
}

static Status checkWordsAndOccupancy(const BlockContext &context) {
  const unsigned bits = context.valueBits;
  if (bits != 8 && bits != 16 && bits != 32)
    return Error{"value words of " + std::to_string(bits) +
                 " bits; only 8, 16 and 32 can be stored"};
  const size_t occupied = context.occupied.size();
  if (occupied != 0 && occupied != context.positions)
    return Error{"occupancy of " + std::to_string(occupied) +
                 " positions for a block of " +
                 std::to_string(context.positions)};
  return {};
}

Status checkContext(std::string_view codec, const BlockContext &context) {
  Status status = checkWordsAndOccupancy(context);
  return status ? Status() : codecError(codec, status.error().message);
}

Status checkSegmentContext(const BlockContext &context) {
  if (Status status = checkWordsAndOccupancy(context); !status)
    return status;
  const size_t positions = context.positions;
  const size_t conditions = context.conditions.size();
  if (positions > maxBlockPositions)
    return Error{"block of " + std::to_string(positions) +
                 " positions; there are at most " +
                 std::to_string(maxBlockPositions)};
  if (conditions != 0 && conditions != positions)
    return Error{"conditions of " + std::to_string(conditions) +
                 " positions for a block of " + std::to_string(positions)};
  return {};
}

std::vector<uint8_t> freeBits(Span<const uint8_t> bits,
                              Span<const uint8_t> occupied) {
  size_t freeCount = 0, held = 0;
  for (size_t i = 0; i < bits.size(); ++i) {
    freeCount += occupied[i] == 0;
    held += bits[i];
  }
  // What holds all that is left free, as the last clusters do.
  if (held == freeCount)
    return std::vector<uint8_t>(freeCount, 1);
  std::vector<uint8_t> free(bits.size() + 1);
  uint8_t *next = free.data();
  // Without branches: which positions are free is as good as random.
  for (size_t i = 0; i < bits.size(); ++i) {
    *next = bits[i];
    next += occupied[i] == 0;
  }
  free.resize(next - free.data());
  return free;
}

template <unsigned WordBytes>
static void storeWords(uint8_t *bytes, Span<const uint32_t> words) {
  for (size_t i = 0; i < words.size(); ++i)
    for (unsigned b = 0; b < WordBytes; ++b)
      bytes[i * WordBytes + b] = uint8_t(words[i] >> (8 * b));
}

void appendWords(std::vector<uint8_t> &bytes, Span<const uint32_t> words,
                 unsigned valueBits) {
  size_t begin = bytes.size();
  bytes.resize(begin + words.size() * (valueBits / 8));
  if (valueBits == 8)
    storeWords<1>(bytes.data() + begin, words);
  else if (valueBits == 16)
    storeWords<2>(bytes.data() + begin, words);
  else
    storeWords<4>(bytes.data() + begin, words);
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
