// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_STAGETILING_H
#define CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_STAGETILING_H

#include "Network.h"

namespace crania::lowering {

/// Elements of one storage that a stage touches. What the contraction of a
/// stage writes and its vector node overwrites is one window.
struct Window {
  struct Member {
    unsigned node;
    /// Number of the input, or nothing for the output.
    std::optional<unsigned> input;
  };

  StorageId storage;
  SmallVector<Member, 3> members;
  /// Read before it is written: its contents come from elsewhere.
  bool isLoaded = false;
  bool isStored = false;

  static const Access &accessOf(const Stage &stage, const Member &member);
  const Access &access(const Stage &stage) const {
    return accessOf(stage, members.front());
  }
};

std::vector<Window> windowsOf(const Stage &stage);

/// How a stage is cut: so many iterations of each of its tile loops at a time.
struct TileShape {
  SmallVector<int64_t> sizes;
  /// Copies of the windows on chip: with two, a piece is loaded and stored
  /// while its neighbour is computed.
  unsigned sets = 1;
};

/// Iterations of each loop of a node in a tile of these sizes.
SmallVector<int64_t> loopSizes(const Stage &stage, unsigned node,
                               ArrayRef<int64_t> tileSizes);

/// Bytes on chip of a window in a tile of these sizes, aligned.
uint64_t windowBytes(const Stage &stage, const Window &window,
                     ArrayRef<int64_t> tileSizes);

/// Bytes that offsets in the global buffer are multiples of.
constexpr uint64_t bufferAlignment = 64;

/// The largest tile whose windows of these storages fit into `budget` bytes:
/// the stage as a whole, else bands of the outermost loop, double buffered if
/// one iteration fits twice, else bands of the next loop, and so on. Nothing if
/// not even one iteration of each loop fits.
std::optional<TileShape> chooseTile(const Stage &stage,
                                    ArrayRef<Window> windows,
                                    llvm::function_ref<bool(StorageId)> isMoved,
                                    uint64_t budget);

/// The smallest tile that `chooseTile` would return for a memory of `capacity`
/// bytes if nothing stayed on chip: what a stage must have room for.
TileShape smallestTile(const Stage &stage, ArrayRef<Window> windows,
                       uint64_t capacity);

} // namespace crania::lowering

#endif // CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_STAGETILING_H
