// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Analysis/WeightImage.h"
#include "crania/Layout/SegmentSearch.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>

using namespace mlir;
using namespace crania;

FailureOr<WeightBlocks> WeightBlocks::create(ir::WeightsOp weights,
                                             const Contraction &contraction,
                                             const layout::Tiling &tiling,
                                             const target::TargetModel &target,
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
  if (weights.getScheme().isRefining())
    blocks.readRounds(weights);
  blocks.cutBlocks(target);
  blocks.depthOffsets = contraction.depthOffsets();
  blocks.splatValues = std::make_shared<SmallVector<char, 0>>();
  blocks.splatAssignment = std::make_shared<SmallVector<char, 0>>();
  blocks.values = weights.getValueBytes(*blocks.splatValues);
  blocks.assignment = weights.getAssignmentBytes(*blocks.splatAssignment);
  return blocks;
}

/// What D_r is in the early rounds, by code.
void WeightBlocks::readRounds(ir::WeightsOp weights) {
  auto scheme = cast<ir::ResidualAttr>(weights.getScheme());
  const uint32_t mask = uint32_t(llvm::maskTrailingOnes<uint64_t>(valueBits));
  for (unsigned r = 1; r < clusterCount; ++r) {
    SmallVector<int64_t> wordsOfCodes = scheme.wordsOf(r);
    RefinedRound &round = rounds.emplace_back();
    for (int64_t word : wordsOfCodes)
      round.words.push_back(uint32_t(word) & mask);
    std::vector<uint32_t> byCode = round.words;
    llvm::sort(round.words);
    round.words.erase(llvm::unique(round.words), round.words.end());
    for (uint32_t word : byCode)
      round.indexOf.push_back(
          uint8_t(llvm::lower_bound(round.words, word) - round.words.begin()));
  }
}

/// A block of several tiles must leave room in the staging FIFO for those of
/// all other clusters at the same tiles, in the largest layout (a bit per
/// position and the words), and for a request on its way: the decoder takes
/// tile by tile what the DMA brings block by block.
void WeightBlocks::cutBlocks(const target::TargetModel &target) {
  const uint64_t fifo = target.stagingFifo.bytes - target.dma.requestBytes;
  const uint64_t wordsOfPosition = isRefining() ? clusterCount : 1;
  const uint64_t most = std::min<uint64_t>(
      blockPositions, 8 * fifo / (wordsOfPosition * valueBits + clusterCount));
  firstTiles = {0};
  uint64_t positions = 0;
  const uint64_t tiles = tiling.tiles();
  for (uint64_t t = 0; t < tiles; ++t) {
    const uint64_t more = tiling.tile(t).positions();
    if (positions > 0 && positions + more > most) {
      firstTiles.push_back(int64_t(t));
      positions = 0;
    }
    positions += more;
  }
  firstTiles.push_back(int64_t(tiles));
}

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
                            TileCodes &into) const {
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

void WeightBlocks::appendTile(const TileCodes &tile, unsigned cluster,
                              layout::BlockCodes &codes,
                              std::vector<uint8_t> &occupied) const {
  const size_t size = tile.words.size(), begin = codes.present.size();
  codes.present.resize(begin + size);
  occupied.resize(begin + size);
  const size_t values = codes.values.size();
  codes.values.resize(values + size);
  uint8_t *present = codes.present.data() + begin;
  uint8_t *held = occupied.data() + begin;
  uint32_t *next = codes.values.data() + values;
  // Clusters are as good as random along a tile, so nothing branches on them.
  for (size_t p = 0; p < size; ++p) {
    const bool isHere = tile.holders[p] == cluster;
    present[p] = isHere;
    held[p] = tile.holders[p] < cluster;
    *next = tile.words[p];
    next += isHere;
  }
  codes.values.resize(next - codes.values.data());
}

/// All positions of a tile, with what the cluster before has there.
void WeightBlocks::appendRefined(const TileCodes &tile, unsigned cluster,
                                 layout::BlockCodes &codes,
                                 std::vector<uint8_t> &conditions) const {
  const size_t size = tile.words.size();
  codes.present.insert(codes.present.end(), size, 1);
  if (cluster == rounds.size())
    codes.values.insert(codes.values.end(), tile.words.begin(),
                        tile.words.end());
  else
    for (uint8_t code : tile.holders)
      codes.values.push_back(
          rounds[cluster].words[rounds[cluster].indexOf[code]]);
  if (cluster != 0)
    for (uint8_t code : tile.holders)
      conditions.push_back(rounds[cluster - 1].indexOf[code]);
}

ClusterBlocks WeightBlocks::read(unsigned cluster, size_t step) const {
  ClusterBlocks result;
  TileCodes tile;
  for (size_t b = 0; b < blocks(); b += step) {
    layout::BlockCodes &codes = result.codes.emplace_back();
    std::vector<uint8_t> &occupied = result.occupied.emplace_back();
    std::vector<uint8_t> &conditions = result.conditions.emplace_back();
    for (int64_t t = firstTiles[b]; t < firstTiles[b + 1]; ++t) {
      readTile(tiling.tile(t), tile);
      if (isRefining())
        appendRefined(tile, cluster, codes, conditions);
      else
        appendTile(tile, cluster, codes, occupied);
    }
    // Room was made for all positions.
    codes.values.shrink_to_fit();
    result.values += codes.values.size();
  }
  for (auto [codes, occupied, conditions] :
       llvm::zip_equal(result.codes, result.occupied, result.conditions))
    result.views.push_back(
        {&codes, {codes.present.size(), valueBits, occupied, conditions}});
  return result;
}

double WeightBlocks::refinedEntropyBits() const {
  // By cluster and condition, how often each word occurs.
  std::vector<std::vector<uint64_t>> counts;
  for (unsigned cluster = 0; cluster < clusterCount; ++cluster) {
    const size_t conditions =
        cluster == 0 ? 1 : rounds[cluster - 1].words.size();
    counts.emplace_back(conditions << valueBits);
  }
  TileCodes tile;
  for (uint64_t t = 0, tiles = tiling.tiles(); t < tiles; ++t) {
    readTile(tiling.tile(t), tile);
    for (unsigned cluster = 0; cluster < clusterCount; ++cluster) {
      layout::BlockCodes codes;
      std::vector<uint8_t> conditions;
      appendRefined(tile, cluster, codes, conditions);
      conditions.resize(codes.values.size());
      for (auto [word, condition] : llvm::zip_equal(codes.values, conditions))
        ++counts[cluster][size_t(condition) << valueBits | word];
    }
  }
  double bits = 0;
  for (const std::vector<uint64_t> &ofCluster : counts)
    for (size_t first = 0; first < ofCluster.size();
         first += size_t(1) << valueBits)
      bits += layout::orderZeroBits(
          Span<const uint64_t>(ofCluster).slice(first, size_t(1) << valueBits));
  return bits;
}

std::optional<double> WeightBlocks::entropyBits() const {
  constexpr unsigned widestWord = 16;
  if (valueBits > widestWord)
    return std::nullopt;
  if (isRefining())
    return refinedEntropyBits();
  std::vector<uint64_t> counts(size_t(clusterCount) << valueBits);
  TileCodes tile;
  for (uint64_t t = 0, tiles = tiling.tiles(); t < tiles; ++t) {
    readTile(tiling.tile(t), tile);
    for (auto [word, holder] : llvm::zip_equal(tile.words, tile.holders))
      ++counts[size_t(holder) << valueBits | word];
  }
  return layout::orderZeroBits(counts);
}
