// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LAYOUT_SEGMENTSEARCH_H
#define CRANIA_LAYOUT_SEGMENTSEARCH_H

#include "crania/Layout/SegmentLayout.h"

namespace crania::layout {

/// What a segment takes in a layout with parameters: everything counted.
struct SegmentMeasure {
  uint64_t bytes = 0;        ///< with tables and directory
  uint64_t largestBlock = 0; ///< bytes
  uint64_t decodeCycles = 0; ///< of all blocks, on a machine of that shape
  double decodePicojoules = 0;
  SegmentCost cost;
};

/// What it is about to take, by what was counted of the blocks; tables and
/// hardware are those that encoding them would have. Only for layouts that
/// train on counts. An error says what the layout cannot express.
Result<SegmentMeasure> measureSegment(const SegmentLayout &layout,
                                      const SegmentStatistics &statistics,
                                      const TrainingOptions &options,
                                      const DecoderShape &shape);

/// Encodes the blocks to see. An error says what the layout cannot express.
Result<SegmentMeasure> measureSegment(const SegmentLayout &layout,
                                      Span<const BlockView> blocks,
                                      const TrainingOptions &options,
                                      const DecoderShape &shape);

/// `options` with as few more lanes as it takes to decode the blocks in
/// `cycles`, or with as many as help. Lanes double where that saves most. Only
/// for layouts that train on counts.
Result<TrainingOptions> fitLanes(const SegmentLayout &layout,
                                 const SegmentStatistics &statistics,
                                 TrainingOptions options,
                                 const DecoderShape &shape, uint64_t cycles);

/// Bits of an ideal order-0 coder for symbols of these counts.
double orderZeroBits(Span<const uint64_t> counts);

} // namespace crania::layout

#endif // CRANIA_LAYOUT_SEGMENTSEARCH_H
