// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SIMULATOR_TIMELINE_H
#define CRANIA_SIMULATOR_TIMELINE_H

#include "crania/Simulator/Account.h"
#include "crania/Simulator/WeightDecoder.h"
#include "crania/Simulator/WeightStore.h"

namespace crania::simulator {

/// A stretch of time in which a unit worked for a command.
struct Activity {
  Unit unit;
  uint32_t command;    ///< of the round
  uint64_t begin, end; ///< cycles from the start of the round
};

/// One execution of one round.
struct RoundTiming {
  Counts total;
  /// By Program.labels; they add up to the total. A label's cycles are those by
  /// which its commands, without fetches that run ahead, moved the time at
  /// which everything so far is finished.
  std::vector<Counts> byLabel;
  std::vector<Activity> activities;
  WeightStore storeAfter;
};

/// Runs the commands of a round (from 0) through the machine in integer cycles,
/// from an idle machine whose weight store holds `before`, until the last
/// command is done.
///
/// - The sequencer hands commands in program order to the queue of their unit
///   and takes no time; a unit starts a command when it is free and the
///   command's tokens are done. It does not issue beyond the exit branch at the
///   end of the round.
/// - Both DMAs make requests of at most dma.requestBytes, aligned, one a cycle
///   at most and dma.outstandingRequests on their way; what they read is used
///   in the order of the requests. A request for the staging FIFO is made when
///   the FIFO has room for it; the decoder frees room as it consumes. Where the
///   store is a cache, lines that it holds come from there.
/// - The DRAM starts with all rows closed and a whole interval to a refresh.
/// - A Contract that waits for a Fetch of its own weights takes the blocks as
///   they come instead of waiting for all of them.
/// - The decoder works through the Contracts in program order, tile by tile and
///   cluster by cluster. It may run one tile ahead of the array where weights
///   are double buffered; with serial loading it starts a tile when the array
///   has finished the one before, and shifting weights in takes a cycle per row
///   and weight of a PE at least.
/// - The array takes, for a tile, (output pixels) * (weights of its fullest PE)
///   cycles, or where outputs are stationary, (output pixels / rows) * (weights
///   of the fullest output); then it drains. With double-buffered weights the
///   next tile follows directly behind; partial sums are added below the array
///   or in it.
/// - A Vector that follows a Contract starts on a block of outputs when the
///   array has drained that block's last tile.
///
/// With several `inputs`, all of them go through the round together, as a sweep
/// (SweepSchedule.h): weights and parameters are read once for as many inputs
/// as the global buffer has room for, everything else happens for each of them,
/// and what has to leave the global buffer in between is written to DRAM and
/// read back. The counts are those of the whole sweep.
///
/// Errors: a machine that is stuck (named commands and what they wait for), an
/// access the machine does not have, a store place taken twice, and any part of
/// the account that does not add up.
Result<RoundTiming> simulateRound(const ProgramView &program,
                                  const WeightDecoder &weights, unsigned round,
                                  const WeightStore &before,
                                  unsigned inputs = 1);

/// The same with DRAM in closed form: as if it kept nobody waiting, and tile by
/// tile instead of request by request, so that a network of ResNet-18's size
/// takes milliseconds.
///
/// All events are exactly those of simulateRound, but for what only a DRAM with
/// a time has (rows, refreshes, standby, busy and pending cycles), where bursts
/// are shared by blocks as FIFO and request size let WeightDma do. The cycles
/// are a bound: equal to those of simulateRound where nothing waits for DRAM.
/// With the bound by bandwidth (boundOf) it is the tightest that there is
/// without simulating the memory.
///
/// Errors: as simulateRound, but for a FIFO that is too small; and a cache, the
/// contents of which depend on the order of its lines.
Result<RoundTiming> closedForm(const ProgramView &program,
                               const WeightDecoder &weights, unsigned round,
                               const WeightStore &before, unsigned inputs = 1);

} // namespace crania::simulator

#endif // CRANIA_SIMULATOR_TIMELINE_H
