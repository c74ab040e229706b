// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Simulator/Timing/Timeline.h"
#include "ActivationDma.h"
#include "ArrayTiming.h"
#include "Decoder.h"
#include "ExitUnit.h"
#include "InstantDma.h"
#include "VectorUnit.h"
#include "WeightDma.h"
#include "crania/Simulator/Accounting/Bounds.h"
#include "crania/Simulator/Accounting/Energy.h"

using namespace crania;
using namespace crania::simulator;

namespace {

/// The machine, idle at the start of a round. Without a DRAM, its DMAs take no
/// time.
struct Machine {
  Machine(const ProgramView &program, const WeightWork &work, unsigned round,
          SweepSchedule schedule, const WeightStore &store,
          std::unique_ptr<DramPort> memory)
      : board(program, work, round, std::move(schedule)),
        dram(std::move(memory)), buffers(program, store),
        steps(tileSteps(board)), decoder(board, buffers, progress, steps),
        port(board.target.globalBuffer.bytesPerCycle),
        array(board, progress, blocks, port, steps),
        vector(board, blocks, port), exit(board) {
    if (dram) {
      weightDma.emplace(board, *dram, buffers);
      activationDma.emplace(board, *dram);
    } else {
      instantWeightDma.emplace(board, buffers);
      instantActivationDma.emplace(board);
    }
  }

  /// In the order in which units that could act in the same cycle do: producers
  /// before consumers, so that a cycle needs few passes.
  std::array<UnitModel *, 6> units() {
    UnitModel *const ofWeights =
        dram ? static_cast<UnitModel *>(&*weightDma) : &*instantWeightDma;
    UnitModel *const ofActivations =
        dram ? static_cast<UnitModel *>(&*activationDma)
             : &*instantActivationDma;
    return {ofWeights, ofActivations, &decoder, &array, &vector, &exit};
  }

  Status run();
  void advanceDram();
  void shareByCycles(std::vector<Counts> &labels) const;
  Status stuck();
  Status checkAccount(const Counts &total) const;
  Status checkDram(const Counts &total) const;
  Error brokenAccount(const std::string &what) const;
  uint64_t transfersOf(const Counts &total) const;

