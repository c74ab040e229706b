// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Encoding/SegmentStatistics.h"

#include "Codecs/Bitmap.h"
#include "Coders/TrainedCoders.h"
#include "Coders/ValueWords.h"

#include "crania/Encoding/SegmentEncoding.h"

#include <algorithm>
#include <cassert>

namespace crania::encoding {

//===----------------------------------------------------------------------===//
// Positions
//===----------------------------------------------------------------------===//

static constexpr unsigned bitsPerByte = 8, bytesPerWord = 8;

void PositionCounts::add(Span<const uint8_t> bits) {
  const std::vector<uint64_t> bitmap = bitmapOf(bits);
  forEachGap(bitmap, bits.size(), [&](size_t gap) {
    if (gap >= gaps.size())
      gaps.resize(gap + 1);
    ++gaps[gap];
  });
  const size_t whole = bits.size() / bitsPerByte;
  for (size_t i = 0; i < whole; ++i)
    ++bytes[uint8_t(bitmap[i / bytesPerWord] >>
                    (bitsPerByte * (i % bytesPerWord)))];
  const unsigned left = bits.size() % bitsPerByte;
  if (left == 0)
    return;
  const uint8_t last = uint8_t(bitmap[whole / bytesPerWord] >>
                               (bitsPerByte * (whole % bytesPerWord)));
  for (unsigned log = 0; log < tails.size(); ++log)
    for (unsigned bit = 0; bit < left; bit += 1u << log)
      ++tails[log][last >> bit & ((1u << (1u << log)) - 1)];
}

std::vector<uint64_t> PositionCounts::patterns(unsigned log) const {
  assert(log < tails.size() && "a pattern has at most 8 positions");
  std::vector<uint64_t> counts(size_t(1) << (1u << log));
  for (unsigned byte = 0; byte < bytes.size(); ++byte)
    for (unsigned bit = 0; bit < bitsPerByte; bit += 1u << log)
      counts[byte >> bit & (counts.size() - 1)] += bytes[byte];
  for (size_t i = 0; i < counts.size(); ++i)
    counts[i] += tails[log][i];
  return counts;
}

//===----------------------------------------------------------------------===//
// Words
//===----------------------------------------------------------------------===//

void WordCounts::add(Span<const uint32_t> words, Span<const uint8_t> conditions,
                     unsigned valueBits) {
  assert((conditions.empty() || conditions.size() == words.size()) &&
         "a condition per word, or none");
  assert((bits == 0 || bits == valueBits) && "words of another size");
  assert(!(sorted && !sorted->words.empty() && byIndex.empty()) &&
         "the counts are compact already");
  bits = valueBits;
  sorted.reset();
  const unsigned index = std::min(bits, indexedBits);
  for (uint32_t word : words)
    anyBits |= word;
  assert((bits == 32 || anyBits >> bits == 0) && "a word has more bits");
  for (uint8_t condition : conditions)
    conditionCount = std::max(conditionCount, condition + 1u);
  if (byIndex.size() < size_t(conditionCount) << index)
    byIndex.resize(size_t(conditionCount) << index);
  const unsigned dropped = bits - index;
  for (size_t i = 0; i < words.size(); ++i) {
    const size_t condition = conditions.empty() ? 0 : conditions[i];
    ++byIndex[(condition << index) + (words[i] >> dropped)];
  }
  for (size_t i = 0; dropped > 0 && i < words.size() && !hasMany; ++i)
    addExact(words[i], conditions.empty() ? 0 : conditions[i]);
}

/// Counts a word in a hash table with open addressing that is never full. A
/// word under several conditions is several entries.
void WordCounts::addExact(uint32_t word, uint8_t condition) {
  constexpr size_t slots = 4 * mostExact * 4;
  constexpr uint32_t golden = 0x9e3779b1; // 2^32 over the golden ratio
  if (exact.empty())
    exact.resize(slots);
  size_t slot =
      (uint64_t(word ^ uint32_t(condition) << 24) * golden >> 16) % slots;
  for (;; slot = (slot + 1) % slots) {
    WordCount &entry = exact[slot];
    if (entry.count == 0) {
      entry = {word, 1, condition};
      hasMany = ++exactSize > mostExact * (conditionCount > 1 ? 8 : 1);
      break;
    }
    if (entry.word == word && entry.condition == condition) {
      ++entry.count;
      break;
    }
  }
  if (hasMany)
    exact = {};
}

unsigned WordCounts::zeroLowBits() const {
  unsigned zeros = 0;
  while (anyBits != 0 && (anyBits >> zeros & 1) == 0)
    ++zeros;
  return zeros;
}

void WordCounts::addMagnitudes(Span<const uint32_t> words, unsigned bits) {
  const uint32_t mask = lowBitsOf(~uint64_t(0), bits);
  const uint32_t sign = uint32_t(1) << (bits - 1);
  uint32_t any = 0, all = ~uint32_t(0);
  MagnitudeRange as2 = integers, asFloat = floats;
  for (uint32_t word : words) {
    const uint32_t isNegative = 0 - (word >> (bits - 1) & 1);
    any |= word;
    all &= word;
    const uint32_t magnitude = ((word ^ isNegative) - isNegative) & mask;
    as2.least = std::min(as2.least, magnitude);
    as2.most = std::max(as2.most, magnitude);
    asFloat.least = std::min(asFloat.least, word & ~sign);
    asFloat.most = std::max(asFloat.most, word & ~sign);
  }
  for (MagnitudeRange *range : {&as2, &asFloat}) {
    range->hasNegative |= (any & sign) != 0;
    range->hasPositive |= !words.empty() && (all & sign) == 0;
  }
  integers = as2;
  floats = asFloat;
}

const WordCounts::List &WordCounts::list() const {
  if (sorted)
    return *sorted;
  sorted = std::make_unique<List>();
  if (bits > indexedBits && !hasMany) {
    for (const WordCount &entry : exact)
      if (entry.count > 0)
        sorted->words.push_back(entry);
    std::sort(sorted->words.begin(), sorted->words.end(),
              [](const WordCount &a, const WordCount &b) {
                return a.condition != b.condition ? a.condition < b.condition
                                                  : a.word < b.word;
              });
    return *sorted;
  }
  const unsigned index = std::min(bits, indexedBits);
  sorted->droppedBits = bits - index;
  for (size_t i = 0; i < byIndex.size(); ++i)
    if (byIndex[i] > 0)
      sorted->words.push_back({lowBitsOf(i, index) << sorted->droppedBits,
                               byIndex[i], uint8_t(i >> index)});
  return *sorted;
}

void WordCounts::compact() {
  list();
  byIndex = {};
  exact = {};
}

//===----------------------------------------------------------------------===//
// SegmentStatistics
//===----------------------------------------------------------------------===//

SegmentStatistics::SegmentStatistics(CountedParts parts)
    : parts(parts), trained(std::make_unique<TrainedCoders>()) {}
SegmentStatistics::~SegmentStatistics() = default;
SegmentStatistics::SegmentStatistics(SegmentStatistics &&) noexcept = default;
SegmentStatistics &
SegmentStatistics::operator=(SegmentStatistics &&) noexcept = default;

Status SegmentStatistics::check(const BlockView &block) const {
  const BlockContext &context = block.context;
  if (Status status = checkSegmentContext(context); !status)
    return status;
  if ((!counted.empty() && context.valueBits != bits) ||
      (context.positions > 0 && hasPositions &&
       context.conditions.empty() == hasConditions))
    return Error{"the blocks of a segment have words of one size, and "
                 "conditions all or none"};
  if (!areWellFormed(*block.codes, context))
    return Error{"codes that do not fit their block"};
  for (uint8_t condition : context.conditions)
    if (condition >= maxConditions)
      return Error{"condition " + std::to_string(condition) +
                   "; they are below " + std::to_string(maxConditions)};
  return {};
}

void SegmentStatistics::compact() {
  ofWords.compact();
  *trained = {};
}

Status SegmentStatistics::add(const BlockView &block) {
  if (Status status = check(block); !status)
    return status;
  const BlockContext &context = block.context;
  const BlockCodes &codes = *block.codes;
  bits = context.valueBits;
  if (context.positions > 0) {
    hasPositions = true;
    hasConditions = !context.conditions.empty();
  }
  *trained = {};

  std::vector<uint8_t> ofFree;
  if (!context.occupied.empty())
    ofFree = freeBits(codes.present, context.occupied);
  const Span<const uint8_t> free =
      context.occupied.empty() ? codes.present : ofFree;
  if (parts.positions)
    ofPositions.add(free);
  ofPositions.isDense &= codes.values.size() == free.size();
  whole &= codes.values.size() == context.positions;

  std::vector<uint8_t> conditions;
  for (size_t i = 0; parts.words && i < context.conditions.size(); ++i)
    if (codes.present[i])
      conditions.push_back(context.conditions[i]);
  if (parts.words)
    ofWords.add(codes.values, conditions, bits);
  if (parts.magnitudes)
    ofWords.addMagnitudes(codes.values, bits);

  counted.push_back({uint32_t(context.positions), uint32_t(free.size()),
                     uint32_t(codes.values.size())});
  valueCount += codes.values.size();
  positionCount += context.positions;
  return {};
}

} // namespace crania::encoding
