// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_ENCODING_CODERS_SYMBOLCODER_H
#define CRANIA_LIB_ENCODING_CODERS_SYMBOLCODER_H

#include "Coders/BitStream.h"

#include "crania/Encoding/SegmentEncoding.h"
#include "crania/Support/Result.h"

#include <cassert>
#include <memory>

namespace crania::encoding {

/// The most symbols of an alphabet.
constexpr unsigned maxSymbols = 256;

/// Symbols in the order of the streams, with their conditions and uncoded bits.
/// Symbol i is in lane i mod lanes.
struct SymbolSequence {
  Span<const uint8_t> symbols;
  /// The condition of each symbol; empty if there is only one set of tables.
  Span<const uint8_t> conditions;
  /// The uncoded bits of each value; empty if there are none.
  Span<const uint32_t> uncoded;

  uint8_t conditionOf(size_t i) const {
    return conditions.empty() ? 0 : conditions[i];
  }
};

/// The range of numbers that a symbol stands for: 2^uncodedBits numbers from
/// `first` on, at most 2^32. The uncoded bits select the number. They are
/// stored between the bits that a code reads for one symbol and those for the
/// next.
struct SymbolRange {
  uint32_t first = 0;
  uint8_t uncodedBits = 0;
};

/// The destination of decoded symbols: numbers in the ranges of the symbols, or
/// the symbols themselves if they have no ranges.
struct SymbolSink {
  Span<uint8_t> symbols;
  Span<uint32_t> numbers;
  Span<const uint8_t> conditions;

  size_t size() const {
    return symbols.empty() ? numbers.size() : symbols.size();
  }
};

/// The count of each symbol under each condition.
struct SymbolCounts {
  SymbolCounts(unsigned conditions, unsigned symbols)
      : conditions(conditions), symbols(symbols),
        counts(size_t(conditions) * symbols) {}

  Span<const uint64_t> of(unsigned condition) const {
    assert(condition < conditions && "there is no such condition");
    return Span<const uint64_t>(counts).slice(size_t(condition) * symbols,
                                              symbols);
  }
  uint64_t &at(unsigned condition, unsigned symbol) {
    assert(condition < conditions && symbol < symbols &&
           "there is no such count");
    return counts[size_t(condition) * symbols + symbol];
  }

  unsigned conditions, symbols;
  std::vector<uint64_t> counts;
};

/// A code for the symbols 0 to n-1.
class SymbolCoder {
public:
  virtual ~SymbolCoder() = default;

  virtual void writeTables(BitWriter &tables) const = 0;

  /// Returns true if the tables have a code word for a symbol of the alphabet.
  virtual bool supports(uint8_t condition, uint8_t symbol) const = 0;
  /// Returns true if the condition has any symbol to decode.
  virtual bool hasSymbols(uint8_t condition) const = 0;

  virtual std::vector<std::vector<uint8_t>>
  encode(const SymbolSequence &sequence, unsigned lanes) const = 0;

  /// Fills the sink. Fails on wrong code words. Its caller asks the readers of
  /// the lanes whether they read past the end.
  virtual Status decode(Span<BitReader> lanes,
                        const SymbolSink &sink) const = 0;

  /// Returns the cost of one lane without the alphabet.
  virtual DecoderCost cost() const = 0;
};

enum class SymbolCode {
  fixedLength, // every symbol takes as many bits as the largest one
  packed,      // several symbols form one number of at most eight bits
  huffman,     // canonical prefix code
  tans         // table-driven asymmetric numeral systems
};

/// The limits on the choice of a code.
struct SymbolCoderLimits {
  unsigned tableLog = 0;
  /// The number of lanes with symbols in all blocks of the segment. A tANS lane
  /// starts with its state.
  uint64_t laneCount = 0;
  /// The most sets of tables for all conditions together.
  unsigned mostTables = maxConditions;
  /// The most extra bits of a symbol.
  unsigned mostExtraBits = maxExtraBits;
};

/// A trained coder and the bits that the symbols take with it.
struct TrainedSymbols {
  std::unique_ptr<SymbolCoder> coder;
  double bits = 0;
};

/// Trains a coder. `ranges` has one range per symbol, or is empty. Codes of a
/// fixed length take no ranges.
TrainedSymbols trainSymbolCoder(SymbolCode code, const SymbolCounts &counts,
                                const SymbolCoderLimits &limits,
                                const std::vector<SymbolRange> &ranges = {});

/// Parses the tables that `writeTables` wrote.
Result<std::unique_ptr<SymbolCoder>>
parseSymbolCoder(SymbolCode code, unsigned conditions, unsigned symbols,
                 BitReader &tables,
                 const std::vector<SymbolRange> &ranges = {});

} // namespace crania::encoding

#endif // CRANIA_LIB_ENCODING_CODERS_SYMBOLCODER_H
