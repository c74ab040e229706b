// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Analysis/WeightImage.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Endian.h"

#include <algorithm>

using namespace mlir;
using namespace crania;

FailureOr<WeightBlocks> WeightBlocks::create(ir::WeightsOp weights,
                                             const Contraction &contraction,
                                             const layout::Tiling &tiling,
                                             std::string &why) {
  RankedTensorType type = weights.getClusteredType().getTensor();
  WeightBlocks blocks;
  blocks.clusterCount = weights.getClusters();
  blocks.valueBits = type.getElementTypeBitWidth();
  if (blocks.valueBits != 8 && blocks.valueBits != 16 &&
      blocks.valueBits != 32) {
    why = "layouts have words of 8, 16 or 32 bits, its weights have " +
          std::to_string(blocks.valueBits);
    return failure();
  }
  uint64_t read =
      contraction.groups * contraction.outputs * contraction.depth();
  uint64_t elements = type.getNumElements();
  if (read != elements || tiling.elements() != read) {
    why = "the contraction reads " + std::to_string(read) +
          " weights, the tensor has " + std::to_string(elements) +
          " and the tiles have " + std::to_string(tiling.elements());
    return failure();
  }
  blocks.contraction = contraction;
  blocks.tiling = tiling;
  blocks.depthOffsets = contraction.depthOffsets();
  blocks.splatValues = std::make_shared<SmallVector<char, 0>>();
  blocks.splatAssignment = std::make_shared<SmallVector<char, 0>>();
  blocks.values = weights.getValueBytes(*blocks.splatValues);
  blocks.assignment = weights.getAssignmentBytes(*blocks.splatAssignment);
  return blocks;
}

/// Clusters that a byte of the assignment can name.
constexpr size_t maxClusters = 256;

/// Elements `start + offsets[i]` of a tensor, little endian.
template <typename Element, typename Word>
static void gatherRow(const void *tensor, int64_t start,
                      ArrayRef<int64_t> offsets, Word *row) {
  const char *bytes = static_cast<const char *>(tensor);
  for (size_t i = 0; i < offsets.size(); ++i)
    row[i] = llvm::support::endian::read<Element, llvm::endianness::little>(
        bytes + (start + offsets[i]) * sizeof(Element));
}

void WeightBlocks::readTile(const layout::Tiling::Tile &tile,
                            TileBlocks &into) const {
  into.words.resize(tile.positions());
  into.holders.resize(tile.positions());
  ArrayRef<int64_t> offsets =
      ArrayRef<int64_t>(depthOffsets).slice(tile.firstDepth, tile.depth);
  uint32_t *words = into.words.data();
  uint8_t *holders = into.holders.data();
  for (uint32_t m = 0; m < tile.outputs; ++m) {
    int64_t start = contraction.rowStart(tile.group, tile.firstOutput + m);
    if (valueBits == 8)
      gatherRow<uint8_t>(values.data(), start, offsets, words);
    else if (valueBits == 16)
      gatherRow<uint16_t>(values.data(), start, offsets, words);
    else
      gatherRow<uint32_t>(values.data(), start, offsets, words);
    gatherRow<uint8_t>(assignment.data(), start, offsets, holders);
    words += tile.depth;
    holders += tile.depth;
  }
}

void WeightBlocks::splitTile(TileBlocks &tile) const {
  size_t size = tile.words.size();
  for (auto [cluster, block] : llvm::enumerate(tile.blocks)) {
    block.codes.present.resize(size);
    block.codes.values.resize(size);
    block.occupied.resize(size);
    const uint8_t *holders = tile.holders.data();
    uint8_t *present = block.codes.present.data();
    uint8_t *occupied = block.occupied.data();
    for (size_t p = 0; p < size; ++p) {
      present[p] = holders[p] == cluster;
      occupied[p] = holders[p] < cluster;
    }
    block.context = {size, valueBits, block.occupied};
  }
  // Clusters are as good as random along a tile, so nothing branches on them;
  // what is in none goes where nobody looks.
  std::vector<uint32_t> nowhere(size);
  SmallVector<uint32_t *> ends(maxClusters, nowhere.data());
  for (auto [block, end] : llvm::zip_first(tile.blocks, ends))
    end = block.codes.values.data();
  for (size_t p = 0; p < size; ++p)
    *ends[tile.holders[p]]++ = tile.words[p];
  for (auto [block, end] : llvm::zip_first(tile.blocks, ends))
    block.codes.values.resize(end - block.codes.values.data());
}

void WeightBlocks::forEachTile(
    llvm::function_ref<bool(ArrayRef<Block>)> visit) const {
  TileBlocks tile;
  tile.blocks.resize(clusterCount);
  for (uint64_t t = 0, tiles = tiling.tiles(); t < tiles; ++t) {
    readTile(tiling.tile(t), tile);
    splitTile(tile);
    if (!visit(tile.blocks))
      return;
  }
}

std::vector<WeightBlocks::Measure>
WeightBlocks::measure(CodecLists codecs) const {
  std::vector<Measure> measures(clusterCount);
  for (auto [measure, list] : llvm::zip_equal(measures, codecs))
    measure.bytes.assign(list.size(), 0);
  forEachTile([&](ArrayRef<Block> blocks) {
    for (auto [block, measure, list] :
         llvm::zip_equal(blocks, measures, codecs)) {
      measure.values += block.codes.values.size();
      for (auto [codec, bytes] : llvm::zip_equal(list, measure.bytes)) {
        if (!bytes)
          continue;
        if (codec->supports(block.codes, block.context))
          *bytes += codec->encodedBytes(block.codes, block.context);
        else
          bytes.reset();
      }
    }
    return true;
  });
  return measures;
}

std::optional<unsigned>
WeightBlocks::encode(ArrayRef<const layout::Codec *> codecs,
                     BlockSink sink) const {
  std::optional<unsigned> refused;
  forEachTile([&](ArrayRef<Block> blocks) {
    for (auto [cluster, block, codec] : llvm::enumerate(blocks, codecs)) {
      if (!codec->supports(block.codes, block.context)) {
        refused = cluster;
        return false;
      }
      sink(cluster, codec->encode(block.codes, block.context));
    }
    return true;
  });
  return refused;
}
