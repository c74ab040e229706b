// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_ANALYSIS_WEIGHTIMAGE_H
#define CRANIA_ANALYSIS_WEIGHTIMAGE_H

#include "crania/Analysis/Contraction.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "crania/Layout/Codec.h"
#include "crania/Layout/Tiling.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace crania {

/// The codes of a clustered weight tensor in the order in which the PE array
/// consumes them: one codec block per tile, tiles as the tiling numbers them.
///
/// Reads the tensor where it is, tile by tile, and holds no more of it than one
/// tile: it must not outlive the data of the weights. Each question walks once
/// over the weights, for all clusters together. Clusters count from 0.
class WeightBlocks {
public:
  /// Fails, with the reason in `why`, if the element type is none that codecs
  /// know (8, 16 or 32 bits), or if the contraction or the tiling has another
  /// number of weights.
  static mlir::FailureOr<WeightBlocks> create(ir::WeightsOp weights,
                                              const Contraction &contraction,
                                              const layout::Tiling &tiling,
                                              std::string &why);

  unsigned clusters() const { return clusterCount; }

  /// Codecs for each cluster.
  using CodecLists = llvm::ArrayRef<std::vector<const layout::Codec *>>;

  /// What the codecs make of one cluster.
  struct Measure {
    /// Weights that the cluster holds.
    uint64_t values = 0;
    /// Per codec, the bytes that `encode` would give; nothing if it cannot
    /// express the cluster.
    std::vector<std::optional<uint64_t>> bytes;
  };
  std::vector<Measure> measure(CodecLists codecs) const;

  using BlockSink =
      llvm::function_ref<void(unsigned cluster, llvm::ArrayRef<uint8_t> bytes)>;

  /// Encodes each cluster with its codec and gives its blocks to `sink`, each
  /// cluster's in the order of tiles. Stops at a cluster that its codec cannot
  /// express, and returns it.
  std::optional<unsigned> encode(llvm::ArrayRef<const layout::Codec *> codecs,
                                 BlockSink sink) const;

private:
  /// The codes of one cluster in one tile, and what decoder and encoder know
  /// before it.
  struct Block {
    layout::BlockCodes codes;
    std::vector<uint8_t> occupied;
    layout::BlockContext context;
  };

  /// The weights of one tile, and their blocks, one per cluster.
  struct TileBlocks {
    std::vector<uint32_t> words;
    std::vector<uint8_t> holders;
    std::vector<Block> blocks;
  };

  void readTile(const layout::Tiling::Tile &tile, TileBlocks &into) const;
  void splitTile(TileBlocks &tile) const;

  /// Calls `visit` with the blocks of each tile until it returns false.
  void forEachTile(
      llvm::function_ref<bool(llvm::ArrayRef<Block> blocks)> visit) const;

  unsigned clusterCount = 0;
  unsigned valueBits = 0;
  Contraction contraction;
  layout::Tiling tiling;
  llvm::SmallVector<int64_t> depthOffsets;
  llvm::ArrayRef<char> values;
  llvm::ArrayRef<uint8_t> assignment;
  /// What `values` and `assignment` refer to if the attribute is a splat. On
  /// the heap, so that it stays where it is when the object moves.
  std::shared_ptr<llvm::SmallVector<char, 0>> splatValues, splatAssignment;
};

} // namespace crania

#endif // CRANIA_ANALYSIS_WEIGHTIMAGE_H
