// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_STAGETILING_H
#define CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_STAGETILING_H

#include "Network.h"

#include <tuple>

namespace crania::lowering {

/// The elements of one storage that a stage touches. If the vector node
/// overwrites what the contraction writes, both share a window.
struct Window {
  struct Member {
    unsigned node;
    /// The number of the input. Nullopt for the output.
    std::optional<unsigned> input;
  };

  StorageId storage;
  uint64_t elementBytes;
  SmallVector<Member, 3> members;
  /// True if the window is read before it is written, so that its contents must
  /// be loaded.
  bool isLoaded = false;
  bool isStored = false;

  static const Access &accessOf(const Stage &stage, const Member &member);
  const Access &access(const Stage &stage) const {
    return accessOf(stage, members.front());
  }
};

std::vector<Window> windowsOf(const Stage &stage, const Network &network);

/// The way a stage is cut: the number of iterations of each of its tile loops
/// in a tile.
struct TileShape {
  SmallVector<int64_t> sizes;
  /// The number of copies of the windows on chip. With two, a tile is loaded
  /// and stored while the neighboring one is computed.
  unsigned sets = 1;
};

/// Returns the iterations of each loop of a node in a tile of these sizes.
SmallVector<int64_t> loopSizes(const Stage &stage, unsigned node,
                               ArrayRef<int64_t> tileSizes);

/// Returns the bytes on chip of a window in a tile of these sizes, aligned.
uint64_t windowBytes(const Stage &stage, const Window &window,
                     ArrayRef<int64_t> tileSizes);

/// The alignment of offsets in the global buffer, in bytes.
constexpr uint64_t bufferAlignment = 64;

/// The approximate cost of a tile size.
struct TileCost {
  /// The clocks for transfers of windows and weights and for computation on all
  /// PEs or lanes. With two sets of windows they all overlap. With one set,
  /// nothing is computed while windows are moved. Each copy adds the latency of
  /// DRAM.
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

  /// Chooses the cheapest tile whose windows of the moved storages fit into
  /// `budget` bytes. The candidates are the whole stage, the largest bands of
  /// its outermost loop that fit, double buffered or not, bands of the next
  /// loop within one iteration of that loop, and so on. Returns nullopt if not
  /// even one iteration of each loop fits.
  std::optional<TileShape> choose(const Stage &stage, ArrayRef<Window> windows,
                                  IsMoved isMoved, uint64_t budget) const;

  /// Returns a tile of one iteration of as few loops as it takes to fit into
  /// `budget` bytes if everything is moved.
  TileShape smallest(const Stage &stage, ArrayRef<Window> windows,
                     uint64_t budget) const;

  TileCost costOf(const Stage &stage, ArrayRef<Window> windows, IsMoved isMoved,
                  const TileShape &tile) const;

private:
  double computeCycles(const Stage &stage) const;

  const Network &network;
  const target::TargetModel &target;
};

/// Returns the number of tiles of that shape in a stage.
int64_t tileCount(const Stage &stage, const TileShape &tile);

} // namespace crania::lowering

#endif // CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_STAGETILING_H
