// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Simulator/Program/WeightDecoder.h"
#include "crania/Simulator/Program/MemoryMap.h"
#include "crania/Simulator/Program/WeightStore.h"

#include <algorithm>
#include <cassert>
#include <set>

using namespace crania;
using namespace crania::simulator;

namespace crania::simulator {
/// The positions of a range of tiles, one tile after the other.
struct TileRange {
  TileRange(const encoding::Tiling &tiling, uint32_t begin, uint32_t end)
      : tiling(tiling), begin(begin) {
    for (uint32_t tile = begin; tile < end; ++tile)
      starts.push_back(starts.back() + tiling.tile(tile).positions());
  }
  size_t startOf(uint32_t tile) const {
    assert(tile >= begin && tile - begin < starts.size() &&
           "the tile is outside the range");
    return starts[tile - begin];
  }
  size_t positions() const { return starts.back(); }

  const encoding::Tiling &tiling;
  uint32_t begin;
  std::vector<size_t> starts = {0};
};
} // namespace crania::simulator

/// The state of the weight path while the commands of the rounds go by.
class WeightDecoder::Walk {
public:
  Walk(const ProgramView &program, WeightDecoder &result)
      : program(program), result(result) {}

  Status round(unsigned round);
  Status checkSums() const;

private:
  Status command(const binary::Command &command);
  Status fetch(const binary::Fetch &fetch);
  Status release(const binary::Release &release);
  Status contract(const binary::Contract &contract);
  Result<std::vector<uint8_t>> take(uint32_t block);
  DecodedWeights &matrixOf(uint32_t weights, unsigned clusters);
  Status decode(uint32_t id, Span<const uint8_t> bytes, const TileRange &range,
                std::vector<uint8_t> &known, DecodedWeights &weights);

  const ProgramView &program;
  WeightDecoder &result;
  WeightStore places;
  /// Bytes on chip: copies, so that only what a Fetch moved can be decoded.
  std::map<uint32_t, std::vector<uint8_t>> stored;
  std::multimap<uint32_t, std::vector<uint8_t>> staged;
  std::set<uint32_t> fetchedThisRound;
  using Key = std::pair<uint32_t, unsigned>; // weights, clusters
  std::map<Key, std::vector<bool>> decodedTiles;
  /// Largest magnitude of an input of the integers that use the weights.
  std::map<Key, uint64_t> largestInput;
};

Status WeightDecoder::Walk::round(unsigned round) {
  fetchedThisRound.clear();
  for (uint32_t i = 0; i < program.commands(round).size(); ++i)
    if (Status status = command(*program.commands(round).Get(i)); !status)
      return Error{program.describe(round, i) + ": " + status.error().message};
  if (staged.empty())
    return {};
  const ProgramView::Block &left = program.block(staged.begin()->first);
  return Error{"round " + std::to_string(round + 1) + " ends with " +
               std::to_string(staged.size()) +
               " fetched blocks in the staging FIFO that nothing decoded, the "
               "first of '" +
               program.weights(left.weights).name()->str() + "'"};
}

Status WeightDecoder::Walk::command(const binary::Command &command) {
  if (const binary::Fetch *body = command.body_as_Fetch())
    return fetch(*body);
  if (const binary::Release *body = command.body_as_Release())
    return release(*body);
  if (const binary::Contract *body = command.body_as_Contract())
    return contract(*body);
  return {};
}

Status WeightDecoder::Walk::fetch(const binary::Fetch &fetch) {
  for (uint16_t cluster : *fetch.clusters()) {
    auto blocks = program.blocksOf(fetch.weights(), cluster - 1,
                                   fetch.tile_begin(), fetch.tile_end());
    if (!blocks)
      return blocks.error();
    for (uint32_t id = blocks->begin; id < blocks->end; ++id) {
      Span<const uint8_t> bytes = program.bytesOf(program.block(id));
      if (fetch.residency() == binary::Residency::streamed) {
        staged.emplace(id, std::vector<uint8_t>(bytes.begin(), bytes.end()));
        continue;
      }
      if (Status status = places.insert(program, id); !status)
        return status;
      stored.try_emplace(id, bytes.begin(), bytes.end());
      fetchedThisRound.insert(id);
    }
  }
  return {};
}

