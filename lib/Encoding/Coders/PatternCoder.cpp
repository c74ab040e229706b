// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The conditional bitmap: groups of the bits of free positions are the symbols
// of a tANS code.

#include "Coders/PositionCoder.h"
#include "Training/Entropy.h"

#include <algorithm>
#include <cassert>

namespace crania::encoding {

namespace {

/// Bits per byte. The number of free positions per symbol is a power of two up
/// to this, so that a symbol is a part of a byte of the bitmap.
constexpr unsigned bitsPerByte = 8;

// The width in bits of the logarithm of the group in the serialized tables.
constexpr unsigned groupLogBits = 2;

/// Returns the bitmap, the first position lowest, filled up with zeros.
std::vector<uint8_t> bitmapOf(Span<const uint8_t> bits) {
  std::vector<uint8_t> bitmap((bits.size() + bitsPerByte - 1) / bitsPerByte);
  size_t whole = bits.size() / bitsPerByte;
  for (size_t i = 0; i < whole; ++i)
    bitmap[i] = packBits(loadLittleEndian64(&bits[i * bitsPerByte]));
  for (size_t i = whole * bitsPerByte; i < bits.size(); ++i)
    bitmap[whole] |= uint8_t(bits[i] << (i % bitsPerByte));
  return bitmap;
}

/// Returns the patterns of a block, which are the bits of each group.
std::vector<uint8_t> patternsOf(Span<const uint8_t> bits, unsigned group) {
  std::vector<uint8_t> bitmap = bitmapOf(bits);
  if (group == bitsPerByte)
    return bitmap;
  size_t count = (bits.size() + group - 1) / group;
  unsigned perByte = bitsPerByte / group;
  uint8_t mask = uint8_t((1u << group) - 1);
  std::vector<uint8_t> patterns(bitmap.size() * perByte);
  for (size_t i = 0; i < bitmap.size(); ++i)
    for (unsigned part = 0; part < perByte; ++part)
      patterns[i * perByte + part] = bitmap[i] >> (part * group) & mask;
  patterns.resize(count);
  return patterns;
}

/// Returns a byte of the bitmap from its patterns, the inverse of `patternsOf`.
uint8_t byteOf(const std::vector<uint8_t> &patterns, size_t byte,
               unsigned group) {
  unsigned perByte = bitsPerByte / group;
  unsigned bits = 0;
  size_t first = byte * perByte;
  size_t count = std::min<size_t>(perByte, patterns.size() - first);
  for (size_t i = 0; i < count; ++i)
    bits |= unsigned(patterns[first + i]) << (i * group);
  return uint8_t(bits);
}

class PatternCoder final : public PositionCoder {
public:
  PatternCoder(unsigned group, std::unique_ptr<SymbolCoder> coder)
      : group(group), coder(std::move(coder)) {
    assert(group > 0 && group <= bitsPerByte && bitsPerByte % group == 0 &&
           "a group is a part of a byte");
  }

  void writeTables(BitWriter &tables) const override {
    tables.write(bitWidth(group) - 1, groupLogBits);
    coder->writeTables(tables);
  }

  bool supports(Span<const uint8_t> bits) const override {
    std::vector<uint8_t> patterns = patternsOf(bits, group);
    return std::all_of(patterns.begin(), patterns.end(), [&](uint8_t pattern) {
      return coder->supports(0, pattern);
    });
  }

  std::vector<std::vector<uint8_t>> encode(Span<const uint8_t> bits,
                                           unsigned lanes) const override {
    std::vector<uint8_t> patterns = patternsOf(bits, group);
    return coder->encode({patterns, {}, {}}, lanes);
  }

  Status decode(Span<BitReader> lanes, Span<uint8_t> bits) const override {
    std::vector<uint8_t> patterns((bits.size() + group - 1) / group);
    if (!patterns.empty() && !coder->hasSymbols(0))
      return Error{
          "the block has free positions, but the tables have no patterns"};
    if (Status status = coder->decode(lanes, {patterns, {}, {}}); !status)
      return status;
    size_t whole = bits.size() / bitsPerByte;
    for (size_t i = 0; i < whole; ++i)
      storeLittleEndian64(&bits[i * bitsPerByte],
                          unpackBits(byteOf(patterns, i, group)));
    for (size_t i = whole * bitsPerByte; i < bits.size(); ++i)
      bits[i] = patterns[i / group] >> (i % group) & 1;
    unsigned last = unsigned(bits.size() % group);
    if (last != 0 && patterns.back() >> last != 0)
      return Error{"a pattern holds positions after the end of the block"};
    return {};
  }

  DecoderCost cost() const override {
    DecoderCost cost = coder->cost();
    cost.symbolsPerLaneAndCycle = group;
    return cost;
  }

  uint64_t decodeSteps(uint64_t positions, uint64_t,
                       unsigned lanes) const override {
    uint64_t perStep = uint64_t(group) * lanes;
    return (positions + perStep - 1) / perStep;
  }

private:
  unsigned group;
  std::unique_ptr<SymbolCoder> coder;
};

SymbolCounts countPatterns(const PositionSample &sample, unsigned group) {
  SymbolCounts counts(1, 1u << group);
  counts.counts = sample.counts.patterns(bitWidth(group) - 1);
  return counts;
}

/// The estimated bits of a serialized table entry, and the least bits.
constexpr uint64_t tableBitsPerPattern = 8, tableBitsPerAbsentPattern = 4;

/// A shorter pattern must save at least 1/256 of the cost, because decoders
/// take one pattern per cycle.
constexpr uint64_t worthwhilePart = 256;

/// Returns the group with the least cost, which is that of ideal codes plus an
/// estimate for their tables. Long patterns need more states for the same
/// precision.
unsigned cheapestGroup(const PositionSample &sample) {
  unsigned best = bitsPerByte;
  uint64_t bestCost = UINT64_MAX;
  for (unsigned group = bitsPerByte; group > 0; group /= 2) {
    const SymbolCounts counts = countPatterns(sample, group);
    uint64_t patterns = 0;
    for (uint64_t count : counts.counts)
      patterns += count > 0;
    unsigned log = std::max(sample.limits.tableLog, bitWidth(patterns));
    uint64_t cost = (patterns * tableBitsPerPattern +
                     (counts.symbols - patterns) * tableBitsPerAbsentPattern)
                    << costPlaces;
    if (patterns > 0)
      cost += codedCost(counts.of(0), normalizeCounts(counts.of(0), log), log);
    if (cost < bestCost - bestCost / worthwhilePart) {
      best = group;
      bestCost = cost;
    }
  }
  return best;
}

} // namespace

TrainedPositions trainPatternCoder(const PositionSample &sample) {
  const unsigned group = cheapestGroup(sample);
  TrainedSymbols symbols = trainSymbolCoder(
      SymbolCode::tans, countPatterns(sample, group), sample.limits);
  return {std::make_shared<PatternCoder>(group, std::move(symbols.coder)),
          symbols.bits};
}

Result<std::unique_ptr<PositionCoder>> parsePatternCoder(BitReader &tables) {
  unsigned group = 1u << tables.read(groupLogBits);
  auto coder = parseSymbolCoder(SymbolCode::tans, 1, 1u << group, tables);
  if (!coder)
    return coder.error();
  return std::unique_ptr<PositionCoder>(
      std::make_unique<PatternCoder>(group, std::move(*coder)));
}

} // namespace crania::encoding
