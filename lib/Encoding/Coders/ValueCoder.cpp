// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Coders/ValueCoder.h"

namespace crania::encoding {

Result<TrainedValues> trainValueCoder(ValueCoding coding,
                                      const ValueSample &sample) {
  switch (coding) {
  case ValueCoding::raw:
    return TrainedValues{makeRawValueCoder(sample.valueBits),
                         double(sample.values) * sample.valueBits};
  case ValueCoding::delta:
    return trainDeltaCoder(sample);
  case ValueCoding::codebook:
    return trainAlphabetCoder(SymbolCode::fixedLength, sample);
  case ValueCoding::packed:
    return trainAlphabetCoder(SymbolCode::packed, sample);
  case ValueCoding::huffman:
    return trainAlphabetCoder(SymbolCode::huffman, sample);
  case ValueCoding::tans:
    return trainAlphabetCoder(SymbolCode::tans, sample);
  }
  __builtin_unreachable();
}

Result<std::unique_ptr<ValueCoder>>
parseValueCoder(ValueCoding coding, unsigned valueBits, BitReader &tables) {
  switch (coding) {
  case ValueCoding::raw:
    return makeRawValueCoder(valueBits);
  case ValueCoding::delta:
    return parseDeltaCoder(valueBits, tables);
  case ValueCoding::codebook:
    return parseAlphabetCoder(SymbolCode::fixedLength, valueBits, tables);
  case ValueCoding::packed:
    return parseAlphabetCoder(SymbolCode::packed, valueBits, tables);
  case ValueCoding::huffman:
    return parseAlphabetCoder(SymbolCode::huffman, valueBits, tables);
  case ValueCoding::tans:
    return parseAlphabetCoder(SymbolCode::tans, valueBits, tables);
  }
  __builtin_unreachable();
}

namespace {

/// A coder that stores the words uncoded.
class RawValueCoder final : public ValueCoder {
public:
  explicit RawValueCoder(unsigned valueBits) : valueBits(valueBits) {}

  void writeTables(BitWriter &) const override {}
  bool supports(Span<const uint32_t>, Span<const uint8_t>) const override {
    return true;
  }

  std::vector<std::vector<uint8_t>> encode(Span<const uint32_t> values,
                                           Span<const uint8_t>,
                                           unsigned lanes) const override {
    std::vector<BitWriter> writers(lanes);
    for (size_t i = 0; i < values.size(); ++i)
      writers[i % lanes].write(values[i], valueBits);
    return finishAll(writers);
  }

  Status decode(Span<BitReader> lanes, Span<const uint8_t>,
                Span<uint32_t> values) const override {
    for (size_t i = 0; i < values.size(); ++i)
      values[i] = lanes[i % lanes.size()].read(valueBits);
    return {};
  }

  DecoderCost cost() const override {
    DecoderCost cost;
    cost.stepBits = valueBits;
    return cost;
  }

private:
  unsigned valueBits;
};

} // namespace

std::unique_ptr<ValueCoder> makeRawValueCoder(unsigned valueBits) {
  return std::make_unique<RawValueCoder>(valueBits);
}

} // namespace crania::encoding
