// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "DmaPort.h"

#include "crania/Target/DmaRate.h"

#include <algorithm>
#include <cassert>

using namespace crania;
using namespace crania::simulator;

bool DmaPort::hasSlot() {
  while (!flights.empty() && flights.front().done &&
         *flights.front().done <= board.now) {
    flights.pop_front();
    --known;
  }
  if (flights.size() >= board.target.dma.outstandingRequests)
    return false; // the clock stops when requests are done
  if (board.now >= nextIssue)
    return true;
  board.wakeAt(nextIssue);
  return false;
}

bool DmaPort::isReady() {
  if (hasSlot())
    return true;
  if (!refusedSince)
    refusedSince = board.now;
  return false;
}

/// Cycles since the next request was refused first.
uint64_t DmaPort::takeDelay() {
  const uint64_t delay = refusedSince ? board.now - *refusedSince : 0;
  refusedSince.reset();
  return delay;
}

void DmaPort::issue(uint64_t address, uint64_t bytes, bool isWrite) {
  assert(!commands.empty() && commands.back().isOpen &&
         "a request of no command");
  const DramPort::Submission submission =
      dram.submit(board.now, {from, address, bytes, isWrite});
  nextIssue = submission.nextIssue;
  flights.push_back(
      {board.now, /*isHit=*/false, takeDelay(),
       target::idleRequestCycles(board.target, submission.movedBytes)});
  ++commands.back().waiting;
  Counts &counts = board.countsOf(commands.back().index);
  counts.burstBytes += submission.movedBytes;
  if (isWrite)
    counts.burstBytesWritten += submission.movedBytes;
  counts.busy[size_t(Unit::dram)] += submission.busyCycles;
}

void DmaPort::issueHit() {
  assert(!commands.empty() && commands.back().isOpen &&
         "a request of no command");
  nextIssue = board.now + 1;
  flights.push_back({board.now, /*isHit=*/true, takeDelay(), 1});
  ++commands.back().waiting;
}

/// When a request is done by itself, if that is known.
std::optional<uint64_t> DmaPort::takeCompletion(const Command &command,
                                                const Flight &flight) {
  if (flight.isHit)
    return flight.issued + 1;
  const std::optional<DramPort::Completion> completion = dram.take(from);
  if (!completion)
    return std::nullopt;
  board.countsOf(command.index).rowActivates += completion->activates;
  board.trace(Unit::dram, command.index, completion->begin, completion->end);
  board.keepPending(command.index, flight.issued, completion->done);
  return completion->done;
}

/// Data are passed on in order, whatever the order in which they come.
std::optional<Arrival> DmaPort::takeDone() {
  if (known == flights.size())
    return std::nullopt;
  assert(!commands.empty() && commands.front().waiting > 0 &&
         "a request of no command");
  Command &command = commands.front();
  Flight &flight = flights[known];
  const std::optional<uint64_t> done = takeCompletion(command, flight);
  if (!done)
    return std::nullopt;
  ++known;
  const bool metOthers = *done > flight.issued + flight.idleCycles;
  const Arrival arrival{std::max(lastDone, *done),
                        metOthers ? 0 : flight.delay};
  const uint64_t begin = std::max(flight.issued, lastDone);
  lastDone = arrival.time;
  flight.done = lastDone;
  board.wakeAt(lastDone);
  board.record(unit, command.index, begin, std::max(begin, lastDone));
  command.end = lastDone;
  --command.waiting;
  if (command.waiting == 0 && !command.isOpen) {
    board.finish(command.index, command.end);
    commands.pop_front();
  }
  return arrival;
}

void DmaPort::close() {
  assert(!commands.empty() && commands.back().isOpen && "no command is open");
  Command &command = commands.back();
  command.isOpen = false;
  if (command.waiting != 0)
    return;
  board.finish(command.index, command.end);
  commands.pop_back();
}
