// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LAYOUT_ALPHABET_H
#define CRANIA_LAYOUT_ALPHABET_H

#include "BitStream.h"
#include "SymbolCoder.h"

#include "crania/Support/Result.h"

#include <vector>

namespace crania::layout {

/// Words as symbols. The different words of a segment without their low bits,
/// which are stored as they are, have ranks. A symbol stands for one rank, or
/// for 2^e neighbours, the first of them a multiple of that, which e extra bits
/// tell apart: as the length codes of DEFLATE (RFC 1951) do. Immutable.
class Alphabet {
public:
  /// `highParts`: the words without their low bits in the order of their ranks,
  /// which ascends modulo 2^(valueBits - lowBits); at most `maxSymbols`.
  /// `extraBits`: of each symbol in the order of their ranks, all of which they
  /// cover; without any, each rank is a symbol.
  Alphabet(std::vector<uint32_t> highParts, unsigned lowBits,
           unsigned valueBits, std::vector<uint8_t> extraBits = {});

  /// The symbol of a word; `absent` if there is none.
  uint16_t symbolOf(uint32_t word) const {
    const uint16_t rank = rankOf(word);
    return rank == absent ? absent : symbolOfRank[rank];
  }
  /// What is stored as it is of a word that has a symbol: its extra bits, and
  /// below them its low bits.
  uint32_t uncodedOf(uint32_t word) const {
    const uint32_t low = lowBitsOf(word, lowBits);
    if (!isGrouped())
      return low;
    const uint16_t rank = rankOf(word);
    return uint32_t(rank - firstRanks[symbolOfRank[rank]]) << lowBits | low;
  }
  /// Turns the numbers of ranges into words, in place. False if there is no
  /// such word: the last symbol may have extra bits for more ranks than there
  /// are.
  bool findWords(Span<uint32_t> numbers) const;
  /// The word of a symbol, if none has uncoded bits.
  uint32_t wordOf(uint8_t symbol) const { return highs[symbol]; }

  /// Symbols.
  unsigned size() const { return unsigned(firstRanks.size()); }
  unsigned wordBits() const { return valueBits; }
  /// Whether symbols stand for several ranks.
  bool isGrouped() const { return !extras.empty(); }
  /// Of each symbol, the numbers of its words: ranks, followed by the low bits.
  /// Empty if no symbol has uncoded bits.
  const std::vector<SymbolRange> &symbolRanges() const { return ranges; }
  /// The most of those.
  unsigned mostUncodedBits() const { return mostUncoded; }

  /// What a decoder lane has to turn a symbol into a word: a table of words, by
  /// symbol or rank; with extra bits also one of symbols, which says where
  /// their ranks begin and how many bits follow, and an adder instead of the
  /// table of words if those follow one another.
  void addCost(DecoderCost &cost) const;

  void write(BitWriter &tables) const;
  /// The inverse; `isGrouped` chooses the form with extra bits. Errors say what
  /// is damaged.
  static Result<Alphabet> parse(unsigned valueBits, bool isGrouped,
                                BitReader &tables);

  static constexpr uint16_t absent = UINT16_MAX;

private:
  uint16_t rankOf(uint32_t word) const {
    const uint32_t high = uint32_t(uint64_t(word) >> lowBits);
    return rankOfHigh.empty() ? searchRank(high) : rankOfHigh[high];
  }
  unsigned words() const { return unsigned(highs.size()); }
  uint16_t searchRank(uint32_t high) const;
  uint32_t largestGap() const;
  unsigned highBits() const { return valueBits - lowBits; }

  bool gapless = true;         // words follow one another
  std::vector<uint32_t> highs; // by rank
  unsigned lowBits, valueBits, mostUncoded = 0;
  std::vector<uint8_t> extras;      // by symbol
  std::vector<SymbolRange> ranges;  // by symbol
  std::vector<uint16_t> firstRanks; // by symbol
  std::vector<uint16_t> symbolOfRank;
  std::vector<uint16_t> rankOfHigh; // empty for long ones
};

} // namespace crania::layout

#endif // CRANIA_LAYOUT_ALPHABET_H
