// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SIMULATOR_TIMING_TIMELINE_H
#define CRANIA_SIMULATOR_TIMING_TIMELINE_H

#include "crania/Simulator/Accounting/Counts.h"
#include "crania/Simulator/Program/WeightStore.h"
#include "crania/Simulator/Timing/WeightWork.h"

namespace crania::simulator {

/// A period in which a unit worked for a command.
struct Activity {
  Unit unit;
  uint32_t command;    ///< index in the round
  uint64_t begin, end; ///< cycles from the start of the round
};

/// One execution of one round.
struct RoundTiming {
  Counts total;
  /// Counts by Program.labels; they add up to the total. The cycles of a label
  /// are those by which its commands postponed the time at which all work so
  /// far is finished. Fetches that run ahead do not count.
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
/// - Each DMA makes aligned requests of at most dma.requestBytes, at most one
///   per cycle, with at most dma.outstandingRequests pending. Data are used in
///   the order of the requests. A request for the staging FIFO is made when the
///   FIFO has room for it; the decoder frees room as it consumes data. Where
///   the store is a cache, lines that it holds come from there.
/// - The DRAM starts with all rows closed, a whole interval before a refresh.
/// - A Contract that waits for a Fetch of its own weights takes the blocks as
///   they arrive instead of waiting for all of them.
/// - The decoder works through the Contracts in program order, tile by tile and
///   cluster by cluster. Where weights are double buffered, it may run one tile
///   ahead of the array. With serial loading, it starts a tile when the array
///   has finished the tile before, and shifting weights in takes at least one
///   cycle per row and weight of a PE.
/// - For a tile, the array takes (output pixels) * (weights of its fullest PE)
///   cycles, or where outputs are stationary, (output pixels / rows) * (weights
///   of the fullest output) cycles; then it drains. With double-buffered
///   weights, the next tile follows without a gap. Partial sums are added below
///   the array or in it.
/// - A Vector that follows a Contract starts on a block of outputs when the
///   array has drained the last tile of the block.
///
/// Several `inputs` go through the round together, as a sweep
/// (SweepSchedule.h). Weights and parameters are read once for as many inputs
/// as the global buffer has room for; all other work is done for each input.
/// Data that have to leave the global buffer in between are written to DRAM and
/// read back. The counts are those of the whole sweep.
///
/// Fails if the machine is stuck (the error names the commands and what they
/// wait for), if it does not support an access, if two blocks take the same
/// place in the store, or if a part of the account does not add up.
Result<RoundTiming> simulateRound(const ProgramView &program,
                                  const WeightWork &work, unsigned round,
                                  const WeightStore &before,
                                  unsigned inputs = 1);

/// Computes the timing of a round as if nothing ever waited for DRAM, tile by
/// tile instead of request by request. A network of the size of ResNet-18 takes
/// milliseconds.
///
/// All events equal those of simulateRound, except for those that only a timed
/// DRAM has: rows, refreshes, standby, busy and pending cycles. Blocks share
/// bursts as far as the FIFO and the request size let WeightDma do it. The
/// cycles are a lower bound, and equal those of simulateRound where nothing
/// waits for DRAM. Together with the bound by bandwidth (boundOf), this is the
/// tightest bound without a simulation of the memory.
///
/// Fails as simulateRound does, except on a FIFO that is too small. Also fails
/// if the weight store is a cache, since the contents of a cache depend on the
/// order of requests.
Result<RoundTiming> closedForm(const ProgramView &program,
                               const WeightWork &work, unsigned round,
                               const WeightStore &before, unsigned inputs = 1);

} // namespace crania::simulator

#endif // CRANIA_SIMULATOR_TIMING_TIMELINE_H
