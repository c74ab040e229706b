// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ExitUnit.h"

using namespace crania;
using namespace crania::simulator;

ExitUnit::ExitUnit(Scoreboard &board)
    : UnitModel(board),
      queue(board.commandsWhere([](const binary::Command &command) {
        return command.body_as_ExitTest() != nullptr;
      })) {}

bool ExitUnit::step() {
  if (head == queue.size() || board.now < busyUntil ||
      !board.areTokensDone(queue[head]))
    return false;
  const uint32_t command = queue[head];
  const binary::ExitTest &test = *board.command(command).body_as_ExitTest();
  const uint64_t inputs = board.step(command).inputs;
  const uint64_t cycles =
      inputs * uint64_t(test.classes()) * board.target.exitUnit.cyclesPerClass;
  busyUntil = board.now + cycles;
  Counts &counts = board.countsOf(command);
  counts.exitOps += cycles; // one operation a cycle
  counts.globalBufferReadBytes +=
      inputs * test.classes() * board.elementBytes(test.logits());
  board.record(Unit::exit, command, board.now, busyUntil);
  board.finish(command, busyUntil);
  ++head;
  return true;
}

std::optional<std::string> ExitUnit::blockedOn() const {
  if (head == queue.size())
    return std::nullopt;
  return describeHead(queue[head], "its tokens");
}
