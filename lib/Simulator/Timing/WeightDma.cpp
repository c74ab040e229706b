// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "WeightDma.h"

#include <algorithm>
#include <cassert>

using namespace crania;
using namespace crania::simulator;

WeightDma::WeightDma(Scoreboard &board, DramPort &dram, WeightBuffers &buffers)
    : UnitModel(board), port(board, dram, Unit::weightDma, DramPort::weights),
      buffers(buffers) {
  for (uint32_t i = 0; i < board.commandCount(); ++i)
    if (board.isCommand(i) && (board.command(i).body_as_Fetch() ||
                               board.command(i).body_as_Release()))
      queue.push_back(i);
}

/// Returns true if a block has to be read; if so, reserves its place in the
/// store.
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

/// Returns true if the rest of a block directly follows the last request, in
/// the same segment and in the same aligned window, so that one request reads
/// both.
bool WeightDma::continuesRequest(const ProgramView::Block &block,
                                 uint64_t address) const {
  if (requests.empty())
    return false;
  const Request &last = requests.back();
  const ProgramView::Block &previous = board.program.block(parts.back().block);
  return last.address + last.bytes == address &&
         address % board.target.dma.requestBytes != 0 &&
         previous.weights == block.weights && previous.cluster == block.cluster;
}

void WeightDma::planBlock(uint32_t id) {
  const ProgramView::Block &block = board.program.block(id);
  const uint64_t requestBytes = board.target.dma.requestBytes;
  const uint64_t &done = planned[id];
  while (done < block.bytes) {
    const uint64_t address = block.address + done;
    if (!continuesRequest(block, address))
      requests.push_back({address, 0, parts.size(), parts.size()});
    planned[id] += addPart(id, std::min(block.bytes - done,
                                        requestBytes - address % requestBytes));
  }
}

/// Bytes of a block that come next in it join the last request.
uint64_t WeightDma::addPart(uint32_t id, uint64_t bytes) {
  Request &request = requests.back();
  const bool isNew = request.partBegin == request.partEnd;
  if (isNew || parts.back().block != id)
    parts.push_back({id, 0});
  parts.back().bytes += bytes;
  request.bytes += bytes;
  request.partEnd = parts.size();
  return bytes;
}

/// One look-up in the cache; true if the line is there.
bool WeightDma::lookUpLine(uint32_t command, uint32_t block, uint64_t line) {
  const auto &cache = board.target.weightStore;
  const bool allocates =
      board.program.block(block).cluster < cache.allocateClusters;
  const bool isHit = buffers.store.lookUp(cache, line, allocates);
  Counts &counts = board.countsOf(command);
  ++(isHit ? counts.lineHits : counts.lineMisses);
  if (!isHit && allocates)
    ++counts.lineFills;
  return isHit;
}

/// Looks up the lines of a part of a request, which begins at `address`, and
/// begins a new request where a hit follows a miss or a miss a hit.
void WeightDma::lookUpPart(uint32_t command, const Part &part,
                           uint64_t address) {
  const uint64_t lineBytes = board.target.weightStore.lineBytes;
  const uint64_t end = address + part.bytes;
  while (address < end) {
    const uint64_t line = address / lineBytes;
    if (lastLine != line) {
      const bool isHit = lookUpLine(command, part.block, line);
      if (!lastLine || requests.back().isHit != isHit)
        requests.push_back({address, 0, parts.size(), parts.size(), isHit});
      lastLine = line;
    }
    address +=
        addPart(part.block, std::min(end, (line + 1) * lineBytes) - address);
  }
}

/// Cuts the requests where lines that the cache holds meet others. Data come in
/// order: a line that is being filled is there before it is read again.
void WeightDma::lookUp(uint32_t command) {
  const std::vector<Request> wholes = std::move(requests);
  const std::vector<Part> wholeParts = std::move(parts);
  requests.clear();
  parts.clear();
  for (const Request &whole : wholes) {
    uint64_t address = whole.address;
    lastLine.reset();
    for (size_t i = whole.partBegin; i < whole.partEnd; ++i) {
      lookUpPart(command, wholeParts[i], address);
      address += wholeParts[i].bytes;
    }
  }
}

/// The beginnings of later blocks may come with the burst in which the one
/// before ends, if they cannot keep what is decoded first out of the FIFO.
bool WeightDma::mayShareBursts(const binary::Fetch &fetch) const {
  const target::TargetModel &target = board.target;
  return toStore ||
         uint64_t(fetch.clusters()->size()) * target.dram.burstBytes +
                 target.dma.requestBytes <=
             target.stagingFifo.bytes;
}

