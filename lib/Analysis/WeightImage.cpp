// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Analysis/WeightImage.h"
#include "crania/Encoding/SegmentSearch.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <cassert>

using namespace mlir;
using namespace crania;

Result<WeightBlocks> WeightBlocks::create(ir::WeightsOp weights,
                                          const Contraction &contraction,
                                          const encoding::Tiling &tiling,
                                          const target::TargetModel &target) {
  RankedTensorType type = weights.getClusteredType().getTensor();
  WeightBlocks blocks;
  blocks.clusterCount = weights.getClusters();
  blocks.valueBits = type.getElementTypeBitWidth();
  if (blocks.valueBits != 8 && blocks.valueBits != 16 && blocks.valueBits != 32)
    return Error{"encodings have words of 8, 16 or 32 bits, its weights have " +
                 std::to_string(blocks.valueBits)};
  uint64_t read =
      contraction.groups * contraction.outputs * contraction.depth();
  uint64_t elements = type.getNumElements();
  if (read != elements || tiling.elements() != read)
    return Error{"the contraction reads " + std::to_string(read) +
                 " weights, the tensor has " + std::to_string(elements) +
                 " and the tiles have " + std::to_string(tiling.elements())};
  blocks.contraction = contraction;
  blocks.tiling = tiling;
  if (weights.getScheme().isRefining())
    if (Status status = blocks.readRounds(weights); !status)
      return status.error();
  blocks.cutBlocks(target);
  blocks.depthOffsets = contraction.depthOffsets();
  for (auto [i, offset] : llvm::enumerate(blocks.depthOffsets))
    blocks.isDepthConsecutive &=
        offset == blocks.depthOffsets.front() + int64_t(i);
  blocks.splatValues = std::make_shared<SmallVector<char, 0>>();
  blocks.splatAssignment = std::make_shared<SmallVector<char, 0>>();
  blocks.values = weights.getValueBytes(*blocks.splatValues);
  blocks.assignment = weights.getAssignmentBytes(*blocks.splatAssignment);
  if (Status status = blocks.checkAssignment(); !status)
    return status.error();
  return blocks;
}

/// Reads the word that each code has in the early rounds, D_r.
Status WeightBlocks::readRounds(ir::WeightsOp weights) {
  const uint32_t mask = uint32_t(llvm::maskTrailingOnes<uint64_t>(valueBits));
  for (unsigned r = 1; r < clusterCount; ++r) {
    SmallVector<int64_t> wordsOfCodes =
        weights.getScheme().getRefinedWords(weights, r);
    RefinedRound &round = rounds.emplace_back();
    for (int64_t word : wordsOfCodes)
      round.words.push_back(uint32_t(word) & mask);
    std::vector<uint32_t> byCode = round.words;
    llvm::sort(round.words);
    round.words.erase(llvm::unique(round.words), round.words.end());
    if (round.words.size() > encoding::maxConditions)
      return Error{"its scheme has " + std::to_string(round.words.size()) +
                   " distinct words in round " + std::to_string(r) +
                   "; there can be up to " +
                   std::to_string(encoding::maxConditions)};
    for (uint32_t word : byCode)
      round.indexOf.push_back(
          uint8_t(llvm::lower_bound(round.words, word) - round.words.begin()));
  }
  return {};
}

/// Checks that every code has a word in each early round or, if clusters have
/// disjoint supports, that every weight is in a cluster.
Status WeightBlocks::checkAssignment() const {
  if (assignment.empty())
    return {};
  const size_t largest = *llvm::max_element(assignment);
  if (!isRefining() && largest >= clusterCount)
    return Error{"its scheme puts a weight into cluster " +
                 std::to_string(largest + 1) + " of " +
                 std::to_string(clusterCount)};
  for (auto [i, round] : llvm::enumerate(rounds))
    if (largest >= round.indexOf.size())
      return Error{"its scheme has no word for code " +
                   std::to_string(largest) + " in round " +
                   std::to_string(i + 1)};
  return {};
}

/// Cuts the tiles into blocks. A block of several tiles must leave room in the
/// staging FIFO for the blocks of all other clusters at the same tiles, in the
/// largest encoding (a bit per position, and the words), and for a request in
/// progress. The decoder consumes tile by tile what the DMA delivers block by
/// block.
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

