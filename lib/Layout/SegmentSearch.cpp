// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Layout/SegmentSearch.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace crania::layout {

namespace {

uint64_t cyclesOf(const SegmentCoder &coder, Span<const BlockView> blocks,
                  const DecoderShape &shape) {
  uint64_t cycles = 0;
  for (const BlockView &block : blocks)
    cycles += coder.decodeCycles(block.context.positions,
                                 block.codes->values.size(), shape);
  return cycles;
}

/// Options with twice the lanes of one kind.
TrainingOptions withMoreLanes(TrainingOptions options, bool ofValues) {
  (ofValues ? options.valueLanes : options.positionLanes) *= 2;
  return options;
}

} // namespace

Result<SegmentMeasure> measureSegment(const SegmentLayout &layout,
                                      Span<const BlockView> blocks,
                                      const TrainingOptions &options,
                                      const DecoderShape &shape) {
  Result<EncodedSegment> segment = encodeSegment(layout, blocks, options);
  if (!segment)
    return segment.error();
  SegmentMeasure measure;
  measure.bytes = segment->bytes();
  for (uint32_t size : segment->blockSizes)
    measure.largestBlock = std::max<uint64_t>(measure.largestBlock, size);
  measure.decodeCycles = cyclesOf(*segment->coder, blocks, shape);
  for (const BlockView &block : blocks)
    measure.decodePicojoules += segment->coder->decodePicojoules(
        block.context.positions, block.codes->values.size());
  measure.cost = segment->coder->cost();
  return measure;
}

Result<TrainingOptions> fitLanes(const SegmentLayout &layout,
                                 Span<const BlockView> blocks,
                                 TrainingOptions options,
                                 const DecoderShape &shape, uint64_t cycles) {
  Result<std::unique_ptr<SegmentCoder>> coder = layout.train(blocks, options);
  if (!coder)
    return coder.error();
  uint64_t now = cyclesOf(**coder, blocks, shape);
  // The default of lanes depends on the layout; doubling needs a number.
  const SegmentCost cost = (*coder)->cost();
  options.valueLanes = std::max(1u, cost.values.lanes);
  while (now > cycles) {
    std::optional<TrainingOptions> best;
    for (bool ofValues : {false, true}) {
      TrainingOptions more = withMoreLanes(options, ofValues);
      if (more.valueLanes > maxLanes || more.positionLanes > maxLanes)
        continue;
      Result<std::unique_ptr<SegmentCoder>> wider = layout.train(blocks, more);
      if (!wider)
        return wider.error();
      if (uint64_t then = cyclesOf(**wider, blocks, shape); then < now) {
        now = then;
        best = more;
      }
    }
    if (best) {
      options = *best;
      continue;
    }
    // Positions and values may bind alike: then only both together help.
    TrainingOptions both = withMoreLanes(withMoreLanes(options, true), false);
    if (both.valueLanes > maxLanes || both.positionLanes > maxLanes)
      break;
    Result<std::unique_ptr<SegmentCoder>> wider = layout.train(blocks, both);
    if (!wider)
      return wider.error();
    uint64_t then = cyclesOf(**wider, blocks, shape);
    if (then >= now)
      break;
    now = then;
    options = both;
  }
  return options;
}

double orderZeroBits(Span<const uint64_t> counts) {
  double total = 0, bits = 0;
  for (uint64_t count : counts)
    total += double(count);
  for (uint64_t count : counts)
    if (count > 0)
      bits += double(count) * std::log2(total / double(count));
  return bits;
}

} // namespace crania::layout
