// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_ENCODING_CODERS_POSITIONCODER_H
#define CRANIA_LIB_ENCODING_CODERS_POSITIONCODER_H

#include "Coders/SymbolCoder.h"

#include "crania/Encoding/SegmentEncoding.h"
#include "crania/Encoding/SegmentStatistics.h"

namespace crania::encoding {

enum class PositionCoding { dense, bitmap, conditional, runs, golomb };

/// A coder of the positions that a cluster holds. All coders but `bitmap` see
/// only the positions that earlier clusters left free, as one byte of 0 or 1
/// each.
class PositionCoder {
public:
  virtual ~PositionCoder() = default;

  /// Returns true if occupied positions take part, as zeros.
  virtual bool seesOccupied() const { return false; }
  /// Returns true if the coder has streams.
  virtual bool hasStreams() const { return true; }

  virtual void writeTables(BitWriter &tables) const = 0;

  virtual bool supports(Span<const uint8_t> bits) const = 0;

  virtual std::vector<std::vector<uint8_t>> encode(Span<const uint8_t> bits,
                                                   unsigned lanes) const = 0;

  /// Fills `bits` with zeros and ones. The caller sets all of `bits` to 0
  /// first.
  virtual Status decode(Span<BitReader> lanes, Span<uint8_t> bits) const = 0;

  virtual DecoderCost cost() const = 0;

  /// Returns the steps of one of `lanes` lanes for a block.
  virtual uint64_t decodeSteps(uint64_t positions, uint64_t present,
                               unsigned lanes) const = 0;
};

/// The positions of a segment, with the statistics by which a coder is chosen.
struct PositionSample {
  const PositionCounts &counts;
  uint64_t positions; ///< occupied ones included
  SymbolCoderLimits limits;
};

/// A trained coder and the bits of all its streams without the padding of
/// lanes. For tANS, these are the bits of ideal codes.
struct TrainedPositions {
  std::shared_ptr<const PositionCoder> coder;
  double bits = 0;
};

Result<TrainedPositions> trainPositionCoder(PositionCoding coding,
                                            const PositionSample &sample);
Result<std::unique_ptr<PositionCoder>> parsePositionCoder(PositionCoding coding,
                                                          BitReader &tables);

TrainedPositions trainPatternCoder(const PositionSample &sample);
Result<std::unique_ptr<PositionCoder>> parsePatternCoder(BitReader &tables);

TrainedPositions trainRunCoder(const PositionSample &sample);
Result<std::unique_ptr<PositionCoder>> parseRunCoder(BitReader &tables);

TrainedPositions trainGolombCoder(const PositionSample &sample);
Result<std::unique_ptr<PositionCoder>> parseGolombCoder(BitReader &tables);

} // namespace crania::encoding

#endif // CRANIA_LIB_ENCODING_CODERS_POSITIONCODER_H
