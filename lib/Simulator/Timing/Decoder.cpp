// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Decoder.h"

#include <algorithm>
#include <cassert>

using namespace crania;
using namespace crania::simulator;

/// Double-buffered registers take the next tile once the array has switched to
/// the one before; single ones once the array is done with it.
bool Decoder::mayBegin() const {
  if (progress.started < current)
    return false;
  return board.target.array.weightLoad == target::WeightLoad::doubleBuffered ||
         board.now >= progress.arrayFree;
}

/// Returns the cycles of loading the tables of a cluster, starting with the
/// head of its first block. Returns 0 if they are still there from an earlier
/// pass over the tensor.
uint64_t Decoder::tableCycles(uint32_t weights, unsigned cluster) {
  if (tables.weights != weights)
    tables = {weights, 0};
  if (cluster < tables.clusters)
    return 0;
  tables.clusters = cluster + 1;
  return board.program.coder(weights, cluster).cost().loadCycles();
}

void Decoder::begin() {
  const TileStep &step = steps[current];
  const binary::Contract &contract =
      *board.command(step.command).body_as_Contract();
  const ProgramView &program = board.program;
  const encoding::Tiling &tiling = program.tiling(contract.weights());
  isBegun = true;
  begunAt = board.now;
  byteWait = dmaWait = 0;
  pieces.clear();
  nextPiece = 0;
  // Tables of the clusters are loaded side by side.
  uint64_t loading = 0;
  for (unsigned cluster = 0; cluster < contract.clusters(); ++cluster) {
    const uint32_t id = program.blockOf(contract.weights(), cluster, step.tile);
    const ProgramView::Block &block = program.block(id);
    uint64_t before = 0, own = 0, all = 0; // blocks have tiles
    for (uint32_t t = block.tileBegin; t < block.tileEnd; ++t) {
      const uint64_t positions = tiling.tile(t).positions();
      before += t < step.tile ? positions : 0;
      own += t == step.tile ? positions : 0;
      all += positions;
    }
    auto share = [&](uint64_t amount, uint64_t upTo) {
      return uint64_t((unsigned __int128)amount * upTo /
                      std::max<uint64_t>(all, 1));
    };
    // Tables and directory come before what is shared.
    auto byteOf = [&](uint64_t upTo) {
      return upTo == 0
                 ? 0
                 : block.headBytes + share(block.bytes - block.headBytes, upTo);
    };
    auto shareOf = [&](uint64_t amount) {
      return share(amount, before + own) - share(amount, before);
    };
    const BlockWork &work = board.work.block(id);
    const bool isFirst = block.index == 0 && before == 0;
    const uint64_t loads =
        isFirst ? tableCycles(contract.weights(), cluster) : 0;
    pieces.push_back({id, byteOf(before), byteOf(before + own),
                      shareOf(work.values), work.scansPositions ? own : 0,
                      shareOf(work.femtojoules),
                      loads > loading ? loads - loading : 0});
    loading = std::max(loading, loads);
  }
  if (!pieces.empty())
    consumed = pieces.front().byteBegin;
}

void Decoder::end() {
  const TileStep &step = steps[current];
  const binary::Contract &contract =
      *board.command(step.command).body_as_Contract();
  uint64_t loaded = board.now;
  const auto &array = board.target.array;
  if (array.weightLoad == target::WeightLoad::serial &&
      array.dataflow == target::Dataflow::weightStationary) {
    const uint32_t rows = board.target.array.rows;
    const uint32_t depth =
        board.program.tiling(contract.weights()).tile(step.tile).depth;
    const uint64_t shifts = uint64_t(rows) * ((depth + rows - 1) / rows);
    loaded = std::max(loaded, begunAt + shifts);
  }
  progress.loaded.push_back({loaded, byteWait, dmaWait});
  board.wakeAt(loaded);
  isBegun = false;
  ++current;
}

/// Starts work that ends `cycles` from now.
void Decoder::work(uint64_t cycles) {
  busyUntil = board.now + cycles;
  board.record(Unit::decoder, steps[current].command, board.now, busyUntil);
  board.wakeAt(busyUntil);
}