/// Gathers the elements `start + offsets[i]` of a tensor, little-endian. The
/// consecutive elements of most layers are much faster.
template <typename Element, typename Word>
static void gatherRow(const void *tensor, int64_t start,
                      ArrayRef<int64_t> offsets, bool areConsecutive,
                      Word *row) {
  assert(!offsets.empty() && "a row has elements");
  const char *bytes = static_cast<const char *>(tensor);
  auto read = [&](int64_t element) {
    return llvm::support::endian::read<Element, llvm::endianness::little>(
        bytes + element * sizeof(Element));
  };
  if (areConsecutive) {
    const int64_t first = start + offsets.front();
    for (size_t i = 0; i < offsets.size(); ++i)
      row[i] = read(first + int64_t(i));
    return;
  }
  for (size_t i = 0; i < offsets.size(); ++i)
    row[i] = read(start + offsets[i]);
}

bool crania::choosesPositions(const encoding::SegmentEncoding &encoding) {
  const StringRef id(encoding.id().data(), encoding.id().size());
  return llvm::is_contained({StringRef("bitmap"), StringRef("bitmap-free"),
                             StringRef("conditional"), StringRef("runs"),
                             StringRef("golomb")},
                            id.split('+').first);
}

WeightBlocks
WeightBlocks::withLast(const encoding::SegmentEncoding &encoding) const {
  WeightBlocks blocks = *this;
  // A refined cluster has a word at every position.
  blocks.omitsZeros = !isRefining() && choosesPositions(encoding);
  return blocks;
}

void WeightBlocks::readTile(const encoding::Tiling::Tile &tile,
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
      gatherRow<uint8_t>(values.data(), start, offsets, isDepthConsecutive,
                         words);
    else if (valueBits == 16)
      gatherRow<uint16_t>(values.data(), start, offsets, isDepthConsecutive,
                          words);
    else
      gatherRow<uint32_t>(values.data(), start, offsets, isDepthConsecutive,
                          words);
    gatherRow<uint8_t>(assignment.data(), start, offsets, isDepthConsecutive,
                       holders);
    words += tile.depth;
    holders += tile.depth;
  }
  if (!omitsZeros)
    return;
  constexpr uint8_t nobody = UINT8_MAX; // behind all clusters
  // Words of 32 bits are floats, whose -0 adds nothing either.
  const uint32_t withoutSign = valueBits == 32 ? INT32_MAX : UINT32_MAX;
  for (auto [word, holder] : llvm::zip_equal(into.words, into.holders))
    if ((word & withoutSign) == 0 && holder + 1u == clusterCount)
      holder = nobody;
}

/// Determines which positions a cluster holds, and which ones earlier clusters
/// hold.
static void compareHolders(Span<const uint8_t> holders, uint8_t cluster,
                           uint8_t *__restrict present,
                           uint8_t *__restrict occupied) {
  const uint8_t *__restrict of = holders.data();
  const size_t size = holders.size();
  for (size_t p = 0; p < size; ++p) {
    present[p] = of[p] == cluster;
    occupied[p] = of[p] < cluster;
  }
}

void WeightBlocks::appendTile(const TileCodes &tile,
                              MutableArrayRef<ClusterBlock> clusters) const {
  const size_t size = tile.words.size(), begin = clusters[0].positions;
  assert(clusters.size() == clusterCount && "one result per cluster");
  assert(tile.holders.size() == size && "one holder per word");
  for (unsigned k = 0; k < clusterCount; ++k) {
    compareHolders(tile.holders, uint8_t(k),
                   clusters[k].codes.present.data() + begin,
                   clusters[k].occupied.data() + begin);
    clusters[k].positions += size;
  }
  // The clusters along a tile are nearly random, so the loop avoids branches.
  const uint32_t *words = tile.words.data();
  for (ClusterBlock &cluster : clusters) {
    const uint8_t *present = cluster.codes.present.data() + begin;
    uint32_t *next = cluster.nextValue;
    for (size_t p = 0; p < size; ++p) {
      *next = words[p];
      next += present[p];
    }
    cluster.nextValue = next;
  }
}

/// Appends all positions of a tile, with the word that the cluster before has
/// at each.
void WeightBlocks::appendRefined(const TileCodes &tile,
                                 MutableArrayRef<ClusterBlock> clusters) const {
  const size_t size = tile.words.size(), begin = clusters[0].positions;
  assert(rounds.size() + 1 == clusterCount &&
         "a round for each cluster but the last");
  assert(tile.holders.size() == size && "one code per word");
  for (unsigned k = 0; k < clusterCount; ++k) {
    ClusterBlock &cluster = clusters[k];
    std::fill_n(cluster.codes.present.data() + begin, size, 1);
    if (k == rounds.size())
      llvm::copy(tile.words, cluster.nextValue);
    else
      for (size_t p = 0; p < size; ++p)
        cluster.nextValue[p] =
            rounds[k].words[rounds[k].indexOf[tile.holders[p]]];
    if (k != 0)
      for (size_t p = 0; p < size; ++p)
        cluster.conditions[begin + p] = rounds[k - 1].indexOf[tile.holders[p]];
    cluster.nextValue += size;
    cluster.positions += size;
  }
}