/// The burst that the last request ends in, which is one of `id`, may hold the
/// beginning of the next blocks of its cluster. It is read once.
void WeightDma::shareLastBurst(uint32_t id) {
  const ProgramView &program = board.program;
  const ProgramView::Block &own = program.block(id);
  const uint64_t burstBytes = board.target.dram.burstBytes;
  for (uint32_t next = id + 1; next < program.blockCount(); ++next) {
    const ProgramView::Block &block = program.block(next);
    const uint64_t end = requests.back().address + requests.back().bytes;
    if (end % burstBytes == 0 || block.weights != own.weights ||
        block.cluster != own.cluster)
      return;
    if (block.bytes == 0)
      continue;
    if (planned.count(next) == 0)
      return; // not of this Fetch, or in the store already
    planned[next] +=
        addPart(next, std::min(block.bytes, burstBytes - end % burstBytes));
  }
}

/// Blocks come tile by tile, cluster by cluster.
void WeightDma::begin(uint32_t command) {
  const binary::Fetch &fetch = *board.command(command).body_as_Fetch();
  const ProgramView &program = board.program;
  toStore = fetch.residency() == binary::Residency::retained;
  parts.clear();
  requests.clear();
  planned.clear();
  nextRequest = 0;

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
  blocks.erase(
      std::remove_if(blocks.begin(), blocks.end(),
                     [&](uint32_t id) { return !isWanted(command, id); }),
      blocks.end());
  for (uint32_t id : blocks) {
    planned[id] = 0;
    if (!toStore)
      continue;
    buffers.expectInStore(id);
    toCome[id] = program.block(id).bytes;
  }
  const bool shares = mayShareBursts(fetch);
  for (uint32_t id : blocks) {
    if (planned[id] == program.block(id).bytes)
      continue; // came with bursts of others
    planBlock(id);
    if (shares)
      shareLastBurst(id);
  }
  if (board.target.weightStore.isCache())
    lookUp(command);
}

void WeightDma::release(uint32_t command) {
  const binary::Release &release = *board.command(command).body_as_Release();
  buffers.store.release(board.program, release.weights(),
                        release.cluster() - 1u);
  board.finish(command, board.now);
}

void WeightDma::deliver(const Flight &flight, const Arrival &arrival) {
  for (const Part &part : flight.parts) {
    if (!flight.toStore) {
      buffers.staged(part.block).push_back({arrival, part.bytes});
      continue;
    }
    // Parts of a block come in order: the last one completes it.
    uint64_t &left = toCome[part.block];
    assert(left >= part.bytes && "more bytes than the block has");
    left -= part.bytes;
    if (left == 0)
      buffers.setStoreArrival(part.block, arrival);
  }
}

void WeightDma::issue(uint32_t command, const Request &request) {
  assert(request.partBegin < request.partEnd && "a request of no block");
  if (!toStore)
    buffers.reserve(request.bytes);
  if (request.isHit)
    port.issueHit();
  else
    port.issue(request.address, request.bytes, /*isWrite=*/false);
  flights.push_back({toStore,
                     {parts.begin() + ptrdiff_t(request.partBegin),
                      parts.begin() + ptrdiff_t(request.partEnd)}});
  const uint32_t cluster =
      board.program.block(parts[request.partBegin].block).cluster;
  Counts &counts = board.countsOf(command);
  if (request.isHit) {
    counts.storeHitBytes += request.bytes;
    counts.fifoBytes += request.bytes;
    return;
  }
  counts.weightBytes.resize(
      std::max<size_t>(counts.weightBytes.size(), cluster + 1));
  counts.weightBytes[cluster] += request.bytes;
  (toStore ? counts.storeWriteBytes : counts.fifoBytes) += request.bytes;
}

bool WeightDma::collect() {
  bool progressed = false;
  while (const std::optional<Arrival> arrival = port.takeDone()) {
    deliver(flights.front(), *arrival);
    flights.pop_front();
    progressed = true;
  }
  return progressed;
}

bool WeightDma::step() {
  bool progressed = collect();
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
      port.open(command);
      isBegun = true;
    }
    for (; nextRequest < requests.size(); ++nextRequest) {
      // A request without room does not wait for the DMA.
      if (!toStore && !buffers.hasRoom(requests[nextRequest].bytes))
        return progressed;
      if (!port.isReady())
        return progressed;
      issue(command, requests[nextRequest]);
      progressed = true;
    }
    port.close();
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
