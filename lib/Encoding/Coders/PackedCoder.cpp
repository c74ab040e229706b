// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Coders/SymbolCoders.h"

#include <algorithm>
#include <cassert>

namespace crania::encoding {

namespace {

/// The most bits of a packed code word, which indexes a table of 256 rows.
constexpr unsigned maxPackedBits = 8;

/// The number of symbols per code word. With one symbol, the code word is its
/// index.
struct Packing {
  unsigned symbols;
  unsigned perWord = 1;

  /// Returns the number of values of a word of `count` symbols.
  uint32_t values(unsigned count) const {
    uint32_t result = 1;
    for (unsigned i = 0; i < count; ++i)
      result *= std::max(symbols, 1u);
    return result;
  }
  unsigned bits(unsigned count) const { return bitWidth(values(count) - 1); }
};

/// Returns the packing with the fewest bits per symbol, and the shortest one
/// among equals.
Packing densestPacking(unsigned symbols) {
  Packing best{symbols};
  for (unsigned n = 2; n <= maxPackedBits; ++n) {
    Packing packing{symbols, n};
    if (packing.values(n) > (1u << maxPackedBits))
      break;
    if (packing.bits(n) * best.perWord < best.bits(best.perWord) * n)
      best = packing;
  }
  return best;
}

/// A coder of words of `perWord` symbols, which are the digits of a number
/// whose base is the size of the alphabet. The first symbol is the least
/// significant digit. The last word of a lane has the remaining symbols, in as
/// few bits as they need.
class PackedCoder final : public SymbolCoder {
public:
  explicit PackedCoder(Packing packing) : packing(packing) {}

  void writeTables(BitWriter &) const override {}
  bool supports(uint8_t, uint8_t symbol) const override {
    return symbol < packing.symbols;
  }
  bool hasSymbols(uint8_t) const override { return packing.symbols > 0; }

  std::vector<std::vector<uint8_t>> encode(const SymbolSequence &sequence,
                                           unsigned lanes) const override {
    std::vector<std::vector<uint8_t>> streams;
    streams.reserve(lanes);
    for (unsigned lane = 0; lane < lanes; ++lane)
      streams.push_back(encodeLane(sequence, lane, lanes));
    return streams;
  }

  Status decode(Span<BitReader> lanes, const SymbolSink &sink) const override {
    for (size_t lane = 0; lane < lanes.size(); ++lane)
      if (Status status = decodeLane(lanes[lane], lane, lanes.size(), sink);
          !status)
        return status;
    return {};
  }

  DecoderCost cost() const override {
    DecoderCost cost;
    cost.symbolsPerLaneAndCycle = packing.perWord;
    unsigned symbolBits = packing.bits(1);
    cost.stepBits = packing.bits(packing.perWord);
    if (packing.perWord == 1)
      return cost;
    cost.entryBits = packing.perWord * symbolBits;
    cost.tableBits = uint64_t(cost.entryBits) << packing.bits(packing.perWord);
    cost.loadCycles = uint64_t(1) << packing.bits(packing.perWord);
    return cost;
  }

private:
  std::vector<uint8_t> encodeLane(const SymbolSequence &sequence, size_t first,
                                  size_t lanes) const {
    BitWriter writer;
    size_t count = sequence.symbols.size();
    for (size_t i = first; i < count;) {
      uint32_t word = 0, weight = 1;
      unsigned n = 0;
      for (; n < packing.perWord && i < count; ++n, i += lanes) {
        assert(sequence.symbols[i] < packing.symbols &&
               "the alphabet has no such symbol");
        word += weight * sequence.symbols[i];
        weight *= packing.symbols;
      }
      writer.write(word, packing.bits(n));
    }
    return writer.finish();
  }

  Status decodeLane(BitReader &reader, size_t first, size_t lanes,
                    const SymbolSink &sink) const {
    size_t count = sink.symbols.size();
    size_t left = first < count ? (count - first + lanes - 1) / lanes : 0;
    for (size_t i = first; left > 0;) {
      unsigned n = unsigned(std::min<size_t>(left, packing.perWord));
      uint32_t word = reader.read(packing.bits(n));
      if (word >= packing.values(n))
        return Error{"code word " + std::to_string(word) + " of " +
                     std::to_string(packing.values(n))};
      for (unsigned k = 0; k < n; ++k, i += lanes, word /= packing.symbols)
        sink.symbols[i] = uint8_t(word % packing.symbols);
      left -= n;
    }
    return {};
  }

  Packing packing;
};

} // namespace

std::unique_ptr<SymbolCoder> makePackedCoder(unsigned symbols, bool isPacked) {
  return std::make_unique<PackedCoder>(isPacked ? densestPacking(symbols)
                                                : Packing{symbols});
}

TrainedSymbols trainPackedCoder(const SymbolCounts &counts, bool isPacked) {
  const Packing packing =
      isPacked ? densestPacking(counts.symbols) : Packing{counts.symbols};
  double symbols = 0;
  for (uint64_t count : counts.counts)
    symbols += double(count);
  return {std::make_unique<PackedCoder>(packing),
          symbols * packing.bits(packing.perWord) / packing.perWord};
}

} // namespace crania::encoding
