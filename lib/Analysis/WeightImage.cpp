// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Analysis/WeightImage.h"
#include "llvm/Support/Endian.h"

#include <algorithm>

using namespace mlir;
using namespace crania;

/// The bit pattern of the weight at `index`.
static uint32_t readWord(ArrayRef<char> bytes, size_t index,
                         unsigned valueBits) {
  const char *at = bytes.data() + index * (valueBits / 8);
  switch (valueBits) {
  case 8:
    return uint8_t(*at);
  case 16:
    return llvm::support::endian::read16le(at);
  default:
    return llvm::support::endian::read32le(at);
  }
}

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
  SmallVector<int64_t> tensorIndex = contraction.matrixToTensor();
  if (tensorIndex.size() != size_t(type.getNumElements()) ||
      tiling.elements() != tensorIndex.size()) {
    why = "the contraction reads " + std::to_string(tensorIndex.size()) +
          " weights, the tensor has " + std::to_string(type.getNumElements()) +
          " and the tiles have " + std::to_string(tiling.elements());
    return failure();
  }

  SmallVector<char> valueStorage, assignmentStorage;
  ArrayRef<char> values = weights.getValueBytes(valueStorage);
  ArrayRef<uint8_t> clusterOf = weights.getAssignmentBytes(assignmentStorage);
  blocks.words.reserve(tensorIndex.size());
  blocks.assignment.reserve(tensorIndex.size());
  blocks.tileStarts.reserve(tiling.tiles() + 1);
  for (uint64_t t = 0, tiles = tiling.tiles(); t < tiles; ++t) {
    blocks.tileStarts.push_back(blocks.words.size());
    layout::Tiling::Tile tile = tiling.tile(t);
    for (uint64_t p = 0, end = tile.positions(); p < end; ++p) {
      size_t index = tensorIndex[tiling.element(tile, p)];
      blocks.words.push_back(readWord(values, index, blocks.valueBits));
      blocks.assignment.push_back(clusterOf[index]);
    }
  }
  blocks.tileStarts.push_back(blocks.words.size());
  return blocks;
}

uint64_t WeightBlocks::countOf(unsigned cluster) const {
  return std::count(assignment.begin(), assignment.end(), cluster);
}

void WeightBlocks::readBlock(unsigned cluster, uint64_t tile,
                             Block &block) const {
  uint64_t start = tileStarts[tile], size = tileStarts[tile + 1] - start;
  block.codes.present.resize(size);
  block.codes.values.clear();
  block.occupied.resize(size);
  for (uint64_t p = 0; p < size; ++p) {
    uint8_t holder = assignment[start + p];
    block.occupied[p] = holder < cluster;
    block.codes.present[p] = holder == cluster;
    if (holder == cluster)
      block.codes.values.push_back(words[start + p]);
  }
  block.context = {size_t(size), valueBits, block.occupied};
}

bool WeightBlocks::forEachBlock(
    unsigned cluster, llvm::function_ref<bool(const Block &)> visit) const {
  Block block;
  for (size_t tile = 0; tile + 1 < tileStarts.size(); ++tile) {
    readBlock(cluster, tile, block);
    if (!visit(block))
      return false;
  }
  return true;
}

bool WeightBlocks::supports(unsigned cluster,
                            const layout::Codec &codec) const {
  return forEachBlock(cluster, [&](const Block &block) {
    return codec.supports(block.codes, block.context);
  });
}

uint64_t WeightBlocks::clusterBytes(unsigned cluster,
                                    const layout::Codec &codec) const {
  uint64_t bytes = 0;
  forEachBlock(cluster, [&](const Block &block) {
    bytes += codec.encodedBytes(block.codes, block.context);
    return true;
  });
  return bytes;
}

EncodedCluster WeightBlocks::encodeCluster(unsigned cluster,
                                           const layout::Codec &codec) const {
  EncodedCluster encoded;
  forEachBlock(cluster, [&](const Block &block) {
    encoded.blockOffsets.push_back(encoded.bytes.size());
    std::vector<uint8_t> bytes = codec.encode(block.codes, block.context);
    encoded.bytes.insert(encoded.bytes.end(), bytes.begin(), bytes.end());
    return true;
  });
  encoded.blockOffsets.push_back(encoded.bytes.size());
  return encoded;
}
