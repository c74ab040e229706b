// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_ENCODING_CODERS_VALUECODER_H
#define CRANIA_LIB_ENCODING_CODERS_VALUECODER_H

#include "Coders/SymbolCoder.h"

#include "crania/Encoding/SegmentEncoding.h"
#include "crania/Encoding/SegmentStatistics.h"

namespace crania::encoding {

enum class ValueCoding { raw, delta, codebook, packed, huffman, tans };

/// A coder of the value words of a block in several lanes. Value i is in lane i
/// mod lanes.
class ValueCoder {
public:
  virtual ~ValueCoder() = default;

  /// Returns the number of conditions with tables of their own; 1 if the coder
  /// ignores conditions.
  virtual unsigned conditions() const { return 1; }

  virtual void writeTables(BitWriter &tables) const = 0;

  /// Returns true if the tables have words for the values. `conditions` has one
  /// entry per value, or none if `conditions()` is 1.
  virtual bool supports(Span<const uint32_t> values,
                        Span<const uint8_t> conditions) const = 0;

  virtual std::vector<std::vector<uint8_t>>
  encode(Span<const uint32_t> values, Span<const uint8_t> conditions,
         unsigned lanes) const = 0;

  virtual Status decode(Span<BitReader> lanes, Span<const uint8_t> conditions,
                        Span<uint32_t> values) const = 0;

  virtual DecoderCost cost() const = 0;
};

/// The values of a segment, with the statistics by which a coder is chosen.
struct ValueSample {
  const WordCounts &counts;
  uint64_t values;
  unsigned valueBits;
  SymbolCoderLimits limits;
};

/// A trained coder and the bits of all its streams without the padding of
/// lanes.
struct TrainedValues {
  std::shared_ptr<const ValueCoder> coder;
  double bits = 0;
};

Result<TrainedValues> trainValueCoder(ValueCoding coding,
                                      const ValueSample &sample);
Result<std::unique_ptr<ValueCoder>>
parseValueCoder(ValueCoding coding, unsigned valueBits, BitReader &tables);

std::unique_ptr<ValueCoder> makeRawValueCoder(unsigned valueBits);
TrainedValues trainDeltaCoder(const ValueSample &sample);
Result<std::unique_ptr<ValueCoder>> parseDeltaCoder(unsigned valueBits,
                                                    BitReader &tables);
Result<TrainedValues> trainAlphabetCoder(SymbolCode code,
                                         const ValueSample &sample);
Result<std::unique_ptr<ValueCoder>>
parseAlphabetCoder(SymbolCode code, unsigned valueBits, BitReader &tables);

} // namespace crania::encoding

#endif // CRANIA_LIB_ENCODING_CODERS_VALUECODER_H
