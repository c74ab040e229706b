// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_ENCODING_CODERS_ALPHABET_H
#define CRANIA_LIB_ENCODING_CODERS_ALPHABET_H

#include "Coders/BitStream.h"
#include "Coders/SymbolCoder.h"

#include "crania/Support/Result.h"

#include <cassert>
#include <vector>

namespace crania::encoding {

/// An alphabet, which maps words to symbols. It ranks the distinct words of a
/// segment without their low bits, which are stored uncoded. A symbol stands
/// for one rank, or for 2^e neighboring ranks that begin at a multiple of 2^e.
/// In the latter case, e extra bits select the rank, as for the length codes of
/// DEFLATE (RFC 1951). Immutable.
class Alphabet {
public:
  /// Creates an alphabet. `highParts` has the words without their low bits in
  /// the order of their ranks, which ascends modulo 2^(valueBits - lowBits).
  /// There are at most `maxSymbols`. `extraBits` has the number of extra bits
  /// of each symbol in the order of ranks; the symbols cover all ranks. If it
  /// is empty, each rank is a symbol.
  Alphabet(std::vector<uint32_t> highParts, unsigned lowBits,
           unsigned valueBits, std::vector<uint8_t> extraBits = {});

  /// Returns the symbol of a word, or `absent` if there is none.
  uint16_t symbolOf(uint32_t word) const {
    const uint16_t rank = rankOf(word);
    return rank == absent ? absent : symbolOfRank[rank];
  }
  /// Returns the uncoded bits of a word that has a symbol: its extra bits, and
  /// below them its low bits.
  uint32_t uncodedOf(uint32_t word) const {
    const uint32_t low = lowBitsOf(word, lowBits);
    if (!isGrouped())
      return low;
    const uint16_t rank = rankOf(word);
    assert(rank != absent && "the word has no symbol");
    return uint32_t(rank - firstRanks[symbolOfRank[rank]]) << lowBits | low;
  }
  /// Turns numbers within ranges into words, in place. Returns false if a
  /// number has no word: the last symbol may have extra bits for more ranks
  /// than there are.
  bool findWords(Span<uint32_t> numbers) const;
  /// Returns the word of a symbol. No symbol may have uncoded bits.
  uint32_t wordOf(uint8_t symbol) const {
    assert(ranges.empty() && "the symbol stands for several words");
    return highs[symbol];
  }

  /// Returns the number of symbols.
  unsigned size() const { return unsigned(firstRanks.size()); }
  unsigned wordBits() const { return valueBits; }
  /// Returns true if symbols stand for several ranks.
  bool isGrouped() const { return !extras.empty(); }
  /// Returns, for each symbol, the range of numbers of its words. A number is a
  /// rank followed by the low bits. Empty if no symbol has uncoded bits.
  const std::vector<SymbolRange> &symbolRanges() const { return ranges; }
  /// Returns the most uncoded bits of a symbol.
  unsigned mostUncodedBits() const { return mostUncoded; }

  /// Adds the hardware with which a decoder lane turns a symbol into a word: a
  /// table of words, by symbol or rank. Extra bits also need a table by symbol,
  /// which holds the first rank and the number of extra bits. If the words are
  /// consecutive, an adder then replaces the table of words.
  void addCost(DecoderCost &cost) const;

  void write(BitWriter &tables) const;
  /// Parses an alphabet, the inverse of `write`. `isGrouped` selects the form
  /// with extra bits. Fails on a damaged alphabet.
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

  bool gapless = true;         // true if the words are consecutive
  std::vector<uint32_t> highs; // by rank
  unsigned lowBits, valueBits, mostUncoded = 0;
  std::vector<uint8_t> extras;      // by symbol
  std::vector<SymbolRange> ranges;  // by symbol
  std::vector<uint16_t> firstRanks; // by symbol
  std::vector<uint16_t> symbolOfRank;
  std::vector<uint16_t> rankOfHigh; // empty for long words
};

} // namespace crania::encoding

#endif // CRANIA_LIB_ENCODING_CODERS_ALPHABET_H
