// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_ANALYSIS_WEIGHTIMAGE_H
#define CRANIA_ANALYSIS_WEIGHTIMAGE_H

#include "crania/Analysis/Contraction.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "crania/Layout/SegmentLayout.h"
#include "crania/Layout/Tiling.h"
#include "crania/Target/TargetModel.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace crania {

/// Whether a layout says which positions it holds. Layouts that are not built
/// in are taken to hold all.
bool choosesPositions(const layout::SegmentLayout &layout);

/// What is to be done with a block: its codes, of each cluster.
using BlockVisitor =
    llvm::function_ref<Status(llvm::ArrayRef<layout::BlockView>)>;

/// The codes of one cluster of a weight tensor, block by block.
struct ClusterBlocks {
  std::vector<layout::BlockCodes> codes;
  /// Of clusters with disjoint supports.
  std::vector<std::vector<uint8_t>> occupied;
  /// Of a cluster that refines the one before: the index of that one's word.
  std::vector<std::vector<uint8_t>> conditions;
  /// Views of the above.
  std::vector<layout::BlockView> views;
  uint64_t values = 0;

  ClusterBlocks() = default;
  ClusterBlocks(ClusterBlocks &&) = default;
  ClusterBlocks &operator=(ClusterBlocks &&) = default;
};

/// The codes of a clustered weight tensor in the order in which the PE array
/// consumes them: tiles as the tiling numbers them, in blocks of whole tiles.
///
/// Reads the tensor where it is, and holds no more of it than the cluster that
/// is asked for: it must not outlive the data of the weights. Clusters count
/// from 0.
class WeightBlocks {
public:
  /// Positions of a block, unless one tile has more. docs/Layouts.md says why.
  static constexpr uint64_t blockPositions = 4096;

  /// Fails, with the reason in `why`, if the element type is none that layouts
  /// know (8, 16 or 32 bits), or if the contraction or the tiling has another
  /// number of weights.
  static mlir::FailureOr<WeightBlocks> create(ir::WeightsOp weights,
                                              const Contraction &contraction,
                                              const layout::Tiling &tiling,
                                              const target::TargetModel &target,
                                              std::string &why);

  unsigned clusters() const { return clusterCount; }
  unsigned wordBits() const { return valueBits; }
  uint64_t weights() const { return tiling.elements(); }

  /// The first tile of each block, and the number of tiles.
  llvm::ArrayRef<int64_t> blockTiles() const { return firstTiles; }
  size_t blocks() const { return firstTiles.size() - 1; }

  /// Calls `visit` for one block after the other, with the codes of all
  /// clusters, which are valid until it returns. Ends at an error.
  Status forEachBlock(BlockVisitor visit) const;

  /// All blocks of a cluster.
  ClusterBlocks read(unsigned cluster) const;

  /// The same weights as they are stored if the last cluster has that layout.
  /// A layout that says which positions it holds leaves out words of 0 there
  /// (of f32 also -0): what no cluster holds is 0. Others hold all that earlier
  /// clusters left.
  WeightBlocks withLast(const layout::SegmentLayout &layout) const;
  /// Whether that makes a difference to the weights of a cluster.
  bool mayOmitZeros(unsigned cluster) const {
    return !isRefining() && cluster + 1 == clusterCount;
  }

  /// The different words of a cluster that the next one refines, ascending as
  /// numbers without sign; empty for others.
  llvm::ArrayRef<uint32_t> refinedWords(unsigned cluster) const {
    return cluster < rounds.size() ? llvm::ArrayRef(rounds[cluster].words)
                                   : llvm::ArrayRef<uint32_t>();
  }

  /// Bits of an ideal order-0 coder for (cluster, value) of all weights; where
  /// clusters refine each other, for the words of each given the one before.
  /// Nothing for words of more than 16 bits, of which most occur once.
  std::optional<double> entropyBits() const;

private:
  /// Words and clusters, or codes, of the positions of one tile.
  struct TileCodes {
    std::vector<uint32_t> words;
    std::vector<uint8_t> holders;
  };

  /// A block of one cluster as it is read.
  struct ClusterBlock {
    layout::BlockCodes codes;
    std::vector<uint8_t> occupied, conditions;
    size_t positions = 0; ///< so far
    uint32_t *nextValue = nullptr;
  };

  /// A cluster that the next one refines.
  struct RefinedRound {
    std::vector<uint32_t> words;
    /// By code, the index of its word.
    std::vector<uint8_t> indexOf;
  };

  bool isRefining() const { return !rounds.empty(); }
  void readRounds(ir::WeightsOp weights);

  void cutBlocks(const target::TargetModel &target);
  void readTile(const layout::Tiling::Tile &tile, TileCodes &into) const;
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
  layout::Tiling tiling;
  /// For schemes that refine, all clusters but the last.
  std::vector<RefinedRound> rounds;
  llvm::SmallVector<int64_t> firstTiles;
  llvm::SmallVector<int64_t> depthOffsets;
  bool isDepthConsecutive = true;
  bool omitsZeros = false; ///< in the last cluster
  llvm::ArrayRef<char> values;
  llvm::ArrayRef<uint8_t> assignment;
  /// What `values` and `assignment` refer to if the attribute is a splat. On
  /// the heap, so that it stays where it is when the object moves.
  std::shared_ptr<llvm::SmallVector<char, 0>> splatValues, splatAssignment;
};

/// How a cluster is encoded.
struct ClusterCoding {
  const layout::SegmentLayout *layout;
  layout::TrainingOptions options;
  /// What was counted of the cluster, if that is known already.
  const layout::SegmentStatistics *statistics = nullptr;
  /// Where the segment goes, which is as long as it will be; empty only counts
  /// its bytes.
  llvm::MutableArrayRef<char> space = {};
};

/// A segment as it lies in the weight image: tables, directory, and blocks one
/// after the other.
struct ClusterSegment {
  uint64_t tableBytes = 0;
  uint64_t headBytes = 0; ///< before the first block
  std::vector<uint32_t> blockSizes;
  uint64_t bytes = 0;
};

/// Encodes all clusters of a tensor, holding no more than a block of each. A
/// segment of other than the bytes of its space leaves that unfinished; the
/// caller compares. `fail` is told which cluster its layout cannot express, and
/// why.
mlir::FailureOr<std::vector<ClusterSegment>>
encodeClusters(const WeightBlocks &blocks,
               llvm::ArrayRef<ClusterCoding> codings,
               llvm::function_ref<void(unsigned, const std::string &)> fail);

} // namespace crania

#endif // CRANIA_ANALYSIS_WEIGHTIMAGE_H
