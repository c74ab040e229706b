// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LAYOUT_SEGMENTSEARCH_H
#define CRANIA_LAYOUT_SEGMENTSEARCH_H

#include "crania/Layout/SegmentLayout.h"

namespace crania::layout {

/// The measures of a segment in one layout with given parameters.
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
/// layouts that train on counts. Fails if the layout cannot express the codes.
Result<SegmentMeasure> measureSegment(const SegmentLayout &layout,
                                      const SegmentStatistics &statistics,
                                      const TrainingOptions &options,
                                      const DecoderShape &shape);

/// Measures a segment by encoding its blocks. Fails if the layout cannot
/// express the codes.
Result<SegmentMeasure> measureSegment(const SegmentLayout &layout,
                                      Span<const BlockView> blocks,
                                      const TrainingOptions &options,
                                      const DecoderShape &shape);

/// Returns `options` with the fewest additional lanes that decode the blocks in
/// `cycles` cycles, or with as many as help. It doubles the lanes where that
/// saves the most cycles. Call it only for layouts that train on counts.
Result<TrainingOptions> fitLanes(const SegmentLayout &layout,
                                 const SegmentStatistics &statistics,
                                 TrainingOptions options,
                                 const DecoderShape &shape, uint64_t cycles);

/// Returns the bits that an ideal order-0 coder takes for symbols with these
/// counts.
double orderZeroBits(Span<const uint64_t> counts);

} // namespace crania::layout

#endif // CRANIA_LAYOUT_SEGMENTSEARCH_H