/// Makes room for all positions of a block, then reads them.
void WeightBlocks::readBlock(size_t block, TileCodes &tile,
                             MutableArrayRef<ClusterBlock> clusters) const {
  size_t positions = 0;
  assert(block < blocks() && "no such block");
  assert(clusters.size() == clusterCount && "one result per cluster");
  for (int64_t t = firstTiles[block]; t < firstTiles[block + 1]; ++t)
    positions += tiling.tile(t).positions();
  for (ClusterBlock &cluster : clusters) {
    cluster.positions = 0;
    cluster.codes.present.resize(positions);
    cluster.occupied.resize(isRefining() ? 0 : positions);
    cluster.conditions.resize(
        isRefining() && &cluster != &clusters[0] ? positions : 0);
    cluster.codes.values.resize(positions + 1);
    cluster.nextValue = cluster.codes.values.data();
  }
  for (int64_t t = firstTiles[block]; t < firstTiles[block + 1]; ++t) {
    readTile(tiling.tile(t), tile);
    if (isRefining())
      appendRefined(tile, clusters);
    else
      appendTile(tile, clusters);
  }
  for (ClusterBlock &cluster : clusters)
    cluster.codes.values.resize(cluster.nextValue -
                                cluster.codes.values.data());
}

Status WeightBlocks::forEachBlock(BlockVisitor visit) const {
  std::vector<ClusterBlock> clusters(clusterCount);
  std::vector<encoding::BlockView> views(clusterCount);
  TileCodes tile;
  for (size_t b = 0; b < blocks(); ++b) {
    readBlock(b, tile, clusters);
    for (auto [cluster, view] : llvm::zip_equal(clusters, views))
      view = {
          &cluster.codes,
          {cluster.positions, valueBits, cluster.occupied, cluster.conditions}};
    // Before the first cluster, no position is occupied.
    views[0].context.occupied = {};
    if (Status status = visit(views); !status)
      return status;
  }
  return {};
}

ClusterBlocks WeightBlocks::read(unsigned cluster) const {
  assert(cluster < clusterCount && "no such cluster");
  ClusterBlocks result;
  Status status = forEachBlock([&](ArrayRef<encoding::BlockView> views) {
    const encoding::BlockView &view = views[cluster];
    result.codes.push_back(*view.codes);
    std::vector<uint8_t> &occupied = result.occupied.emplace_back(
        view.context.occupied.begin(), view.context.occupied.end());
    occupied.resize(isRefining() ? 0 : view.context.positions);
    result.conditions.emplace_back(view.context.conditions.begin(),
                                   view.context.conditions.end());
    result.values += view.codes->values.size();
    return Status();
  });
  assert(status && "the visitor cannot fail");
  (void)status;
  for (auto [codes, occupied, conditions] :
       llvm::zip_equal(result.codes, result.occupied, result.conditions))
    result.views.push_back(
        {&codes, {codes.present.size(), valueBits, occupied, conditions}});
  return result;
}

