// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "InstantDma.h"
#include "CopyRuns.h"

#include <algorithm>

using namespace crania;
using namespace crania::simulator;

namespace {

/// Bytes of the whole bursts that a run of bytes lies in.
uint64_t burstsOf(uint64_t address, uint64_t bytes, uint64_t burstBytes) {
  const uint64_t begin = address / burstBytes * burstBytes;
  const uint64_t end =
      (address + bytes + burstBytes - 1) / burstBytes * burstBytes;
  return bytes == 0 ? 0 : end - begin;
}

} // namespace

//===----------------------------------------------------------------------===//
// InstantWeightDma
//===----------------------------------------------------------------------===//

InstantWeightDma::InstantWeightDma(Scoreboard &board, WeightBuffers &buffers)
    : UnitModel(board), buffers(buffers) {
  for (uint32_t i = 0; i < board.commandCount(); ++i)
    if (board.isCommand(i) && (board.command(i).body_as_Fetch() ||
                               board.command(i).body_as_Release()))
      queue.push_back(i);
}

void InstantWeightDma::read(uint32_t command, uint32_t id, bool toStore) {
  const ProgramView::Block &block = board.program.block(id);
  Counts &counts = board.countsOf(command);
  counts.weightBytes.resize(
      std::max<size_t>(counts.weightBytes.size(), block.cluster + 1));
  counts.weightBytes[block.cluster] += block.bytes;
  (toStore ? counts.storeWriteBytes : counts.fifoBytes) += block.bytes;
  if (toStore) {
    buffers.expectInStore(id);
    buffers.setStoreArrival(id, {board.now});
    return;
  }
  buffers.reserve(block.bytes); // of room that there may not be
  buffers.staged(id).push_back({{board.now}, block.bytes});
}

/// A burst in which one block ends and the next begins is read once.
void InstantWeightDma::fetch(uint32_t command) {
  const binary::Fetch &fetch = *board.command(command).body_as_Fetch();
  const ProgramView &program = board.program;
  const bool toStore = fetch.residency() == binary::Residency::retained;
  Counts &counts = board.countsOf(command);
  for (uint16_t cluster : *fetch.clusters()) {
    const auto range = program.blocksOf(fetch.weights(), cluster - 1u,
                                        fetch.tile_begin(), fetch.tile_end());
    if (!range)
      return board.fail(command, range.error().message);
    uint64_t begin = 0, bytes = 0; // of the run so far
    auto endRun = [&] {
      counts.burstBytes += burstsOf(begin, bytes, board.target.dram.burstBytes);
      bytes = 0;
    };
    for (uint32_t id = range->begin; id < range->end; ++id) {
      const ProgramView::Block &block = program.block(id);
      if (block.bytes == 0)
        continue;
      if (toStore && buffers.store.holds(program, id)) {
        counts.storeHitBytes += block.bytes;
        endRun();
        continue;
      }
      if (toStore)
        if (Status status = buffers.store.insert(program, id); !status)
          return board.fail(command, status.error().message);
      if (bytes == 0)
        begin = block.address;
      bytes += block.bytes;
      read(command, id, toStore);
    }
    endRun();
  }
}

bool InstantWeightDma::step() {
  bool progressed = false;
  for (; head < queue.size() && board.areTokensDone(queue[head]); ++head) {
    const uint32_t command = queue[head];
    if (const binary::Release *release =
            board.command(command).body_as_Release())
      buffers.store.release(board.program, release->weights(),
                            release->cluster() - 1u);
    else
      fetch(command);
    board.finish(command, board.now);
    progressed = true;
  }
  return progressed;
}

std::optional<std::string> InstantWeightDma::blockedOn() const {
  if (head == queue.size())
    return std::nullopt;
  return describeHead(queue[head], "its tokens");
}

//===----------------------------------------------------------------------===//
// InstantActivationDma
//===----------------------------------------------------------------------===//

InstantActivationDma::InstantActivationDma(Scoreboard &board)
    : UnitModel(board) {
  for (uint32_t i = 0; i < board.commandCount(); ++i)
    if (!board.isCommand(i) || board.command(i).body_as_Copy())
      queue.push_back(i);
}

void InstantActivationDma::save(uint32_t command) {
  const SweepSchedule::Step &step = board.step(command);
  const bool reads = step.kind == SweepSchedule::Kind::restore;
  const uint64_t moved =
      step.inputs * burstsOf(0, step.bytes, board.target.dram.burstBytes);
  Counts &counts = board.countsOf(command);
  countCopy(board, command, reads, step.inputs * step.bytes, counts);
  counts.burstBytes += moved;
  counts.burstBytesWritten += reads ? 0 : moved;
}

void InstantActivationDma::copy(uint32_t command) {
  const CopyRuns runs(board, command);
  Counts &counts = board.countsOf(command);
  uint64_t bytes = 0, moved = 0;
  for (uint32_t i = 0; i < runs.inputs(); ++i)
    runs.forEach([&](uint64_t offset, uint64_t length) {
      bytes += length;
      // Buffers of inputs lie at multiples of bursts.
      moved += burstsOf(offset, length, board.target.dram.burstBytes);
    });
  countCopy(board, command, runs.reads(), bytes, counts);
  counts.burstBytes += moved;
  counts.burstBytesWritten += runs.reads() ? 0 : moved;
}

bool InstantActivationDma::step() {
  bool progressed = false;
  for (; head < queue.size() && board.areTokensDone(queue[head]); ++head) {
    if (board.isCommand(queue[head]))
      copy(queue[head]);
    else
      save(queue[head]);
    board.finish(queue[head], board.now);
    progressed = true;
  }
  return progressed;
}

std::optional<std::string> InstantActivationDma::blockedOn() const {
  if (head == queue.size())
    return std::nullopt;
  return describeHead(queue[head], "its tokens");
}