  Scoreboard board;
  std::unique_ptr<DramPort> dram;
  dram::Counts memory; ///< at the end of the round
  WeightBuffers buffers;
  std::vector<TileStep> steps;
  TileProgress progress;
  OutputBlocks blocks;
  std::optional<WeightDma> weightDma;
  std::optional<ActivationDma> activationDma;
  std::optional<InstantWeightDma> instantWeightDma;
  std::optional<InstantActivationDma> instantActivationDma;
  Decoder decoder;
  BufferPort port;
  Array array;
  VectorUnit vector;
  ExitUnit exit;
};

Status Machine::stuck() {
  std::string message = "program '" + board.program.name() +
                        "': the machine is stuck in cycle " +
                        std::to_string(board.now) + ": ";
  std::string separator;
  for (UnitModel *unit : units())
    if (std::optional<std::string> reason = unit->blockedOn()) {
      message += separator + *reason;
      separator = "; ";
    }
  return Error{message};
}

Status Machine::run() {
  do {
    bool progressed = true;
    while (progressed) {
      progressed = false;
      for (UnitModel *unit : units())
        progressed |= unit->step();
      if (board.failure())
        return *board.failure();
    }
    if (dram)
      advanceDram();
  } while (board.advance());
  for (UnitModel *unit : units())
    if (unit->blockedOn())
      return stuck();
  if (dram)
    memory = dram->countsUpTo(board.end());
  return {};
}

/// Advances the DRAM. Its completions lie ahead of the clock, and concern only
/// the DMAs.
void Machine::advanceDram() {
  while (dram->advance(board.nextWake())) {
    weightDma->collect();
    activationDma->collect();
  }
}

/// The bursts of the timed DRAM; the flat one counts none.
uint64_t Machine::transfersOf(const Counts &total) const {
  if (board.target.dram.model == target::DramModel::flat)
    return 0;
  const dram::Counts counts = dramCountsOf(total, board.target);
  return counts.reads + counts.writes;
}

/// Divides DRAM events that depend on time and not on requests among the
/// labels, by their cycles.
void Machine::shareByCycles(std::vector<Counts> &labels) const {
  uint64_t cycles = 0;
  const uint64_t all = std::max<uint64_t>(board.end(), 1);
  for (Counts &label : labels) {
    auto share = [&](uint64_t amount) {
      auto upTo = [&](uint64_t cycle) {
        return uint64_t((unsigned __int128)amount * cycle / all);
      };
      return upTo(cycles + label.cycles) - upTo(cycles);
    };
    label.refreshes = share(memory.refreshes);
    label.dramActiveClocks = share(memory.activeCycles);
    label.dramPrechargedClocks = share(memory.prechargedCycles);
    cycles += label.cycles;
  }
}

Error Machine::brokenAccount(const std::string &what) const {
  return Error{"internal accounting: program '" + board.program.name() +
               "', round " + std::to_string(board.round + 1) + ": " + what +
               "; please report this as a bug"};
}

/// The sums of what the commands were charged against what the parts of the
/// machine saw.
Status Machine::checkAccount(const Counts &total) const {
  if (total.cycles != board.end())
    return brokenAccount("the layers' cycles do not add up to the round's");
  const uint64_t fromCache =
      board.target.weightStore.isCache() ? total.storeHitBytes : 0;
  if (total.weightBytesTotal() + fromCache !=
      total.fifoBytes + total.storeWriteBytes)
    return brokenAccount("weights read are not those staged and stored");
  if (!buffers.isEmpty())
    return brokenAccount(
        "the staging FIFO is not empty at the end of the round");
  uint64_t stalled = 0;
  for (uint64_t cycles : total.stalls)
    stalled += cycles;
  if (total.busy[size_t(Unit::array)] + stalled != progress.arrayFree)
    return brokenAccount("the array's busy and stalled cycles do not add up");
  for (size_t unit = 0; unit < unitCount; ++unit)
    if (total.busy[unit] > total.cycles)
      return brokenAccount("a unit is busy for longer than the round takes");
  if (boundOf(total, board.target).array > double(total.cycles))
    return brokenAccount("the round is faster than its multipliers");
  return dram ? checkDram(total) : Status();
}

Status Machine::checkDram(const Counts &total) const {
  if (total.dramBytes() != dram->requestedBytes())
    return brokenAccount(
        "DRAM bytes by purpose do not add up to the bytes requested");
  if (total.burstBytes != dram->movedBytes())
    return brokenAccount(
        "burst bytes of the commands are not those of the DRAM");
  if (memory.activates != total.rowActivates ||
      memory.reads + memory.writes != transfersOf(total))
    return brokenAccount(
        "rows and bursts of the commands are not those of the DRAM");
  if (total.busy[size_t(Unit::dram)] > total.dramPendingCycles + 1) // a started
    return brokenAccount("the DRAM moved data while nobody waited for it");
  const Bound bound = boundOf(total, board.target);
  if (bound.dram > double(total.cycles))
    return brokenAccount("the round is faster than its DRAM");
  if (bound.dma > double(total.cycles))
    return brokenAccount("the round is faster than its weight DMA");
  return {};
}

/// Runs a machine to the end of the round.
Result<RoundTiming> timingOf(Machine &&machine) {
  if (Status status = machine.run(); !status)
    return status.error();
  machine.board.attributeCycles();
  RoundTiming timing;
  timing.byLabel = machine.board.takeLabels();
  machine.shareByCycles(timing.byLabel);
  for (const Counts &counts : timing.byLabel)
    timing.total += counts;
  timing.activities = machine.board.takeActivities();
  for (Activity &activity : timing.activities)
    activity.command = machine.board.step(activity.command).command;
  timing.storeAfter = std::move(machine.buffers.store);
  if (Status status = machine.checkAccount(timing.total); !status)
    return status.error();
  return timing;
}

} // namespace

Result<RoundTiming> simulator::simulateRound(const ProgramView &program,
                                             const WeightWork &work,
                                             unsigned round,
                                             const WeightStore &before,
                                             unsigned inputs) {
  SweepSchedule schedule(program, round, inputs);
  Result<std::unique_ptr<DramPort>> dram = DramPort::create(program, schedule);
  if (!dram)
    return dram.error();
  return timingOf(Machine(program, work, round, std::move(schedule), before,
                          std::move(*dram)));
}

Result<RoundTiming> simulator::closedForm(const ProgramView &program,
                                          const WeightWork &work,
                                          unsigned round,
                                          const WeightStore &before,
                                          unsigned inputs) {
  const target::TargetModel &target = program.target();
  if (target.weightStore.isCache())
    return Error{"there is no closed form of what a cache holds; target \"" +
                 target.name + "\" has one as its weight store"};
  return timingOf(Machine(program, work, round,
                          SweepSchedule(program, round, inputs), before,
                          nullptr));
}