Status WeightDecoder::Walk::release(const binary::Release &release) {
  const uint32_t weights = release.weights();
  const unsigned cluster = release.cluster() - 1u;
  places.release(program, weights, cluster);
  for (auto it = stored.begin(); it != stored.end();) {
    const ProgramView::Block &block = program.block(it->first);
    bool drop = block.weights == weights && block.cluster == cluster;
    if (drop)
      fetchedThisRound.erase(it->first);
    it = drop ? stored.erase(it) : std::next(it);
  }
  return {};
}

/// The bytes of a block as they are on chip; staged ones are used up.
Result<std::vector<uint8_t>> WeightDecoder::Walk::take(uint32_t block) {
  if (auto it = staged.find(block); it != staged.end()) {
    std::vector<uint8_t> bytes = std::move(it->second);
    staged.erase(it);
    return bytes;
  }
  if (fetchedThisRound.count(block))
    return stored.find(block)->second;
  const ProgramView::Block &b = program.block(block);
  return Error{"uses tiles [" + std::to_string(b.tileBegin) + ", " +
               std::to_string(b.tileEnd) + ") of cluster " +
               std::to_string(b.cluster + 1) + " of '" +
               program.weights(b.weights).name()->str() +
               "', which were not fetched in this round"};
}

DecodedWeights &WeightDecoder::Walk::matrixOf(uint32_t weights,
                                              unsigned clusters) {
  std::unique_ptr<DecodedWeights> &slot = result.decoded[{weights, clusters}];
  if (!slot) {
    const encoding::Tiling &tiling = program.tiling(weights);
    const binary::ElementType element = program.weights(weights).element();
    slot = std::make_unique<DecodedWeights>();
    slot->element = element;
    slot->matrix = AlignedBytes(tiling.elements() * binary::bytesOf(element));
    decodedTiles[{weights, clusters}].resize(tiling.tiles());
  }
  return *slot;
}

namespace {

/// Scatters the values of a block into the matrix: words of T's width.
template <typename T>
void scatter(const encoding::BlockCodes &codes, const ProgramView::Block &block,
             const encoding::Tiling &tiling, T *matrix) {
  size_t position = 0, value = 0;
  for (uint32_t index = block.tileBegin; index < block.tileEnd; ++index) {
    const encoding::Tiling::Tile tile = tiling.tile(index);
    for (uint64_t i = 0; i < tile.positions(); ++i, ++position)
      if (codes.present[position])
        matrix[tiling.element(tile, i)] = T(codes.values[value++]);
  }
  assert(position == codes.present.size() && value == codes.values.size() &&
         "the codes are of other tiles");
}

void scatter(const encoding::BlockCodes &codes, const ProgramView::Block &block,
             const encoding::Tiling &tiling, DecodedWeights &weights) {
  uint8_t *matrix = weights.matrix.data();
  switch (binary::bytesOf(weights.element)) {
  case 1:
    return scatter(codes, block, tiling, matrix);
  case 2:
    return scatter(codes, block, tiling, reinterpret_cast<uint16_t *>(matrix));
  default:
    return scatter(codes, block, tiling, reinterpret_cast<uint32_t *>(matrix));
  }
}

/// Largest magnitude of a value that a contraction of integers takes.
uint64_t largestOf(binary::ElementType input) {
  switch (input) {
  case binary::ElementType::u8:
    return 255;
  case binary::ElementType::i8:
    return 128;
  default:
    return 32768;
  }
}

/// Bits of the sums that the array has for integer weights.
unsigned sumBits(binary::ElementType weights) {
  return weights == binary::ElementType::i8 ? 32 : 48;
}

/// The largest sum of the magnitudes of an output's weights, and which output
/// has it, over all groups.
struct LargestRow {
  uint64_t row = 0, sum = 0;
};

template <typename T>
LargestRow largestRow(Span<const T> matrix, uint32_t depth) {
  assert(depth > 0 && matrix.size() % depth == 0 && "rows of another length");
  LargestRow largest;
  for (uint64_t row = 0; row < matrix.size() / depth; ++row) {
    uint64_t sum = 0;
    for (T weight : matrix.slice(row * depth, depth))
      sum += uint64_t(weight < 0 ? -int64_t(weight) : int64_t(weight));
    if (sum > largest.sum)
      largest = {row, sum};
  }
  return largest;
}

LargestRow largestRow(const DecodedWeights &weights, uint32_t depth) {
  return weights.element == binary::ElementType::i8
             ? largestRow(weights.as<int8_t>(), depth)
             : largestRow(weights.as<int16_t>(), depth);
}

} // namespace

