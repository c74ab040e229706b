// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_ANALYSIS_WEIGHTIMAGE_H
#define CRANIA_ANALYSIS_WEIGHTIMAGE_H

#include "crania/Analysis/Contraction.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "crania/Encoding/SegmentEncoding.h"
#include "crania/Encoding/Tiling.h"
#include "crania/Target/TargetModel.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace crania {

/// Returns true if an encoding codes which positions it holds. An encoding that
/// is not built in counts as one that holds all positions.
bool choosesPositions(const encoding::SegmentEncoding &encoding);

/// A function that processes a block. It gets the codes of the block, one view
/// per cluster.
using BlockVisitor =
    llvm::function_ref<Status(llvm::ArrayRef<encoding::BlockView>)>;

/// The codes of one cluster of a weight tensor, block by block.
struct ClusterBlocks {
  std::vector<encoding::BlockCodes> codes;
  /// For clusters with disjoint supports, the occupied positions.
  std::vector<std::vector<uint8_t>> occupied;
  /// For a cluster that refines the one before, the index of the earlier word.
  std::vector<std::vector<uint8_t>> conditions;
  /// Views of the data above.
  std::vector<encoding::BlockView> views;
  uint64_t values = 0;

  ClusterBlocks() = default;
  ClusterBlocks(ClusterBlocks &&) = default;
  ClusterBlocks &operator=(ClusterBlocks &&) = default;
};

/// The codes of a clustered weight tensor in the order in which the PE array
/// consumes them: tiles in the order of the tiling, in blocks of whole tiles.
///
/// Reads the tensor in place and holds only the requested cluster, so it must
/// not outlive the data of the weights. Clusters count from 0.
class WeightBlocks {
public:
  /// The number of positions of a block, unless one tile has more.
  /// docs/Encodings.md gives the reason.
  static constexpr uint64_t blockPositions = 4096;

  /// Creates the blocks of a weight tensor. Fails if encodings do not support
  /// the element type (they support 8, 16 and 32 bits), if the contraction or
  /// the tiling has another number of weights, or if the scheme breaks the
  /// rules of its interface.
  static Result<WeightBlocks> create(ir::WeightsOp weights,
                                     const Contraction &contraction,
                                     const encoding::Tiling &tiling,
                                     const target::TargetModel &target);

  unsigned clusters() const { return clusterCount; }
  unsigned wordBits() const { return valueBits; }
  uint64_t weights() const { return tiling.elements(); }

  /// Returns the first tile of each block, followed by the number of tiles.
  llvm::ArrayRef<int64_t> blockTiles() const { return firstTiles; }
  size_t blocks() const { return firstTiles.size() - 1; }

  /// Calls `visit` for each block in order, with the codes of all clusters. The
  /// codes are valid until `visit` returns. Stops at an error and returns it.
  Status forEachBlock(BlockVisitor visit) const;

  /// Returns all blocks of a cluster.
  ClusterBlocks read(unsigned cluster) const;

  /// Returns the same weights as they are stored if the last cluster has
  /// `encoding`. An encoding that codes positions leaves out words of 0 there
  /// (in f32 also -0), since a weight that no cluster holds is 0. Other
  /// encodings hold everything that earlier clusters left.
  WeightBlocks withLast(const encoding::SegmentEncoding &encoding) const;
  /// Returns true if `withLast` may change the stored weights of a cluster.
  bool mayOmitZeros(unsigned cluster) const {
    return !isRefining() && cluster + 1 == clusterCount;
  }

  /// Returns the distinct words of a cluster that the next one refines,
  /// ascending as unsigned numbers. Empty for other clusters.
  llvm::ArrayRef<uint32_t> refinedWords(unsigned cluster) const {
    return cluster < rounds.size() ? llvm::ArrayRef(rounds[cluster].words)
                                   : llvm::ArrayRef<uint32_t>();
  }

  /// Returns the bits of an ideal order-0 coder for (cluster, value) of all
  /// weights. If clusters refine each other, it codes the words of each cluster
  /// given those of the one before. Returns nullopt for words of more than 16
  /// bits, most of which occur once.
  std::optional<double> entropyBits() const;

private:
  /// The words of the positions of one tile, and their clusters or codes.
  struct TileCodes {
    std::vector<uint32_t> words;
    std::vector<uint8_t> holders;
  };

  /// A block of one cluster while it is read.
  struct ClusterBlock {
    encoding::BlockCodes codes;
    std::vector<uint8_t> occupied, conditions;
    size_t positions = 0; ///< read so far
    uint32_t *nextValue = nullptr;
  };

  /// A cluster that the next one refines.
  struct RefinedRound {
    std::vector<uint32_t> words;
    /// The index of the word of each code.
    std::vector<uint8_t> indexOf;
  };

  bool isRefining() const { return !rounds.empty(); }
  Status readRounds(ir::WeightsOp weights);
  Status checkAssignment() const;

  void cutBlocks(const target::TargetModel &target);
  void readTile(const encoding::Tiling::Tile &tile, TileCodes &into) const;
  void appendTile(const TileCodes &tile,
                  llvm::MutableArrayRef<ClusterBlock> clusters) const;
  void appendRefined(const TileCodes &tile,
                     llvm::MutableArrayRef<ClusterBlock> clusters) const;
  void readBlock(size_t block, TileCodes &tile,
                 llvm::MutableArrayRef<ClusterBlock> clusters) const;
  double refinedEntropyBits() const;

  unsigned clusterCount = 0;
  unsigned valueBits = 0;
  Contraction contraction;
  encoding::Tiling tiling;
  /// All clusters but the last, for schemes that refine.
  std::vector<RefinedRound> rounds;
  llvm::SmallVector<int64_t> firstTiles;
  llvm::SmallVector<int64_t> depthOffsets;
  bool isDepthConsecutive = true;
  bool omitsZeros = false; ///< in the last cluster
  llvm::ArrayRef<char> values;
  llvm::ArrayRef<uint8_t> assignment;
  /// The data of `values` and `assignment` if the attribute is a splat. They
  /// are on the heap, so that they stay in place when the object moves.
  std::shared_ptr<llvm::SmallVector<char, 0>> splatValues, splatAssignment;
};

/// The encoding of a cluster.
struct ClusterCoding {
  const encoding::SegmentEncoding *encoding;
  encoding::TrainingOptions options;
  /// The statistics of the cluster, or null if they are not known yet.
  const encoding::SegmentStatistics *statistics = nullptr;
  /// The destination of the segment, of exactly its size. If empty, the bytes
  /// are only counted.
  llvm::MutableArrayRef<char> space = {};
};

/// A segment as it is stored in the weight image: tables, directory, and blocks
/// one after the other.
struct ClusterSegment {
  uint64_t tableBytes = 0;
  uint64_t headBytes = 0; ///< before the first block
  std::vector<uint32_t> blockSizes;
  uint64_t bytes = 0;
};

/// Encodes all clusters of a tensor. Holds at most one block of each. If a
/// segment has a size other than that of its space, the space is left
/// unfinished; the caller must compare the sizes. If an encoding cannot express
/// its cluster, `fail` receives the cluster and the reason.
mlir::FailureOr<std::vector<ClusterSegment>>
encodeClusters(const WeightBlocks &blocks,
               llvm::ArrayRef<ClusterCoding> codings,
               llvm::function_ref<void(unsigned, const std::string &)> fail);

} // namespace crania

#endif // CRANIA_ANALYSIS_WEIGHTIMAGE_H
