// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "WeightDma.h"

#include <algorithm>

using namespace crania;
using namespace crania::simulator;

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
