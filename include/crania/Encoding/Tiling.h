// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_ENCODING_TILING_H
#define CRANIA_ENCODING_TILING_H

#include <algorithm>
#include <cstdint>

namespace crania::encoding {

/// The tiles into which the PE array cuts a weight tensor of `groups` matrices
/// of `outputs` x `depth`. Tiles are numbered group by group, then by block of
/// outputs, then by depth. An element of a tile is at position outputInTile *
/// tile.depth + depthInTile.
struct Tiling {
  uint32_t groups = 1, outputs = 1, depth = 1;
  uint32_t tileOutputs = 1, tileDepth = 1;

  struct Tile {
    uint32_t group;
    uint32_t firstOutput, outputs;
    uint32_t firstDepth, depth;
    uint64_t positions() const { return uint64_t(outputs) * depth; }
  };

  uint32_t outputBlocks() const {
    return (outputs + tileOutputs - 1) / tileOutputs;
  }
  uint32_t depthBlocks() const { return (depth + tileDepth - 1) / tileDepth; }
  uint64_t tiles() const {
    return uint64_t(groups) * outputBlocks() * depthBlocks();
  }
  uint64_t elements() const { return uint64_t(groups) * outputs * depth; }

  Tile tile(uint64_t index) const {
    uint32_t k = index % depthBlocks();
    uint32_t m = index / depthBlocks() % outputBlocks();
    uint32_t g = index / depthBlocks() / outputBlocks();
    Tile t;
    t.group = g;
    t.firstOutput = m * tileOutputs;
    t.outputs = std::min(tileOutputs, outputs - t.firstOutput);
    t.firstDepth = k * tileDepth;
    t.depth = std::min(tileDepth, depth - t.firstDepth);
    return t;
  }

  /// Returns the index of a position of a tile in the row-major (group, output,
  /// depth) matrix.
  uint64_t element(const Tile &t, uint64_t position) const {
    uint64_t output = t.firstOutput + position / t.depth;
    uint64_t d = t.firstDepth + position % t.depth;
    return (uint64_t(t.group) * outputs + output) * depth + d;
  }
};

} // namespace crania::encoding

#endif // CRANIA_ENCODING_TILING_H
