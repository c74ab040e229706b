// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "WeightPath.h"

#include <algorithm>

using namespace crania;
using namespace crania::simulator;

std::optional<uint64_t> WeightBuffers::storeArrival(uint32_t block) const {
  if (auto it = arrivals.find(block); it != arrivals.end())
    return it->second;
  if (store.holds(program, block))
    return 0; // since an earlier round
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// WeightDma
//===----------------------------------------------------------------------===//

WeightDma::WeightDma(Scoreboard &board, Dram &dram, WeightBuffers &buffers)
    : UnitModel(board), dram(dram), buffers(buffers) {
  for (uint32_t i = 0; i < board.commandCount(); ++i)
    if (board.command(i).body_as_Fetch() || board.command(i).body_as_Release())
      queue.push_back(i);
}

/// Whether a block has to be read; takes its place in the store if so.
bool WeightDma::isWanted(uint32_t command, uint32_t block) {
  const uint64_t bytes = board.program.block(block).bytes;
  if (!toStore)
    return bytes != 0;
  if (buffers.store.holds(board.program, block)) {
    board.countsOf(command).storeHitBytes += bytes;
    return false;
  }
  Status status = buffers.store.insert(board.program, block);
  if (!status)
    board.fail(command, status.error().message);
  return bool(status);
}

/// Whether a block lies right behind the last request, in the same segment and
/// in the same aligned window, so that one request reads both.
bool WeightDma::continuesRequest(const ProgramView::Block &block) const {
  if (requests.empty())
    return false;
  const Request &last = requests.back();
  const ProgramView::Block &previous = board.program.block(parts.back().block);
  return last.address + last.bytes == block.address &&
         block.address % board.target.dma.requestBytes != 0 &&
         previous.weights == block.weights && previous.cluster == block.cluster;
}

void WeightDma::planBlock(uint32_t id) {
  const ProgramView::Block &block = board.program.block(id);
  const uint64_t requestBytes = board.target.dma.requestBytes;
  for (uint64_t done = 0; done < block.bytes;) {
    const uint64_t address = block.address + done;
    const uint64_t bytes =
        std::min(block.bytes - done, requestBytes - address % requestBytes);
    if (done != 0 || !continuesRequest(block))
      requests.push_back({address, 0, parts.size(), parts.size()});
    parts.push_back({id, bytes});
    requests.back().bytes += bytes;
    requests.back().partEnd = parts.size();
    done += bytes;
  }
}

/// Blocks come tile by tile, cluster by cluster.
void WeightDma::begin(uint32_t command) {
  const binary::Fetch &fetch = *board.command(command).body_as_Fetch();
  const ProgramView &program = board.program;
  toStore = fetch.residency() == binary::Residency::retained;
  parts.clear();
  requests.clear();
  nextRequest = 0;
  lastArrival = board.now;

  std::vector<uint32_t> blocks;
  for (uint16_t cluster : *fetch.clusters()) {
    auto range = program.blocksOf(fetch.weights(), cluster - 1,
                                  fetch.tile_begin(), fetch.tile_end());
    if (!range)
      return board.fail(command, range.error().message);
    for (uint32_t id = range->begin; id < range->end; ++id)
      blocks.push_back(id);
  }
  std::sort(blocks.begin(), blocks.end(), [&](uint32_t a, uint32_t b) {
    auto key = [&](uint32_t id) {
      return std::make_pair(program.block(id).tileBegin, id);
    };
    return key(a) < key(b);
  });
  for (uint32_t id : blocks)
    if (isWanted(command, id))
      planBlock(id);
}

void WeightDma::release(uint32_t command) {
  const binary::Release &release = *board.command(command).body_as_Release();
  buffers.store.release(board.program, release.weights(),
                        release.cluster() - 1u);
  board.finish(command, board.now);
}

void WeightDma::deliver(const Part &part, uint64_t arrival) {
  if (toStore) // parts of a block come in order: the last one completes it
    buffers.setStoreArrival(part.block, arrival);
  else
    buffers.staged(part.block).push_back({arrival, part.bytes});
}

void WeightDma::issue(uint32_t command, const Request &request) {
  if (!toStore)
    buffers.reserve(request.bytes);
  const Dram::Service service =
      dram.request(board.now, request.address, request.bytes);
  for (size_t i = request.partBegin; i < request.partEnd; ++i)
    deliver(parts[i], service.arrived);
  board.wakeAt(service.arrived);
  nextIssue = std::max(board.now + 1, service.begin);
  lastArrival = service.arrived;

  const uint32_t cluster =
      board.program.block(parts[request.partBegin].block).cluster;
  Counts &counts = board.countsOf(command);
  counts.weightBytes.resize(
      std::max<size_t>(counts.weightBytes.size(), cluster + 1));
  counts.weightBytes[cluster] += request.bytes;
  counts.burstBytes += service.movedBytes;
  (toStore ? counts.storeWriteBytes : counts.fifoBytes) += request.bytes;
  counts.busy[size_t(Unit::dram)] += service.busyCycles;
  board.trace(Unit::dram, command, service.begin, service.transferred);
  board.record(Unit::weightDma, command, board.now, nextIssue);
}

bool WeightDma::step() {
  bool progressed = false;
  for (; head < queue.size(); ++head) {
    const uint32_t command = queue[head];
    if (!isBegun) {
      if (!board.areTokensDone(command) || board.failure())
        return progressed;
      progressed = true;
      if (board.command(command).body_as_Release()) {
        release(command);
        continue;
      }
      begin(command);
      isBegun = true;
    }
    for (; nextRequest < requests.size(); ++nextRequest) {
      if (board.now < nextIssue) {
        board.wakeAt(nextIssue);
        return progressed;
      }
      if (!toStore && !buffers.hasRoom(requests[nextRequest].bytes))
        return progressed;
      issue(command, requests[nextRequest]);
      progressed = true;
    }
    board.finish(command, lastArrival);
    isBegun = false;
  }
  return progressed;
}

std::optional<std::string> WeightDma::blockedOn() const {
  if (head == queue.size())
    return std::nullopt;
  return describeHead(queue[head],
                      isBegun ? "room in the staging FIFO" : "its tokens");
}

//===----------------------------------------------------------------------===//
// Decoder
//===----------------------------------------------------------------------===//

std::vector<TileStep> simulator::tileSteps(const Scoreboard &board) {
  std::vector<TileStep> steps;
  for (uint32_t i = 0; i < board.commandCount(); ++i)
    if (const binary::Contract *contract = board.command(i).body_as_Contract())
      for (uint32_t t = contract->tile_begin(); t < contract->tile_end(); ++t)
        steps.push_back({i, t});
  return steps;
}

/// Double-buffered registers take the next tile once the array has switched to
/// the one before; single ones once the array is done with it.
bool Decoder::mayBegin() const {
  if (progress.started < current)
    return false;
  if (board.target.array.weightLoad == target::WeightLoad::doubleBuffered)
    return true;
  if (board.now < progress.arrayFree)
    return false;
  return true;
}

void Decoder::begin() {
  const TileStep &step = steps[current];
  const binary::Contract &contract =
      *board.command(step.command).body_as_Contract();
  const ProgramView &program = board.program;
  const layout::Tiling &tiling = program.tiling(contract.weights());
  isBegun = true;
  begunAt = board.now;
  dramWait = 0;
  pieces.clear();
  nextPiece = 0;
  for (unsigned cluster = 0; cluster < contract.clusters(); ++cluster) {
    const uint32_t id = program.blockOf(contract.weights(), cluster, step.tile);
    const ProgramView::Block &block = program.block(id);
    uint64_t before = 0, own = 0, all = 0;
    for (uint32_t t = block.tileBegin; t < block.tileEnd; ++t) {
      const uint64_t positions = tiling.tile(t).positions();
      before += t < step.tile ? positions : 0;
      own += t == step.tile ? positions : 0;
      all += positions;
    }
    auto share = [&](uint64_t amount, uint64_t upTo) {
      return uint64_t((unsigned __int128)amount * upTo / all);
    };
    const uint64_t values = board.weights.work(id).values;
    pieces.push_back({id, share(block.bytes, before),
                      share(block.bytes, before + own),
                      share(values, before + own) - share(values, before)});
  }
  if (!pieces.empty())
    consumed = pieces.front().byteBegin;
}

void Decoder::end() {
  const TileStep &step = steps[current];
  const binary::Contract &contract =
      *board.command(step.command).body_as_Contract();
  uint64_t loaded = board.now;
  if (board.target.array.weightLoad == target::WeightLoad::serial) {
    const uint32_t rows = board.target.array.rows;
    const uint32_t depth =
        board.program.tiling(contract.weights()).tile(step.tile).depth;
    const uint64_t shifts = uint64_t(rows) * ((depth + rows - 1) / rows);
    loaded = std::max(loaded, begunAt + shifts);
  }
  progress.loaded.push_back({loaded, dramWait});
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

/// Whether bytes are there; keeps the time if not.
bool Decoder::waitFor(std::optional<uint64_t> arrival) {
  if (arrival && *arrival <= board.now) {
    if (waitingSince)
      dramWait += board.now - *waitingSince;
    waitingSince.reset();
    return true;
  }
  if (!waitingSince)
    waitingSince = board.now;
  return false;
}

uint64_t Decoder::cyclesUpTo(const Piece &piece, uint64_t byte) const {
  const uint64_t bytes = board.program.block(piece.block).bytes;
  const uint64_t cycles = board.weights.work(piece.block).cycles;
  if (bytes == 0)
    return 0;
  return uint64_t((unsigned __int128)cycles * byte / bytes);
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
  board.countsOf(steps[current].command).decodedValues += piece.values;
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
