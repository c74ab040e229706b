// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_TIMING_DMAPORT_H
#define CRANIA_LIB_SIMULATOR_TIMING_DMAPORT_H

#include "DramPort.h"
#include "Scoreboard.h"
#include "WeightBuffers.h"

namespace crania::simulator {

/// Connection of a DMA to the DRAM. It makes the requests of its commands in
/// order, at most one per cycle and with a limited number pending. It passes
/// data on in the order of the requests, and finishes commands.
class DmaPort {
public:
  DmaPort(Scoreboard &board, DramPort &dram, Unit unit,
          DramPort::Requester from)
      : board(board), dram(dram), unit(unit), from(from) {}

  /// Starts a command, to which the requests that follow belong.
  void open(uint32_t command) { commands.push_back({command, 0, board.now}); }
  /// Ends the requests of the open command.
  void close();

  /// Returns true if a request can be made now. If not, and if the time of the
  /// next request is known, makes the clock stop there.
  bool isReady();
  void issue(uint64_t address, uint64_t bytes, bool isWrite);
  /// Issues a request that a cache answers, which takes one cycle.
  void issueHit();

  /// Returns the time at which the oldest request is done that was not returned
  /// yet, or nothing while the time is not known. The delay by the DMA is the
  /// number of cycles in which the request was wanted and `isReady` was false.
  /// It is 0 if other requests were in the DRAM, as the request would then have
  /// waited there.
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
  DramPort &dram;
  Unit unit;
  DramPort::Requester from;
  std::deque<Command> commands; // the last may be open, others have requests
  std::deque<Flight> flights;   // that occupy the DMA
  size_t known = 0;             // flights with a time
  uint64_t nextIssue = 0, lastDone = 0;
  std::optional<uint64_t> refusedSince; // the next request
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_TIMING_DMAPORT_H
