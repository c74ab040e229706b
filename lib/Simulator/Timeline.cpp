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
          unsigned round, const WeightStore &store)
      : board(program, weights, round), dram(program.target()),
        buffers(program, store), steps(tileSteps(board)),
        weightDma(board, dram, buffers), activationDma(board, dram),
        decoder(board, buffers, progress, steps),
        array(board, progress, blocks, steps), vector(board, blocks),
        exit(board) {}

  /// In the order in which units that could act in the same cycle do: producers
  /// before consumers, so that a cycle needs few passes.
  std::array<UnitModel *, 6> units() {
    return {&weightDma, &activationDma, &decoder, &array, &vector, &exit};
  }

  Status run();
  Status stuck();
  Status checkAccount(const Counts &total) const;

  Scoreboard board;
  Dram dram;
  WeightBuffers buffers;
  std::vector<TileStep> steps;
  TileProgress progress;
  OutputBlocks blocks;
  WeightDma weightDma;
  ActivationDma activationDma;
  Decoder decoder;
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
  } while (board.advance());
  for (UnitModel *unit : units())
    if (unit->blockedOn())
      return stuck();
  return {};
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
  if (total.dramBytes() != dram.requestedBytes())
    return fail("DRAM bytes by purpose do not add up to the bytes requested");
  if (total.burstBytes != dram.movedBytes())
    return fail("burst bytes of the commands are not those of the DRAM");
  if (total.weightBytesTotal() != total.fifoBytes + total.storeWriteBytes)
    return fail("weights read are not those staged and stored");
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
                                             const WeightStore &before) {
  Machine machine(program, weights, round, before);
  if (Status status = machine.run(); !status)
    return status.error();
  machine.board.attributeCycles();
  RoundTiming timing;
  timing.byLabel = machine.board.takeLabels();
  for (const Counts &counts : timing.byLabel)
    timing.total += counts;
  timing.activities = machine.board.takeActivities();
  timing.storeAfter = std::move(machine.buffers.store);
  if (Status status = machine.checkAccount(timing.total); !status)
    return status.error();
  return timing;
}