double WeightBlocks::refinedEntropyBits() const {
  assert(isRefining() && "clusters have conditions");
  // The number of occurrences of each word, by cluster and condition.
  std::vector<std::vector<uint64_t>> counts;
  for (unsigned cluster = 0; cluster < clusterCount; ++cluster) {
    const size_t conditions =
        cluster == 0 ? 1 : rounds[cluster - 1].words.size();
    counts.emplace_back(conditions << valueBits);
  }
  Status status = forEachBlock([&](ArrayRef<encoding::BlockView> views) {
    for (auto [ofCluster, view] : llvm::zip_equal(counts, views)) {
      Span<const uint8_t> conditions = view.context.conditions;
      for (auto [p, word] : llvm::enumerate(view.codes->values)) {
        const size_t condition = conditions.empty() ? 0 : conditions[p];
        ++ofCluster[condition << valueBits | word];
      }
    }
    return Status();
  });
  assert(status && "the visitor cannot fail");
  (void)status;
  double bits = 0;
  for (const std::vector<uint64_t> &ofCluster : counts)
    for (size_t first = 0; first < ofCluster.size();
         first += size_t(1) << valueBits)
      bits += encoding::orderZeroBits(
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
  return encoding::orderZeroBits(counts);
}

namespace {

/// Encodes a cluster into the image. The directory is between the tables and
/// the blocks, so the blocks move when its size is known.
class ClusterEncoder {
public:
  ClusterEncoder(const ClusterCoding &coding,
                 std::shared_ptr<const encoding::SegmentCoder> coder)
      : encoder(*coding.encoding, std::move(coder)), space(coding.space) {}

  Status add(const encoding::BlockView &block) {
    if (space.empty())
      return encoder.skip(block);
    const uint64_t at = encoder.tables().size() + blockBytes;
    Result<std::vector<uint8_t>> bytes = encoder.encode(block);
    if (!bytes)
      return bytes.error();
    blockBytes += bytes->size();
    if (at + bytes->size() <= space.size())
      llvm::copy(*bytes, space.begin() + at);
    return {};
  }

  ClusterSegment finish() {
    const std::vector<uint8_t> &tables = encoder.tables();
    const std::vector<uint8_t> directory = encoder.directory();
    ClusterSegment segment;
    segment.tableBytes = tables.size();
    segment.headBytes = tables.size() + directory.size();
    segment.blockSizes = encoder.blockSizes();
    segment.bytes = encoder.bytes();
    if (segment.bytes != space.size())
      return segment;
    char *blocks = llvm::copy(tables, space.begin());
    std::copy_backward(blocks, blocks + blockBytes, space.end());
    llvm::copy(directory, blocks);
    return segment;
  }

private:
  encoding::SegmentEncoder encoder;
  MutableArrayRef<char> space;
  uint64_t blockBytes = 0;
};

/// Trains the tables of one cluster.
Result<std::shared_ptr<const encoding::SegmentCoder>>
trainCluster(const WeightBlocks &blocks, unsigned cluster,
             const ClusterCoding &coding,
             const encoding::SegmentStatistics &counted) {
  using Coder = std::shared_ptr<const encoding::SegmentCoder>;
  if (coding.encoding->trainsOnCounts()) {
    Result<encoding::TrainedSegment> trained =
        coding.encoding->train(counted, coding.options);
    if (!trained)
      return trained.error();
    return Coder(std::move(trained->coder));
  }
  const ClusterBlocks codes = blocks.read(cluster);
  Result<std::unique_ptr<encoding::SegmentCoder>> trained =
      coding.encoding->train(codes.views, coding.options);
  if (!trained)
    return trained.error();
  return Coder(std::move(*trained));
}

} // namespace

FailureOr<std::vector<ClusterSegment>> crania::encodeClusters(
    const WeightBlocks &weights, ArrayRef<ClusterCoding> codings,
    llvm::function_ref<void(unsigned, const std::string &)> fail) {
  const size_t clusters = codings.size();
  assert(clusters == weights.clusters() && "one coding per cluster");
  assert(llvm::all_of(codings,
                      [](const ClusterCoding &coding) {
                        return coding.encoding != nullptr;
                      }) &&
         "each cluster has an encoding");
  const WeightBlocks blocks = weights.withLast(*codings.back().encoding);
  // Applies a function to each cluster of a block, until one fails.
  auto visit =
      [&](llvm::function_ref<Status(unsigned, const encoding::BlockView &)>
              step) {
        unsigned at = 0;
        Status status =
            blocks.forEachBlock([&](ArrayRef<encoding::BlockView> views) {
              for (at = 0; at < clusters; ++at)
                if (Status result = step(at, views[at]); !result)
                  return result;
              return Status();
            });
        if (!status)
          fail(at, status.error().message);
        return success(bool(status));
      };

  auto isUncounted = [](const ClusterCoding &coding) {
    return coding.encoding->trainsOnCounts() && !coding.statistics;
  };
  std::vector<encoding::SegmentStatistics> counted;
  for (const ClusterCoding &coding : codings)
    counted.emplace_back(coding.encoding->countedParts());
  if (llvm::any_of(codings, isUncounted) &&
      failed(visit([&](unsigned k, const encoding::BlockView &view) {
        return isUncounted(codings[k]) ? counted[k].add(view) : Status();
      })))
    return failure();

  std::vector<ClusterEncoder> encoders;
  for (unsigned k = 0; k < clusters; ++k) {
    auto coder = trainCluster(blocks, k, codings[k],
                              codings[k].statistics ? *codings[k].statistics
                                                    : counted[k]);
    if (!coder) {
      fail(k, coder.error().message);
      return failure();
    }
    counted[k] = encoding::SegmentStatistics();
    encoders.emplace_back(codings[k], std::move(*coder));
  }
  if (failed(visit([&](unsigned k, const encoding::BlockView &view) {
        return encoders[k].add(view);
      })))
    return failure();
  std::vector<ClusterSegment> segments;
  for (ClusterEncoder &encoder : encoders)
    segments.push_back(encoder.finish());
  return segments;
}
