// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ArrayTiming.h"

#include <algorithm>

using namespace crania;
using namespace crania::simulator;

namespace {

/// What the array does for one tile.
struct TileWork {
  layout::Tiling::Tile tile;
  uint64_t pixels;      ///< of the output
  uint32_t present;     ///< weights
  uint32_t fullest;     ///< weights of the fullest PE
  bool isFirst, isLast; ///< of its block of outputs
  bool addsToOutput;

  /// A tile without weights is passed over, unless it has to write the zeros of
  /// its block of outputs.
  bool isSkipped() const { return present == 0 && !(isFirst && !addsToOutput); }
  uint64_t streamCycles() const {
    return isSkipped() ? 0 : pixels * std::max<uint64_t>(fullest, 1);
  }
};

TileWork workOf(const Scoreboard &board, const binary::Contract &contract,
                uint32_t tile) {
  const layout::Tiling &tiling = board.program.tiling(contract.weights());
  const DecodedWeights &weights =
      *board.weights.find(contract.weights(), contract.clusters());
  const uint32_t depthBlock = tile % tiling.depthBlocks();
  return {tiling.tile(tile),
          uint64_t(contract.output()->height()) * contract.output()->width(),
          weights.present[tile],
          weights.fullest[tile],
          depthBlock == 0,
          depthBlock + 1 == tiling.depthBlocks(),
          contract.accumulate()};
}

} // namespace

Stall Array::causeOf(int64_t token) const {
  switch (board.command(uint32_t(token)).body_type()) {
  case binary::CommandBody::Vector:
    return Stall::vector;
  case binary::CommandBody::Contract:
    return Stall::drain;
  case binary::CommandBody::Fetch:
    return Stall::dram;
  default:
    return Stall::activations;
  }
}

/// The array was free from progress.arrayFree on: first it waited for tokens,
/// then for weights, be it for their bytes or for the decoder.
void Array::accountStalls(const Scoreboard::Tokens &tokens, uint64_t dramWait) {
  Counts &counts = board.countsOf(steps[progress.started].command);
  auto add = [&](Stall stall, uint64_t cycles) {
    counts.stalls[size_t(stall)] += cycles;
  };
  uint64_t since = progress.arrayFree;
  if (tokens.last >= 0 && tokens.time > since) {
    add(causeOf(tokens.last), tokens.time - since);
    since = tokens.time;
  }
  const uint64_t forBytes = std::min(dramWait, board.now - since);
  add(Stall::dram, forBytes);
  add(Stall::decoder, board.now - since - forBytes);
}

/// Events of a tile: every pixel passes its inputs through the array; partial
/// sums are kept in the global buffer.
void Array::accountTile(const binary::Contract &contract, uint32_t tile) {
  const TileWork work = workOf(board, contract, tile);
  Counts &counts = board.countsOf(steps[progress.started].command);
  const auto precision = size_t(board.program.precisionOf(contract.weights()));
  counts.macs[precision] += work.pixels * work.present;
  counts.macsSkipped[precision] +=
      work.pixels * (work.tile.positions() - work.present);
  if (work.isSkipped())
    return;
  const uint64_t sums = work.pixels * work.tile.outputs *
                        board.elementBytes(contract.output()->buffer());
  counts.globalBufferReadBytes +=
      work.pixels * work.tile.depth *
      board.elementBytes(contract.input()->buffer());
  if (!work.isFirst || work.addsToOutput)
    counts.globalBufferReadBytes += sums;
  counts.globalBufferWriteBytes += sums;
}

void Array::compute() {
  const TileStep &step = steps[progress.started];
  const binary::Contract &contract =
      *board.command(step.command).body_as_Contract();
  const TileWork work = workOf(board, contract, step.tile);
  const auto &array = board.target.array;
  // With double-buffered weights the next tile follows directly behind, so that
  // draining delays results only.
  const bool drainOverlaps =
      array.weightLoad == target::WeightLoad::doubleBuffered;
  const bool nothingToDrain = work.isSkipped() && !drainOverlaps;
  const uint64_t drain =
      nothingToDrain ? 0 : uint64_t(array.rows) + array.cols - 2;
  const uint64_t streamed = board.now + work.streamCycles();
  const uint64_t drained = streamed + drain;
  accountTile(contract, step.tile);
  progress.arrayFree = drainOverlaps ? streamed : drained;
  board.record(Unit::array, step.command, board.now, progress.arrayFree);
  board.wakeAt(progress.arrayFree);
  board.wakeAt(drained);
  if (work.isLast)
    blocks.add(step.command, drained);
  if (step.tile + 1 == contract.tile_end())
    board.finish(step.command, drained);
  ++progress.started;
}

bool Array::step() {
  bool progressed = false;
  while (progress.started < progress.loaded.size() &&
         board.now >= progress.arrayFree) {
    const TileProgress::Loaded &loaded = progress.loaded[progress.started];
    const auto tokens = board.tokensOf(steps[progress.started].command);
    if (loaded.time > board.now || !tokens || tokens->time > board.now)
      return progressed;
    accountStalls(*tokens, loaded.dramWait);
    compute();
    progressed = true;
  }
  return progressed;
}

std::optional<std::string> Array::blockedOn() const {
  if (progress.started == steps.size())
    return std::nullopt;
  const uint32_t command = steps[progress.started].command;
  return describeHead(command, progress.started < progress.loaded.size()
                                   ? "its tokens"
                                   : "weights from the decoder");
}
