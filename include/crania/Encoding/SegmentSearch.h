// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_ENCODING_SEGMENTSEARCH_H
#define CRANIA_ENCODING_SEGMENTSEARCH_H

#include "crania/Encoding/SegmentEncoding.h"

namespace crania::encoding {

/// The measures of a segment in one encoding with given parameters.
struct SegmentMeasure {
  uint64_t bytes = 0;        ///< with tables and directory
  uint64_t largestBlock = 0; ///< bytes
  uint64_t decodeCycles = 0; ///< cycles to decode all blocks on a machine of
                             ///< the given shape
  double decodePicojoules = 0;
  SegmentCost cost;
};

/// Predicts the measures of a segment from the statistics of its blocks. Tables
/// and hardware are those that encoding the blocks would give. Call it only for
/// encodings that train on counts. Fails if the encoding cannot express the
/// codes.
Result<SegmentMeasure> measureSegment(const SegmentEncoding &encoding,
                                      const SegmentStatistics &statistics,
                                      const TrainingOptions &options,
                                      const DecoderShape &shape);

/// Measures a segment by encoding its blocks. Fails if the encoding cannot
/// express the codes.
Result<SegmentMeasure> measureSegment(const SegmentEncoding &encoding,
                                      Span<const BlockView> blocks,
                                      const TrainingOptions &options,
                                      const DecoderShape &shape);

/// Returns `options` with the fewest additional lanes that decode the blocks in
/// `cycles` cycles, or with as many as help. It doubles the lanes where that
/// saves the most cycles. Call it only for encodings that train on counts.
Result<TrainingOptions> fitLanes(const SegmentEncoding &encoding,
                                 const SegmentStatistics &statistics,
                                 TrainingOptions options,
                                 const DecoderShape &shape, uint64_t cycles);

/// Returns the bits that an ideal order-0 coder takes for symbols with these
/// counts.
double orderZeroBits(Span<const uint64_t> counts);

} // namespace crania::encoding

#endif // CRANIA_ENCODING_SEGMENTSEARCH_H
