// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ArrayTiming.h"

#include <algorithm>
#include <cassert>

using namespace crania;
using namespace crania::simulator;

/// Work of the array for one tile.
struct simulator::TileWork {
  encoding::Tiling::Tile tile;
  uint64_t pixels;      ///< output pixels
  uint32_t present;     ///< weights
  uint32_t fullest;     ///< present weights of the fullest PE or output
  bool isFirst, isLast; ///< tile of its block of outputs
  bool addsToOutput;
  target::TargetModel::Array array;

  bool isOutputStationary() const {
    return array.dataflow == target::Dataflow::outputStationary;
  }
  /// Returns the number of passes of the tile through the array: one for each
  /// pixel, or where outputs are stationary, one for as many pixels as there
  /// are rows.
  uint64_t passes() const {
    return isOutputStationary() ? (pixels + array.rows - 1) / array.rows
                                : pixels;
  }
  /// Returns true if partial sums wait in the PEs for the next tile of their
  /// outputs.
  bool keepsSums() const { return isOutputStationary() && passes() == 1; }

  /// Returns true if the array skips the tile: it has no weights, and need not
  /// write the zeros of its block of outputs.
  bool isSkipped() const { return present == 0 && !(isFirst && !addsToOutput); }
  uint64_t streamCycles() const {
    return isSkipped() ? 0 : passes() * std::max<uint64_t>(fullest, 1);
  }
  /// From the last product to the last result: through all rows and columns,
  /// and where outputs are stationary, down the rows out of the array.
  uint64_t drainCycles() const {
    const uint64_t skew = uint64_t(array.rows) + array.cols - 2;
    return isOutputStationary() ? skew + array.rows : skew;
  }
  /// Until the next tile may begin, if it cannot follow behind: a serial array
  /// drains once a tile, or once a pass where it holds the outputs.
  uint64_t serialCycles() const {
    if (isSkipped())
      return 0;
    return streamCycles() +
           (isOutputStationary() ? passes() : 1) * drainCycles();
  }
};

namespace {

/// Returns the work of a step for all its inputs, which pass one after another.
TileWork workOf(const Scoreboard &board, const TileStep &step) {
  const binary::Contract &contract =
      *board.command(step.command).body_as_Contract();
  const uint32_t tile = step.tile;
  const encoding::Tiling &tiling = board.program.tiling(contract.weights());
  const TileCounts &counts =
      board.work.tiles(contract.weights(), contract.clusters())[tile];
  const uint32_t depthBlock = tile % tiling.depthBlocks();
  const target::TargetModel::Array &array = board.target.array;
  return {tiling.tile(tile),
          uint64_t(contract.output()->height()) * contract.output()->width() *
              board.step(step.command).inputs,
          counts.present,
          array.dataflow == target::Dataflow::outputStationary
              ? counts.fullestOutput
              : counts.fullest,
          depthBlock == 0,
          depthBlock + 1 == tiling.depthBlocks(),
          contract.accumulate(),
          array};
}

/// Bytes that a tile moves within PEs and between neighbors. Every product
/// reads its weight and adds to its PE's sum; every input passes every column.
/// Weight-stationary, a pixel's sums go down the rows that hold weights of
/// theirs; output-stationary, each weight goes down the rows of a pass, and
/// sums leave the array when they are complete or have to make room.
void accountMoves(const TileWork &work, uint64_t wordBytes, uint64_t sumBytes,
                  Counts &counts) {
  const uint64_t products = work.pixels * work.present;
  const uint64_t sums = work.pixels * work.tile.outputs;
  counts.neighbourBytes += work.pixels * work.tile.positions() * wordBytes;
  counts.registerBytes += products * sumBytes;
  if (!work.isOutputStationary()) {
    counts.registerBytes += products * wordBytes;
    counts.neighbourBytes +=
        sums * std::min(work.array.rows, work.tile.depth) * sumBytes;
    return;
  }
  counts.registerBytes += work.passes() * work.present * wordBytes;
  counts.neighbourBytes += products * wordBytes;
  if (work.isLast || !work.keepsSums())
    counts.neighbourBytes += sums * sumBytes;
}

} // namespace

