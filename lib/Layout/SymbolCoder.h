// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LAYOUT_SYMBOLCODER_H
#define CRANIA_LAYOUT_SYMBOLCODER_H

#include "BitStream.h"

#include "crania/Layout/SegmentLayout.h"
#include "crania/Support/Result.h"

#include <memory>

namespace crania::layout {

/// Symbols of an alphabet at most.
constexpr unsigned maxSymbols = 256;

/// Symbols in stream order, with what belongs to each. Symbol i is in lane
/// i mod lanes.
struct SymbolSequence {
  Span<const uint8_t> symbols;
  /// Per symbol, or empty where there is only one set of tables.
  Span<const uint8_t> conditions;
  /// The uncoded bits of each value, or empty if there are none.
  Span<const uint32_t> uncoded;

  uint8_t conditionOf(size_t i) const {
    return conditions.empty() ? 0 : conditions[i];
  }
};

/// What a symbol leaves uncoded: 2^uncodedBits things, at most 2^32, that are
/// numbered from `first` on. The uncoded bits, which tell them apart, are
/// stored between what a code reads for one symbol and for the next.
struct SymbolRange {
  uint32_t first = 0;
  uint8_t uncodedBits = 0;
};

/// Where a decoder puts what SymbolSequence describes: numbers in the ranges of
/// the symbols, or symbols if they have none.
struct SymbolSink {
  Span<uint8_t> symbols;
  Span<uint32_t> numbers;
  Span<const uint8_t> conditions;

  size_t size() const {
    return symbols.empty() ? numbers.size() : symbols.size();
  }
};

/// How often each symbol occurs under each condition.
struct SymbolCounts {
  SymbolCounts(unsigned conditions, unsigned symbols)
      : conditions(conditions), symbols(symbols),
        counts(size_t(conditions) * symbols) {}

  Span<const uint64_t> of(unsigned condition) const {
    return Span<const uint64_t>(counts).slice(size_t(condition) * symbols,
                                              symbols);
  }
  uint64_t &at(unsigned condition, unsigned symbol) {
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

  /// Whether the tables have a code word for a symbol of the alphabet.
  virtual bool supports(uint8_t condition, uint8_t symbol) const = 0;
  /// Whether anything can be decoded under that condition.
  virtual bool hasSymbols(uint8_t condition) const = 0;

  virtual std::vector<std::vector<uint8_t>>
  encode(const SymbolSequence &sequence, unsigned lanes) const = 0;

  /// Fills the sink. Reading past the end of a lane is found by its reader
  /// afterwards, wrong code words here.
  virtual Status decode(Span<BitReader> lanes,
                        const SymbolSink &sink) const = 0;

  /// Of one lane, without the alphabet.
  virtual DecoderCost cost() const = 0;
};

enum class SymbolCode {
  fixedLength, // as many bits as the largest symbol takes
  packed,      // several symbols as one number, in at most eight bits
  huffman,     // canonical prefix code
  tans         // table-driven asymmetric numeral systems
};

/// What bounds the choice of a code.
struct SymbolCoderLimits {
  unsigned tableLog = 0;
  /// How many lanes all blocks of the segment have that hold symbols; a tANS
  /// lane starts with its state.
  uint64_t laneCount = 0;
  /// Sets of tables, for all conditions together.
  unsigned mostTables = maxConditions;
  /// Of a symbol.
  unsigned mostExtraBits = maxExtraBits;
};

/// A coder, and the bits that the symbols take with it.
struct TrainedSymbols {
  std::unique_ptr<SymbolCoder> coder;
  double bits = 0;
};

/// `ranges`: of each symbol, or none. Codes of a fixed length have none.
TrainedSymbols trainSymbolCoder(SymbolCode code, const SymbolCounts &counts,
                                const SymbolCoderLimits &limits,
                                const std::vector<SymbolRange> &ranges = {});

/// Reads what `writeTables` wrote.
Result<std::unique_ptr<SymbolCoder>>
parseSymbolCoder(SymbolCode code, unsigned conditions, unsigned symbols,
                 BitReader &tables,
                 const std::vector<SymbolRange> &ranges = {});

} // namespace crania::layout

#endif // CRANIA_LAYOUT_SYMBOLCODER_H