/// Checks that no sum of integer products overflows, whatever the inputs are.
Status WeightDecoder::Walk::checkSums() const {
  for (const auto &[key, input] : largestInput) {
    const auto [w, clusters] = key;
    const DecodedWeights &weights = *result.find(w, clusters);
    const LargestRow largest = largestRow(weights, program.tiling(w).depth);
    // At most 2^31 weights of 2^15 and an input of 2^15 are less than 2^64.
    const unsigned bits = sumBits(weights.element);
    if (largest.sum * input < uint64_t(1) << (bits - 1))
      continue;
    return Error{"weights '" + program.weights(w).name()->str() +
                 "', clusters 1 to " + std::to_string(clusters) + ": output " +
                 std::to_string(largest.row) + " can sum up to " +
                 std::to_string(largest.sum * input) + ", beyond the " +
                 std::to_string(bits) +
                 " bits of the array's sums; give its weights a larger scale"};
  }
  return {};
}

/// Consumes the blocks of a Contract, tile range by tile range, and decodes
/// those of tiles that no earlier command did: the same bytes give the same
/// weights.
Status WeightDecoder::Walk::contract(const binary::Contract &contract) {
  const uint32_t w = contract.weights();
  const uint32_t begin = contract.tile_begin(), end = contract.tile_end();
  DecodedWeights &weights = matrixOf(w, contract.clusters());
  if (!binary::isFloat(weights.element)) {
    uint64_t &largest = largestInput[{w, contract.clusters()}];
    largest = std::max(
        largest, largestOf(elementOf(program, contract.input()->buffer())));
  }
  std::vector<bool> &done = decodedTiles[{w, contract.clusters()}];
  const bool isKnown = std::find(done.begin() + begin, done.begin() + end,
                                 false) == done.begin() + end;

  TileRange range(program.tiling(w), begin, end);
  std::vector<uint8_t> known(isKnown ? 0 : range.positions());
  for (unsigned cluster = 0; cluster < contract.clusters(); ++cluster) {
    auto blocks = program.blocksOf(w, cluster, begin, end);
    if (!blocks)
      return blocks.error();
    for (uint32_t id = blocks->begin; id < blocks->end; ++id) {
      auto bytes = take(id);
      if (!bytes)
        return bytes.error();
      if (isKnown)
        continue;
      if (Status status = decode(id, *bytes, range, known, weights); !status)
        return status;
    }
  }
  std::fill(done.begin() + begin, done.begin() + end, true);
  return {};
}

/// Decodes a block into the matrix. `known` says of the positions of the range
/// what earlier clusters tell of them: that they hold it or, if they are
/// refined, the index of the word that the last one has there. Afterwards it
/// says so of this cluster, too.
Status WeightDecoder::Walk::decode(uint32_t id, Span<const uint8_t> bytes,
                                   const TileRange &range,
                                   std::vector<uint8_t> &known,
                                   DecodedWeights &weights) {
  const ProgramView::Block &block = program.block(id);
  const size_t start = range.startOf(block.tileBegin);
  const size_t positions = range.startOf(block.tileEnd) - start;
  uint8_t *here = known.data() + start;
  const encoding::BlockContext context =
      program.contextOf(block, {here, positions});
  const encoding::SegmentCoder &coder =
      program.coder(block.weights, block.cluster);
  const Span<const uint8_t> coded =
      bytes.slice(block.headBytes, bytes.size() - block.headBytes);
  Result<encoding::BlockCodes> codes = coder.decode(coded, context);
  Status status = codes ? program.noteKnown(block, *codes, {here, positions})
                        : Status(codes.error());
  if (!status)
    return Error{"block " + std::to_string(block.index) + " of cluster " +
                 std::to_string(block.cluster + 1) + " of '" +
                 program.weights(block.weights).name()->str() +
                 "': " + status.error().message};
  scatter(*codes, block, program.tiling(block.weights), weights);
  result.values[id] = uint32_t(codes->values.size());
  return {};
}

Result<WeightDecoder> WeightDecoder::create(const ProgramView &program) {
  WeightDecoder result(program.blockCount());
  Walk walk(program, result);
  for (unsigned round = 0; round < program.rounds(); ++round)
    if (Status status = walk.round(round); !status)
      return Error{"program '" + program.name() + "', " +
                   status.error().message};
  if (Status status = walk.checkSums(); !status)
    return Error{"program '" + program.name() + "', " + status.error().message};
  return result;
}

const DecodedWeights *WeightDecoder::find(uint32_t weights,
                                          unsigned clusters) const {
  auto it = decoded.find({weights, clusters});
  return it == decoded.end() ? nullptr : it->second.get();
}
