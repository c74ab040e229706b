// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_STAGETILING_H
#define CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_STAGETILING_H

#include "Network.h"

#include <tuple>

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
  uint64_t elementBytes;
  SmallVector<Member, 3> members;
  /// Read before it is written: its contents come from elsewhere.
  bool isLoaded = false;
  bool isStored = false;

  static const Access &accessOf(const Stage &stage, const Member &member);
  const Access &access(const Stage &stage) const {
    return accessOf(stage, members.front());
  }
};

std::vector<Window> windowsOf(const Stage &stage, const Network &network);

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

/// What a tile size costs, roughly.
struct TileCost {
  /// Transfers of windows and weights against computation on all PEs or lanes.
  /// With two sets of windows all overlap; with one, windows are moved while
  /// nothing is computed. Each copy takes the latency of DRAM besides.
  double cycles = 0;
  double dramBytes = 0;

  bool operator<(const TileCost &other) const {
    return std::tie(cycles, dramBytes) <
           std::tie(other.cycles, other.dramBytes);
  }
};

/// Cuts stages into tiles for a machine.
class StageTiler {
public:
  StageTiler(const Network &network, const target::TargetModel &target)
      : network(network), target(target) {}

  using IsMoved = llvm::function_ref<bool(StorageId)>;

  /// The cheapest tile whose windows of the moved storages fit into `budget`
  /// bytes: the stage as a whole, or the largest bands of its outermost loop
  /// that fit, double buffered or not, or bands of the next loop within one
  /// iteration of that, and so on. Nothing if not even one iteration of each
  /// loop fits.
  std::optional<TileShape> choose(const Stage &stage, ArrayRef<Window> windows,
                                  IsMoved isMoved, uint64_t budget) const;

  /// One iteration of as few loops as it takes to fit into `budget` bytes if
  /// everything is moved.
  TileShape smallest(const Stage &stage, ArrayRef<Window> windows,
                     uint64_t budget) const;

  TileCost costOf(const Stage &stage, ArrayRef<Window> windows, IsMoved isMoved,
                  const TileShape &tile) const;

private:
  double computeCycles(const Stage &stage) const;

  const Network &network;
  const target::TargetModel &target;
};

/// Tiles of that shape in a stage.
int64_t tileCount(const Stage &stage, const TileShape &tile);

} // namespace crania::lowering

#endif // CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_STAGETILING_H
