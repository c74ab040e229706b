// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ActivationDma.h"
#include "CopyRuns.h"

#include <algorithm>

using namespace crania;
using namespace crania::simulator;

ActivationDma::ActivationDma(Scoreboard &board, DramPort &dram)
    : UnitModel(board), dram(dram),
      port(board, dram, Unit::activationDma, DramPort::activations) {
  for (uint32_t i = 0; i < board.commandCount(); ++i)
    if (!board.isCommand(i) || board.command(i).body_as_Copy())
      queue.push_back(i);
}

/// Cuts a run of bytes at multiples of the request size.
void ActivationDma::planRun(uint64_t address, uint64_t bytes) {
  const uint64_t requestBytes = board.target.dma.requestBytes;
  while (bytes != 0) {
    const uint64_t now = std::min(bytes, requestBytes - address % requestBytes);
    requests.push_back({address, now});
    address += now;
    bytes -= now;
  }
}

void ActivationDma::begin(uint32_t command) {
  requests.clear();
  nextRequest = 0;
  if (board.isCommand(command))
    planCopy(command);
  else
    planSaved(command);
}

/// Plans the requests of a save or restore. The saved bytes of an input are one
/// run after the scratch memory.
void ActivationDma::planSaved(uint32_t index) {
  const SweepSchedule::Step &step = board.step(index);
  reads = step.kind == SweepSchedule::Kind::restore;
  for (uint32_t i = 0; i < step.inputs; ++i)
    planRun(dram.savedAddress(board.schedule, step.firstInput + i), step.bytes);
}

void ActivationDma::planCopy(uint32_t index) {
  const SweepSchedule::Step &step = board.step(index);
  const CopyRuns runs(board, index);
  reads = runs.reads();
  for (uint32_t i = 0; i < runs.inputs(); ++i)
    runs.forEach([&](uint64_t offset, uint64_t bytes) {
      planRun(dram.addressOf(runs.space(), offset, step.firstInput + i), bytes);
    });
}

bool ActivationDma::collect() {
  bool progressed = false;
  while (port.takeDone())
    progressed = true;
  return progressed;
}

bool ActivationDma::step() {
  bool progressed = collect();
  for (; head < queue.size(); ++head) {
    const uint32_t command = queue[head];
    if (!isBegun) {
      if (!board.areTokensDone(command))
        return progressed;
      begin(command);
      port.open(command);
      isBegun = progressed = true;
    }
    for (; nextRequest < requests.size(); ++nextRequest) {
      if (!port.isReady())
        return progressed;
      const Request &request = requests[nextRequest];
      port.issue(request.address, request.bytes, !reads);
      countCopy(board, command, reads, request.bytes, board.countsOf(command));
      progressed = true;
    }
    port.close();
    isBegun = false;
  }
  return progressed;
}

std::optional<std::string> ActivationDma::blockedOn() const {
  if (head == queue.size())
    return std::nullopt;
  return describeHead(queue[head], isBegun ? "DRAM" : "its tokens");
}
