// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Coders/ValueCoder.h"

#include <algorithm>
#include <cassert>

namespace crania::encoding {

namespace {

/// The way in which a word splits into sign and magnitude.
enum class NumberFormat : uint8_t {
  twosComplement, // integers
  signMagnitude   // IEEE 754: magnitudes are ordered like their bit patterns
};

enum class Signs : uint8_t { positive, negative, both };

struct SignedMagnitude {
  bool isNegative;
  uint32_t magnitude;
};

// The widths in bits of the fields of the serialized tables.
constexpr unsigned formatBits = 1;
constexpr unsigned signsBits = 2;
constexpr unsigned offsetWidthBits = 6;

/// A range of words as a sign and a magnitude minus a base, both in as few bits
/// as the segment needs.
struct Range {
  NumberFormat format = NumberFormat::twosComplement;
  Signs signs = Signs::positive;
  uint32_t base = 0;
  unsigned offsetBits = 0;

  unsigned bitsPerValue() const { return offsetBits + (signs == Signs::both); }
};

SignedMagnitude split(uint32_t word, unsigned valueBits, NumberFormat format) {
  bool isNegative = word >> (valueBits - 1) & 1;
  if (format == NumberFormat::signMagnitude)
    return {isNegative, lowBitsOf(word, valueBits - 1)};
  uint32_t magnitude =
      isNegative ? lowBitsOf(-uint64_t(word), valueBits) : word;
  return {isNegative, magnitude};
}

uint32_t join(SignedMagnitude value, unsigned valueBits, NumberFormat format) {
  if (format == NumberFormat::signMagnitude)
    return uint32_t(value.isNegative) << (valueBits - 1) | value.magnitude;
  return value.isNegative ? lowBitsOf(-uint64_t(value.magnitude), valueBits)
                          : value.magnitude;
}

class DeltaCoder final : public ValueCoder {
public:
  DeltaCoder(unsigned valueBits, Range range)
      : valueBits(valueBits), range(range) {
    assert(valueBits > 0 && valueBits <= 32 && range.offsetBits <= valueBits &&
           "offsets have no more bits than words");
  }

  void writeTables(BitWriter &tables) const override {
    tables.write(uint32_t(range.format), formatBits);
    tables.write(uint32_t(range.signs), signsBits);
    tables.write(range.base, valueBits);
    tables.write(range.offsetBits, offsetWidthBits);
  }

  bool supports(Span<const uint32_t> values,
                Span<const uint8_t>) const override {
    return std::all_of(values.begin(), values.end(), [&](uint32_t word) {
      SignedMagnitude value = split(word, valueBits, range.format);
      bool hasSign = range.signs == Signs::both ||
                     value.isNegative == (range.signs == Signs::negative);
      return hasSign && value.magnitude >= range.base &&
             bitWidth(value.magnitude - range.base) <= range.offsetBits;
    });
  }

  std::vector<std::vector<uint8_t>> encode(Span<const uint32_t> values,
                                           Span<const uint8_t>,
                                           unsigned lanes) const override {
    std::vector<BitWriter> writers(lanes);
    for (size_t i = 0; i < values.size(); ++i) {
      SignedMagnitude value = split(values[i], valueBits, range.format);
      BitWriter &writer = writers[i % lanes];
      if (range.signs == Signs::both)
        writer.write(value.isNegative, 1);
      writer.write(value.magnitude - range.base, range.offsetBits);
    }
    return finishAll(writers);
  }

  Status decode(Span<BitReader> lanes, Span<const uint8_t>,
                Span<uint32_t> values) const override {
    for (size_t i = 0; i < values.size(); ++i) {
      BitReader &reader = lanes[i % lanes.size()];
      bool isNegative = range.signs == Signs::negative;
      if (range.signs == Signs::both)
        isNegative = reader.read(1);
      uint64_t magnitude = uint64_t(range.base) + reader.read(range.offsetBits);
      if (!isWord({isNegative, uint32_t(magnitude)}, magnitude))
        return Error{"magnitude " + std::to_string(magnitude) +
                     " in words of " + std::to_string(valueBits) + " bits"};
      values[i] =
          join({isNegative, uint32_t(magnitude)}, valueBits, range.format);
    }
    return {};
  }

  /// One adder adds the base, and another one negates two's complement.
  DecoderCost cost() const override {
    DecoderCost cost;
    cost.stepBits = range.offsetBits + 1;
    cost.unit = "delta";
    cost.lane.fullAdders = 2 * valueBits;
    cost.lane.gates = valueBits; // inverts the bits of negative words
    return cost;
  }

private:
  /// Returns true if a word has that magnitude: there is no negative 0, and the
  /// sign limits the magnitude.
  bool isWord(SignedMagnitude value, uint64_t magnitude) const {
    if (magnitude >> valueBits != 0)
      return false;
    uint32_t word = join(value, valueBits, range.format);
    SignedMagnitude again = split(word, valueBits, range.format);
    return again.isNegative == value.isNegative &&
           again.magnitude == value.magnitude;
  }

  unsigned valueBits;
  Range range;
};

Range rangeOf(const MagnitudeRange &magnitudes, NumberFormat format) {
  Range range;
  range.format = format;
  if (!magnitudes.hasPositive && !magnitudes.hasNegative)
    return range;
  range.base = magnitudes.least;
  range.offsetBits = bitWidth(magnitudes.most - magnitudes.least);
  if (magnitudes.hasNegative)
    range.signs = magnitudes.hasPositive ? Signs::both : Signs::negative;
  return range;
}

} // namespace

/// The coder does not know whether words are integers or floating point. Either
/// split is reversible, so it takes the shorter one.
TrainedValues trainDeltaCoder(const ValueSample &sample) {
  const Range integers =
      rangeOf(sample.counts.integers, NumberFormat::twosComplement);
  const Range floats =
      rangeOf(sample.counts.floats, NumberFormat::signMagnitude);
  const Range range =
      floats.bitsPerValue() < integers.bitsPerValue() ? floats : integers;
  return {std::make_shared<DeltaCoder>(sample.valueBits, range),
          double(sample.values) * range.bitsPerValue()};
}

Result<std::unique_ptr<ValueCoder>> parseDeltaCoder(unsigned valueBits,
                                                    BitReader &tables) {
  Range range;
  range.format = NumberFormat(tables.read(formatBits));
  range.signs = Signs(tables.read(signsBits));
  range.base = tables.read(valueBits);
  range.offsetBits = tables.read(offsetWidthBits);
  if (range.signs > Signs::both)
    return Error{"unknown combination of signs"};
  if (range.offsetBits > valueBits)
    return Error{"offsets of " + std::to_string(range.offsetBits) +
                 " bits in words of " + std::to_string(valueBits)};
  return std::unique_ptr<ValueCoder>(
      std::make_unique<DeltaCoder>(valueBits, range));
}

} // namespace crania::encoding
