// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "VectorUnit.h"

#include "crania/DeviceBinary/Accesses.h"
#include "crania/DeviceBinary/VectorTraits.h"
#include "crania/Simulator/Accounting/VectorEnergy.h"

#include <algorithm>
#include <cassert>

using namespace crania;
using namespace crania::simulator;

namespace {

uint64_t pointsOf(const binary::Vector &vector) {
  uint64_t points = 1;
  for (uint32_t extent : *vector.extents())
    points *= extent;
  return points;
}

/// Cycles of the points: an instruction takes a slot of each lane that can do
/// it, constants are immediates, and a copy takes a slot of its own.
uint64_t cyclesOf(const binary::Vector &vector, const ProgramView &program) {
  const auto &unit = program.target().vectorUnit;
  const bool hasOwnF32Lanes =
      program.widestPrecision() != target::Precision::f32;
  auto slotsOf = [&](uint64_t lanes) {
    return (pointsOf(vector) + lanes - 1) / lanes;
  };
  uint64_t cycles = 0;
  for (const binary::VectorInstruction *instruction : *vector.code()) {
    if (binary::traitsOf(instruction->op()).unit == binary::LaneUnit::none)
      continue;
    const bool isFloat =
        binary::runsOnFloatLanes(instruction->op(), instruction->type());
    cycles += slotsOf(isFloat && hasOwnF32Lanes ? unit.f32Lanes : unit.lanes);
  }
  return std::max(cycles, slotsOf(unit.lanes));
}

/// Returns the number of times that an access touches elements: once per
/// iteration of the loops down to the innermost one on which it depends. Inside
/// of that loop, a register holds the element.
uint64_t touchesOf(const binary::Access &access, const binary::Vector &vector) {
  uint64_t touches = 1, iterations = 1;
  for (size_t i = 0; i < vector.extents()->size(); ++i) {
    iterations *= vector.extents()->Get(i);
    const auto &dims = *access.dims();
    bool isUsed = std::any_of(dims.begin(), dims.end(),
                              [i](const binary::AccessDim *dim) {
                                return dim->coefficients()->Get(i) != 0;
                              });
    if (isUsed)
      touches = iterations;
  }
  return touches;
}

/// Outputs of the blocks of a Contract up to each of them.
std::vector<uint64_t> outputsUpTo(const ProgramView &program,
                                  const binary::Contract &contract) {
  const encoding::Tiling &tiling = program.tiling(contract.weights());
  std::vector<uint64_t> sums;
  uint64_t sum = 0;
  for (uint32_t t = contract.tile_begin(); t < contract.tile_end();
       t += tiling.depthBlocks())
    sums.push_back(sum += tiling.tile(t).outputs);
  return sums;
}

} // namespace

VectorUnit::VectorUnit(Scoreboard &board, const OutputBlocks &blocks,
                       BufferPort &port)
    : UnitModel(board), blocks(blocks), port(port),
      queue(board.commandsWhere([](const binary::Command &command) {
        return command.body_as_Vector() != nullptr;
      })) {}

void VectorUnit::account(uint32_t command) {
  const binary::Vector &vector = *board.command(command).body_as_Vector();
  Counts &counts = board.countsOf(command);
  const uint64_t inputs = board.step(command).inputs;
  for (const binary::Access *input : *vector.inputs())
    counts.globalBufferReadBytes += inputs * touchesOf(*input, vector) *
                                    board.elementBytes(input->buffer());
  const uint64_t written = inputs * touchesOf(*vector.output(), vector) *
                           board.elementBytes(vector.output()->buffer());
  counts.globalBufferWriteBytes += written;
  if (binary::readsOutput(vector))
    counts.globalBufferReadBytes += written;
  const uint64_t points = inputs * pointsOf(vector);
  for (const binary::VectorInstruction *instruction : *vector.code()) {
    const OperationCounts charge = chargeOf(*instruction);
    for (size_t i = 0; i < charge.size(); ++i)
      counts.vectorOps[i] += points * charge[i];
  }
}

void VectorUnit::begin(uint32_t command) {
  const binary::Vector &vector = *board.command(command).body_as_Vector();
  const Counts &counts = board.countsOf(command);
  auto touched = [&] {
    return counts.globalBufferReadBytes + counts.globalBufferWriteBytes;
  };
  const uint64_t touchedBefore = touched();
  account(command);
  bytes = touched() - touchedBefore;

  const uint64_t cycles =
      cyclesOf(vector, board.program) * board.step(command).inputs;
  const int32_t follows = board.step(command).follows;
  nextBlock = 0;
  cyclesUpTo = {cycles};
  if (follows < 0)
    return;
  cyclesUpTo =
      outputsUpTo(board.program, *board.command(follows).body_as_Contract());
  const uint64_t all = cyclesUpTo.back();
  for (uint64_t &upTo : cyclesUpTo)
    upTo = uint64_t((unsigned __int128)cycles * upTo / all);
}

bool VectorUnit::isBlockReady(uint32_t command) const {
  const int32_t follows = board.step(command).follows;
  if (follows < 0)
    return true;
  std::optional<uint64_t> ready = blocks.readyAt(follows, nextBlock);
  return ready && *ready <= board.now;
}

void VectorUnit::compute(uint32_t command) {
  assert(nextBlock < cyclesUpTo.size() && "the command has no more blocks");
  const uint64_t before = nextBlock == 0 ? 0 : cyclesUpTo[nextBlock - 1];
  const uint64_t cycles = cyclesUpTo[nextBlock] - before;
  const auto share = uint64_t((unsigned __int128)bytes * cycles /
                              std::max<uint64_t>(cyclesUpTo.back(), 1));
  busyUntil = port.finish(BufferPort::vector, board.now, cycles, share);
  board.record(Unit::vector, command, board.now, busyUntil);
  board.wakeAt(busyUntil);
  ++nextBlock;
}

bool VectorUnit::step() {
  bool progressed = false;
  while (head < queue.size() && board.now >= busyUntil) {
    const uint32_t command = queue[head];
    if (!isBegun) {
      if (!board.areTokensDone(command))
        return progressed;
      begin(command);
      isBegun = true;
    }
    if (!isBlockReady(command))
      return progressed;
    compute(command);
    progressed = true;
    if (nextBlock == cyclesUpTo.size()) {
      board.finish(command, busyUntil);
      isBegun = false;
      ++head;
    }
  }
  return progressed;
}

std::optional<std::string> VectorUnit::blockedOn() const {
  if (head == queue.size())
    return std::nullopt;
  return describeHead(queue[head],
                      isBegun ? "the contraction it follows" : "its tokens");
}