/// Returns true if bytes have arrived. Notes the time of their arrival if not.
bool Decoder::waitFor(std::optional<Arrival> arrival) {
  if (arrival && arrival->time <= board.now) {
    if (waitingSince) {
      const uint64_t waited = board.now - *waitingSince;
      byteWait += waited;
      dmaWait += std::min(waited, arrival->dmaDelay);
    }
    waitingSince.reset();
    return true;
  }
  if (!waitingSince)
    waitingSince = board.now;
  return false;
}

uint64_t Decoder::cyclesUpTo(const Piece &piece, uint64_t byte) const {
  const ProgramView::Block &block = board.program.block(piece.block);
  const uint64_t bytes = block.bytes - block.headBytes;
  const uint64_t cycles = board.work.block(piece.block).cycles;
  // Tables are made when the directory behind them is there.
  if (byte == 0 || byte < block.headBytes)
    return 0;
  if (bytes == 0)
    return piece.loadCycles;
  return piece.loadCycles +
         uint64_t((unsigned __int128)cycles * (byte - block.headBytes) / bytes);
}

/// A piece from the store, or of no bytes, is decoded in one go.
bool Decoder::decodeStored(const Piece &piece) {
  if (piece.byteBegin != piece.byteEnd &&
      !waitFor(buffers.storeArrival(piece.block)))
    return false;
  board.countsOf(steps[current].command).storeReadBytes +=
      piece.byteEnd - piece.byteBegin;
  work(cyclesUpTo(piece, piece.byteEnd) - cyclesUpTo(piece, piece.byteBegin));
  consumed = piece.byteEnd;
  return true;
}

/// A piece in the staging FIFO is decoded as its bytes arrive.
bool Decoder::decodeStaged(const Piece &piece) {
  std::deque<WeightBuffers::Chunk> &chunks = buffers.staged(piece.block);
  if (!waitFor(chunks.empty() ? std::nullopt
                              : std::optional(chunks.front().arrival)))
    return false;
  WeightBuffers::Chunk &chunk = chunks.front();
  assert(consumed < piece.byteEnd && chunk.bytes > 0 && "there is no work");
  bytesInWork = std::min(chunk.bytes, piece.byteEnd - consumed);
  work(cyclesUpTo(piece, consumed + bytesInWork) - cyclesUpTo(piece, consumed));
  consumed += bytesInWork;
  chunk.bytes -= bytesInWork;
  if (chunk.bytes == 0)
    chunks.pop_front();
  return true;
}

/// One step of the tile at hand; false if it has to wait.
bool Decoder::decodeSome() {
  const Piece &piece = pieces[nextPiece];
  const ProgramView::Block &block = board.program.block(piece.block);
  const bool stored = piece.byteBegin == piece.byteEnd ||
                      board.program.isRetained(block.weights, block.cluster);
  if (!(stored ? decodeStored(piece) : decodeStaged(piece)))
    return false;
  if (consumed < piece.byteEnd)
    return true;
  Counts &counts = board.countsOf(steps[current].command);
  const auto precision = size_t(board.program.precisionOf(block.weights));
  counts.decodedValues[precision] += piece.values;
  counts.scannedPositions += piece.scannedPositions;
  counts.decoderFemtojoules += piece.femtojoules;
  ++nextPiece;
  if (nextPiece < pieces.size())
    consumed = pieces[nextPiece].byteBegin;
  return true;
}

bool Decoder::step() {
  bool progressed = false;
  while (current < steps.size() && board.now >= busyUntil) {
    if (bytesInWork != 0) {
      buffers.release(bytesInWork);
      bytesInWork = 0;
      progressed = true;
    }
    if (!isBegun) {
      if (!mayBegin())
        return progressed;
      begin();
      progressed = true;
    }
    if (nextPiece == pieces.size())
      end();
    else if (!decodeSome())
      return progressed;
    progressed = true;
  }
  return progressed;
}

std::optional<std::string> Decoder::blockedOn() const {
  if (current == steps.size())
    return std::nullopt;
  if (!isBegun)
    return describeHead(steps[current].command,
                        "the array to take the tile before");
  const ProgramView::Block &block =
      board.program.block(pieces[nextPiece].block);
  return describeHead(
      steps[current].command,
      "the bytes of tile " + std::to_string(steps[current].tile) +
          ", cluster " + std::to_string(block.cluster + 1) + " of '" +
          board.program.weights(block.weights).name()->str() + "'");
}
