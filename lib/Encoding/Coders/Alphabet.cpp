// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Coders/Alphabet.h"

#include <algorithm>
#include <cassert>
#include <string>

namespace crania::encoding {

namespace {

// The widths in bits of the fields of the serialized tables.
constexpr unsigned lowBitsBits = 5;
constexpr unsigned wordCountBits = 9;
constexpr unsigned gapWidthBits = 6;
constexpr unsigned extraWidthBits = 3;

/// The ranks of high parts of up to this many bits are kept in a table.
constexpr unsigned maxTableBits = 16;
static_assert(maxSymbols == 1u << maxExtraBits,
              "a symbol stands for all ranks at most");

} // namespace

Alphabet::Alphabet(std::vector<uint32_t> highParts, unsigned lowBits,
                   unsigned valueBits, std::vector<uint8_t> extraBits)
    : highs(std::move(highParts)), lowBits(lowBits), valueBits(valueBits),
      extras(std::move(extraBits)) {
  assert(lowBits < valueBits && valueBits <= 32 && "words of no high bits");
  assert(words() <= maxSymbols && "more words than symbols");
  assert(std::is_sorted(highs.begin(), highs.end(),
                        [&](uint32_t a, uint32_t b) {
                          return lowBitsOf(uint64_t(a) - highs[0], highBits()) <
                                 lowBitsOf(uint64_t(b) - highs[0], highBits());
                        }) &&
         "the high parts do not ascend");
  unsigned rank = 0;
  for (size_t symbol = 0; rank < words(); ++symbol) {
    assert((extras.empty() || symbol < extras.size()) &&
           "the symbols do not cover all ranks");
    const unsigned extra = extras.empty() ? 0 : extras[symbol];
    firstRanks.push_back(uint16_t(rank));
    mostUncoded = std::max(mostUncoded, lowBits + extra);
    ranges.push_back({rank << lowBits, uint8_t(lowBits + extra)});
    rank += 1u << extra;
    symbolOfRank.resize(rank, uint16_t(symbol));
  }
  if (mostUncoded == 0)
    ranges.clear();
  gapless = largestGap() == 0;
  if (highBits() > maxTableBits)
    return;
  rankOfHigh.resize(size_t(1) << highBits(), absent);
  for (size_t i = 0; i < words(); ++i)
    rankOfHigh[highs[i]] = uint16_t(i);
}

/// Ranks ascend from the first word on, modulo the number of words.
uint16_t Alphabet::searchRank(uint32_t high) const {
  if (words() == 0)
    return absent;
  auto distance = [&](uint32_t other) {
    return lowBitsOf(uint64_t(other) - highs[0], highBits());
  };
  const auto end = highs.begin() + words();
  auto at = std::lower_bound(
      highs.begin(), end, distance(high),
      [&](uint32_t other, uint32_t than) { return distance(other) < than; });
  return at != end && *at == high ? uint16_t(at - highs.begin()) : absent;
}

bool Alphabet::findWords(Span<uint32_t> numbers) const {
  const uint32_t *highOf = highs.data();
  const unsigned low = lowBits;
  uint32_t largest = 0;
  for (uint32_t number : numbers)
    largest = std::max(largest, number);
  if (!numbers.empty() && largest >> low >= words())
    return false;
  if (gapless) {
    const uint32_t first = words() == 0 ? 0 : highs[0] << low,
                   mask = lowBitsOf(~uint64_t(0), valueBits);
    for (uint32_t &number : numbers)
      number = (number + first) & mask;
    return true;
  }
  for (uint32_t &number : numbers)
    number = highOf[number >> low] << low | lowBitsOf(number, low);
  return true;
}

uint32_t Alphabet::largestGap() const {
  uint32_t largest = 0;
  for (size_t i = 1; i < words(); ++i)
    largest = std::max(
        largest, lowBitsOf(uint64_t(highs[i]) - highs[i - 1] - 1, highBits()));
  return largest;
}

void Alphabet::addCost(DecoderCost &cost) const {
  if (!gapless || !isGrouped()) {
    cost.tableBits += uint64_t(words()) * highBits();
    cost.entryBits += highBits();
    cost.loadCycles = std::max<uint64_t>(cost.loadCycles, words());
  } else {
    cost.lane.fullAdders += highBits();
  }
  if (isGrouped()) {
    const unsigned mostExtra = mostUncoded - lowBits;
    const unsigned entry =
        bitWidth(words() == 0 ? 0 : words() - 1) + bitWidth(mostExtra);
    cost.tableBits += uint64_t(size()) * entry;
    cost.entryBits += entry;
    cost.loadCycles = std::max<uint64_t>(cost.loadCycles, size());
    // The shifter moves the bits of the code behind the uncoded ones, whose
    // number depends on the symbol.
    cost.lane.multiplexers += cost.stepBits * bitWidth(mostExtra);
  }
  cost.stepBits += mostUncoded;
}

/// Writes the first high part, then for each next one the number of values
/// between it and the one before, in as many bits as the largest gap takes. The
/// extra bits of each symbol follow.
void Alphabet::write(BitWriter &tables) const {
  const unsigned gapBits = bitWidth(largestGap());
  tables.write(lowBits, lowBitsBits);
  tables.write(words(), wordCountBits);
  tables.write(gapBits, gapWidthBits);
  if (words() > 0)
    tables.write(highs[0], highBits());
  for (size_t i = 1; i < words(); ++i)
    tables.write(lowBitsOf(uint64_t(highs[i]) - highs[i - 1] - 1, highBits()),
                 gapBits);
  if (!isGrouped())
    return;
  const unsigned extraWidth = bitWidth(mostUncoded - lowBits);
  tables.write(extraWidth, extraWidthBits);
  for (uint8_t extra : extras)
    tables.write(extra, extraWidth);
}

/// Reads extra bits until they cover all ranks.
static Result<std::vector<uint8_t>> parseExtras(size_t ranks,
                                                BitReader &tables) {
  const unsigned width = tables.read(extraWidthBits);
  std::vector<uint8_t> extras;
  unsigned most = 0;
  for (size_t rank = 0; rank < ranks;) {
    const unsigned extra = tables.read(width);
    if (extra > bitWidth(ranks - 1) || rank % (size_t(1) << extra) != 0)
      return Error{"a symbol of " + std::to_string(extra) +
                   " extra bits from rank " + std::to_string(rank) + " on"};
    extras.push_back(uint8_t(extra));
    most = std::max(most, extra);
    rank += size_t(1) << extra;
  }
  if (most == 0 || bitWidth(most) != width)
    return Error{"the extra bits are stored in more bits than they need"};
  return extras;
}

Result<Alphabet> Alphabet::parse(unsigned valueBits, bool isGrouped,
                                 BitReader &tables) {
  const unsigned lowBits = tables.read(lowBitsBits);
  const unsigned count = tables.read(wordCountBits);
  const unsigned gapBits = tables.read(gapWidthBits);
  if (lowBits >= valueBits || count > maxSymbols || gapBits > valueBits)
    return Error{"an alphabet of " + std::to_string(count) + " symbols with " +
                 std::to_string(lowBits) + " low bits"};
  const unsigned highBits = valueBits - lowBits;
  std::vector<uint32_t> highs;
  uint64_t next = 0, first = 0;
  uint32_t gaps = 0;
  for (unsigned i = 0; i < count; ++i) {
    const uint32_t gap = tables.read(i == 0 ? highBits : gapBits);
    gaps |= i == 0 ? 0 : gap;
    const uint64_t high = next + gap;
    first = i == 0 ? high : first;
    // Grouped ranks may wrap around to 0 after the largest word.
    if ((isGrouped ? high - first : high) >> highBits != 0)
      return Error{"a symbol outside the words of " +
                   std::to_string(valueBits) + " bits"};
    highs.push_back(lowBitsOf(high, highBits));
    next = high + 1;
  }
  if (bitWidth(gaps) != gapBits)
    return Error{
        "the gaps of the alphabet are stored in more bits than they need"};
  if (!isGrouped)
    return Alphabet(std::move(highs), lowBits, valueBits);
  Result<std::vector<uint8_t>> extras = parseExtras(count, tables);
  if (!extras)
    return extras.error();
  return Alphabet(std::move(highs), lowBits, valueBits, std::move(*extras));
}

} // namespace crania::encoding
