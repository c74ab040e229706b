// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Simulator/Timeline.h"
#include "ArrayTiming.h"
#include "Decoder.h"
#include "Units.h"
#include "WeightDma.h"

using namespace crania;
using namespace crania::simulator;

namespace {

/// The machine, idle at the start of a round.
struct Machine {
  Machine(const ProgramView &program, const WeightDecoder &weights,
          unsigned round, SweepSchedule schedule, const WeightStore &store,
          std::unique_ptr<Dram> memory)
      : board(program, weights, round, std::move(schedule)),
        dram(std::move(memory)), buffers(program, store),
        steps(tileSteps(board)), weightDma(board, *dram, buffers),
        activationDma(board, *dram), decoder(board, buffers, progress, steps),
        port(board.target.globalBuffer.bytesPerCycle),
        array(board, progress, blocks, port, steps),
        vector(board, blocks, port), exit(board) {}

  /// In the order in which units that could act in the same cycle do: producers
  /// before consumers, so that a cycle needs few passes.
  std::array<UnitModel *, 6> units() {
    return {&weightDma, &activationDma, &decoder, &array, &vector, &exit};
  }

  Status run();
  void shareByCycles(std::vector<Counts> &labels) const;
  Status stuck();
  Status checkAccount(const Counts &total) const;
  uint64_t transfersOf(const Counts &total) const;

  Scoreboard board;
  std::unique_ptr<Dram> dram;
  dram::Counts memory; ///< at the end of the round
  WeightBuffers buffers;
  std::vector<TileStep> steps;
  TileProgress progress;
  OutputBlocks blocks;
  WeightDma weightDma;
  ActivationDma activationDma;
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
    // What the DRAM tells lies ahead: only the DMAs have to know.
    while (dram->advance(board.nextWake())) {
      weightDma.collect();
      activationDma.collect();
    }
  } while (board.advance());
  for (UnitModel *unit : units())
    if (unit->blockedOn())
      return stuck();
  memory = dram->countsUpTo(board.end());
  return {};
}

/// The bursts of the timed DRAM; the flat one counts none.
uint64_t Machine::transfersOf(const Counts &total) const {
  if (board.target.dram.model == target::DramModel::flat)
    return 0;
  const dram::Counts counts = dramCountsOf(total, board.target);
  return counts.reads + counts.writes;
}

/// What goes on in the DRAM with time, whoever uses it, is divided by cycles.
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

/// The sums of what the commands were charged against what the parts of the
/// machine saw.
Status Machine::checkAccount(const Counts &total) const {
  auto fail = [&](const std::string &what) {
    return Error{"internal accounting: program '" + board.program.name() +
                 "', round " + std::to_string(board.round + 1) + ": " + what +
                 "; please report this as a bug"};
  };
  auto busy = [&](Unit unit) { return total.busy[size_t(unit)]; };
  if (total.cycles != board.end())
    return fail("the layers' cycles do not add up to the round's");
  if (total.dramBytes() != dram->requestedBytes())
    return fail("DRAM bytes by purpose do not add up to the bytes requested");
  if (total.burstBytes != dram->movedBytes())
    return fail("burst bytes of the commands are not those of the DRAM");
  const uint64_t fromCache =
      board.target.weightStore.isCache() ? total.storeHitBytes : 0;
  if (total.weightBytesTotal() + fromCache !=
      total.fifoBytes + total.storeWriteBytes)
    return fail("weights read are not those staged and stored");
  if (memory.activates != total.rowActivates ||
      memory.reads + memory.writes != transfersOf(total))
    return fail("rows and bursts of the commands are not those of the DRAM");
  if (busy(Unit::dram) > total.dramPendingCycles + 1) // a started cycle
    return fail("the DRAM moved data while nobody waited for it");
  if (!buffers.isEmpty())
    return fail("the staging FIFO is not empty at the end of the round");
  uint64_t stalled = 0;
  for (uint64_t cycles : total.stalls)
    stalled += cycles;
  if (busy(Unit::array) + stalled != progress.arrayFree)
    return fail("the array's busy and stalled cycles do not add up");
  for (size_t unit = 0; unit < unitCount; ++unit)
    if (total.busy[unit] > total.cycles)
      return fail("a unit is busy for longer than the round takes");
  if (boundOf(total, board.target).cycles() > double(total.cycles))
    return fail("the round is faster than its lower bound");
  return {};
}

} // namespace

Result<RoundTiming> simulator::simulateRound(const ProgramView &program,
                                             const WeightDecoder &weights,
                                             unsigned round,
                                             const WeightStore &before,
                                             unsigned inputs) {
  SweepSchedule schedule(program, round, inputs);
  Result<std::unique_ptr<Dram>> dram = Dram::create(program, schedule);
  if (!dram)
    return dram.error();
  Machine machine(program, weights, round, std::move(schedule), before,
                  std::move(*dram));
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
