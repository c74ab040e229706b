// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_ANALYSIS_WEIGHTIMAGE_H
#define CRANIA_ANALYSIS_WEIGHTIMAGE_H

#include "crania/Analysis/Contraction.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "crania/Layout/Codec.h"
#include "crania/Layout/Tiling.h"

#include <cstdint>
#include <vector>

namespace crania {

/// One cluster of a weight tensor as a segment of the weight image holds it.
struct EncodedCluster {
  std::vector<uint8_t> bytes;
  /// Blocks + 1 offsets into `bytes`: block b is [blockOffsets[b],
  /// blockOffsets[b + 1]).
  std::vector<uint64_t> blockOffsets;
};

/// The codes of a clustered weight tensor in the order in which the PE array
/// consumes them: one codec block per tile, tiles as the tiling numbers them.
///
/// What is asked per cluster takes time linear in the number of weights.
/// Clusters count from 0.
class WeightBlocks {
public:
  /// Reorders the weights by tile. Fails, with the reason in `why`, if their
  /// element type is none that codecs know (8, 16 or 32 bits), or if the
  /// contraction or the tiling has another number of weights.
  static mlir::FailureOr<WeightBlocks> create(ir::WeightsOp weights,
                                              const Contraction &contraction,
                                              const layout::Tiling &tiling,
                                              std::string &why);

  unsigned clusters() const { return clusterCount; }

  /// Weights that the cluster holds.
  uint64_t countOf(unsigned cluster) const;

  /// Whether the layout can express the cluster, in every block.
  bool supports(unsigned cluster, const layout::Codec &codec) const;

  /// Bytes that `encodeCluster` would return, without encoding. The layout must
  /// support the cluster.
  uint64_t clusterBytes(unsigned cluster, const layout::Codec &codec) const;

  /// The cluster's blocks, one behind the other. The layout must support it.
  EncodedCluster encodeCluster(unsigned cluster,
                               const layout::Codec &codec) const;

private:
  /// The codes of one block, and what decoder and encoder know before it.
  struct Block {
    layout::BlockCodes codes;
    std::vector<uint8_t> occupied;
    layout::BlockContext context;
  };

  void readBlock(unsigned cluster, uint64_t tile, Block &block) const;

  /// Calls `visit` with each block of the cluster until it returns false;
  /// whether it never did.
  bool forEachBlock(unsigned cluster,
                    llvm::function_ref<bool(const Block &)> visit) const;

  unsigned clusterCount = 0;
  unsigned valueBits = 0;
  /// First position of each tile, and one more entry for the end.
  std::vector<uint64_t> tileStarts;
  /// Bit patterns and clusters of the weights, tile by tile.
  std::vector<uint32_t> words;
  std::vector<uint8_t> assignment;
};

} // namespace crania

#endif // CRANIA_ANALYSIS_WEIGHTIMAGE_H
