// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_DMAPORT_H
#define CRANIA_LIB_SIMULATOR_DMAPORT_H

#include "Dram.h"
#include "Scoreboard.h"
#include "WeightBuffers.h"

namespace crania::simulator {

/// A DMA's way to the DRAM: makes the requests of its commands one after the
/// other, at most one a cycle and so many on the way, passes on what arrives in
/// the order of the requests, and finishes commands.
class DmaPort {
public:
  DmaPort(Scoreboard &board, Dram &dram, Unit unit, Dram::Requester from)
      : board(board), dram(dram), unit(unit), from(from) {}

  /// The requests that follow are of this command.
  void open(uint32_t command) { commands.push_back({command, 0, board.now}); }
  /// No more requests of it follow.
  void close();

  /// Whether a request can be made now. If it is known when the next one can
  /// be, the clock stops there.
  bool isReady();
  void issue(uint64_t address, uint64_t bytes, bool isWrite);
  /// A request that a cache answers, in a cycle.
  void issueHit();

  /// When the oldest request is done that this was not said of yet; nothing
  /// while that is not known. The DMA delayed it by the cycles for which it was
  /// wanted and `isReady` was false, unless it met others in the DRAM: these
  /// would have kept it there.
  std::optional<Arrival> takeDone();

private:
  struct Command {
    uint32_t index;
    size_t waiting; // requests
    uint64_t end;   // of those that are done
    bool isOpen = true;
  };
  struct Flight {
    uint64_t issued;
    bool isHit;
    uint64_t delay = 0;      // by the limits of the DMA
    uint64_t idleCycles = 0; // on an idle machine
    std::optional<uint64_t> done = {};
  };
  bool hasSlot();
  uint64_t takeDelay();
  std::optional<uint64_t> takeCompletion(const Command &command,
                                         const Flight &flight);

  Scoreboard &board;
  Dram &dram;
  Unit unit;
  Dram::Requester from;
  std::deque<Command> commands; // the last may be open, others have requests
  std::deque<Flight> flights;   // that occupy the DMA
  size_t known = 0;             // flights with a time
  uint64_t nextIssue = 0, lastDone = 0;
  std::optional<uint64_t> refusedSince; // the next request
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_DMAPORT_H
