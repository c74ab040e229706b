// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Encoding/SegmentSearch.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace crania::encoding {

namespace {

uint64_t cyclesOf(const SegmentCoder &coder,
                  Span<const SegmentStatistics::Block> blocks,
                  const DecoderShape &shape) {
  uint64_t cycles = 0;
  for (const SegmentStatistics::Block &block : blocks)
    cycles += coder.decodeCycles(block.positions, block.values, shape);
  return cycles;
}

double picojoulesOf(const SegmentCoder &coder,
                    Span<const SegmentStatistics::Block> blocks) {
  double picojoules = 0;
  for (const SegmentStatistics::Block &block : blocks)
    picojoules += coder.decodePicojoules(block.positions, block.values);
  return picojoules;
}

std::vector<SegmentStatistics::Block> sizesOf(Span<const BlockView> blocks) {
  std::vector<SegmentStatistics::Block> sizes;
  for (const BlockView &block : blocks)
    sizes.push_back({uint32_t(block.context.positions),
                     uint32_t(block.context.positions),
                     uint32_t(block.codes->values.size())});
  return sizes;
}

} // namespace

Result<SegmentMeasure> measureSegment(const SegmentEncoding &encoding,
                                      const SegmentStatistics &statistics,
                                      const TrainingOptions &options,
                                      const DecoderShape &shape) {
  Result<TrainedSegment> trained = encoding.train(statistics, options);
  if (!trained)
    return trained.error();
  SegmentMeasure measure;
  measure.bytes = uint64_t(std::llround(trained->bytes));
  measure.largestBlock = uint64_t(std::llround(trained->largestBlock));
  measure.decodeCycles = cyclesOf(*trained->coder, statistics.blocks(), shape);
  measure.decodePicojoules = picojoulesOf(*trained->coder, statistics.blocks());
  measure.cost = trained->coder->cost();
  return measure;
}

Result<SegmentMeasure> measureSegment(const SegmentEncoding &encoding,
                                      Span<const BlockView> blocks,
                                      const TrainingOptions &options,
                                      const DecoderShape &shape) {
  Result<EncodedSegment> segment = encodeSegment(encoding, blocks, options);
  if (!segment)
    return segment.error();
  SegmentMeasure measure;
  measure.bytes = segment->bytes();
  for (uint32_t size : segment->blockSizes)
    measure.largestBlock = std::max<uint64_t>(measure.largestBlock, size);
  const std::vector<SegmentStatistics::Block> sizes = sizesOf(blocks);
  measure.decodeCycles = cyclesOf(*segment->coder, sizes, shape);
  measure.decodePicojoules = picojoulesOf(*segment->coder, sizes);
  measure.cost = segment->coder->cost();
  return measure;
}

Result<TrainingOptions> fitLanes(const SegmentEncoding &encoding,
                                 const SegmentStatistics &statistics,
                                 TrainingOptions options,
                                 const DecoderShape &shape, uint64_t cycles) {
  Result<TrainedSegment> trained = encoding.train(statistics, options);
  if (!trained)
    return trained.error();
  // The default number of lanes depends on the encoding, but doubling needs a
  // number.
  options.valueLanes = std::max(1u, trained->coder->cost().values.lanes);
  // If positions and values are equally slow, only doubling both helps.
  enum Doubling { ofValues = 1, ofPositions = 2, ofBoth = 3 };
  uint64_t now = cyclesOf(*trained->coder, statistics.blocks(), shape);
  while (now > cycles) {
    std::optional<TrainingOptions> best;
    for (Doubling doubling : {ofValues, ofPositions, ofBoth}) {
      if (best && doubling == ofBoth)
        break;
      TrainingOptions more = options;
      more.valueLanes *= doubling & ofValues ? 2 : 1;
      more.positionLanes *= doubling & ofPositions ? 2 : 1;
      if (more.valueLanes > maxLanes || more.positionLanes > maxLanes)
        continue;
      Result<TrainedSegment> wider = encoding.train(statistics, more);
      if (!wider)
        return wider.error();
      const uint64_t then = cyclesOf(*wider->coder, statistics.blocks(), shape);
      if (then >= now)
        continue;
      now = then;
      best = more;
    }
    if (!best)
      break;
    options = *best;
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

} // namespace crania::encoding
