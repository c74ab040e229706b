// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TileRanges.h"

#include "crania/DeviceBinary/DeviceBinary.h"

#include <algorithm>

namespace crania::binary {

Result<const Weights *> weightsOf(uint32_t index,
                                  const ProgramContext &context) {
  const auto &weights = *context.program.weights();
  if (index >= weights.size())
    return Error{"it names weights " + std::to_string(index) +
                 ", but there are only " + std::to_string(weights.size())};
  return weights.Get(index);
}

Status checkTileRange(uint32_t begin, uint32_t end, const Weights &weights) {
  uint64_t tiles = tilingOf(weights).tiles();
  if (begin < end && end <= tiles)
    return {};
  return Error{"tiles " + rangeText(begin, end) + " are empty or outside the " +
               std::to_string(tiles) + " tiles of weights \"" +
               weights.name()->str() + "\""};
}

Status checkWholeBlocks(uint32_t begin, uint32_t end, const Segment &segment) {
  const auto &tiles = *segment.block_tiles();
  auto startsBlock = [&](uint32_t tile) {
    return std::binary_search(tiles.begin(), tiles.end(), tile);
  };
  if (startsBlock(begin) && startsBlock(end))
    return {};
  return Error{"tiles " + rangeText(begin, end) +
               " cut a codec block of cluster " +
               std::to_string(segment.cluster())};
}

} // namespace crania::binary