Stall Array::causeOf(int64_t token) const {
  if (!board.isCommand(uint32_t(token)))
    return Stall::activations;
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
void Array::accountStalls(const Scoreboard::Tokens &tokens,
                          const TileProgress::Loaded &loaded) {
  Counts &counts = board.countsOf(steps[progress.started].command);
  auto add = [&](Stall stall, uint64_t cycles) {
    counts.stalls[size_t(stall)] += cycles;
  };
  uint64_t since = progress.arrayFree;
  if (tokens.last >= 0 && tokens.time > since) {
    add(causeOf(tokens.last), tokens.time - since);
    since = tokens.time;
  }
  assert(since <= board.now && "the array waited for what is ahead");
  const uint64_t forBytes = std::min(loaded.byteWait, board.now - since);
  const uint64_t forDma = std::min(loaded.dmaWait, forBytes);
  add(Stall::dma, forDma);
  add(Stall::dram, forBytes - forDma);
  add(Stall::decoder, board.now - since - forBytes);
}

/// Events of a tile: every pixel passes its inputs through the array; partial
/// sums are kept in the global buffer, or in the PEs where they fit.
void Array::accountTile(const binary::Contract &contract,
                        const TileWork &work) {
  Counts &counts = board.countsOf(steps[progress.started].command);
  const auto type = board.program.precisionOf(contract.weights());
  const auto precision = size_t(type);
  counts.macs[precision] += work.pixels * work.present;
  counts.macsSkipped[precision] +=
      work.pixels * (work.tile.positions() - work.present);
  const uint64_t sums = work.pixels * work.tile.outputs *
                        board.elementBytes(contract.output()->buffer());
  if (work.keepsSums() ? work.isLast : !work.isSkipped())
    counts.globalBufferWriteBytes += sums;
  if (work.keepsSums() && work.isFirst && work.addsToOutput)
    counts.globalBufferReadBytes += sums;
  if (work.isSkipped())
    return;
  accountMoves(work, target::bytesOf(type), target::accumulatorBytesOf(type),
               counts);
  counts.globalBufferReadBytes +=
      work.pixels * work.tile.depth *
      board.elementBytes(contract.input()->buffer());
  if (!work.keepsSums() && (!work.isFirst || work.addsToOutput))
    counts.globalBufferReadBytes += sums;
}

void Array::compute() {
  const TileStep &step = steps[progress.started];
  const binary::Contract &contract =
      *board.command(step.command).body_as_Contract();
  const TileWork work = workOf(board, step);
  const auto &array = board.target.array;
  // With double-buffered weights the next tile follows directly behind, so that
  // draining delays results only.
  const bool drainOverlaps =
      array.weightLoad == target::WeightLoad::doubleBuffered;
  Counts &counts = board.countsOf(step.command);
  auto touched = [&] {
    return counts.globalBufferReadBytes + counts.globalBufferWriteBytes;
  };
  const uint64_t touchedBefore = touched();
  accountTile(contract, work);
  const uint64_t streamed =
      port.finish(BufferPort::array, board.now, work.streamCycles(),
                  touched() - touchedBefore);
  assert(streamed >= board.now + work.streamCycles() &&
         "the array is faster than its work");
  const uint64_t waited = streamed - board.now - work.streamCycles();
  const uint64_t drained = drainOverlaps
                               ? streamed + work.drainCycles()
                               : board.now + waited + work.serialCycles();
  progress.arrayFree = drainOverlaps ? streamed : drained;
  counts.stalls[size_t(Stall::globalBuffer)] += waited;
  board.record(Unit::array, step.command, board.now,
               progress.arrayFree - waited);
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
    accountStalls(*tokens, loaded);
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
