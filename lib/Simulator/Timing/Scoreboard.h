// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_TIMING_SCOREBOARD_H
#define CRANIA_LIB_SIMULATOR_TIMING_SCOREBOARD_H

#include "SweepSchedule.h"

#include "crania/Simulator/Timing/Timeline.h"

#include <functional>
#include <limits>
#include <optional>
#include <queue>

namespace crania::simulator {

constexpr uint64_t endOfTime = std::numeric_limits<uint64_t>::max();

/// Time, tokens and accounts of one round, which all units share. Commands have
/// the numbers of the steps of the sweep; for one input, these are the numbers
/// in the round.
class Scoreboard {
public:
  Scoreboard(const ProgramView &program, const WeightWork &work, unsigned round,
             SweepSchedule schedule);

  const ProgramView &program;
  const WeightWork &work;
  const target::TargetModel &target;
  const unsigned round;
  const SweepSchedule schedule;
  uint64_t now = 0;

  uint32_t commandCount() const { return uint32_t(ends.size()); }
  const binary::Command &command(uint32_t index) const {
    return *program.commands(round).Get(step(index).command);
  }
  const SweepSchedule::Step &step(uint32_t index) const {
    return schedule.steps()[index];
  }
  /// Returns true for a command of the program, false for a step that saves or
  /// restores.
  bool isCommand(uint32_t index) const {
    return step(index).kind == SweepSchedule::Kind::command;
  }
  /// Returns the commands of the program for which a predicate holds, in order.
  template <typename Predicate>
  std::vector<uint32_t> commandsWhere(Predicate holds) const {
    std::vector<uint32_t> commands;
    for (uint32_t i = 0; i < commandCount(); ++i)
      if (isCommand(i) && holds(command(i)))
        commands.push_back(i);
    return commands;
  }
  std::string describe(uint32_t index) const;
  /// Returns the bytes of an element of a buffer.
  uint64_t elementBytes(uint32_t buffer) const {
    const binary::Buffer &b = *program.program().buffers()->Get(buffer);
    return binary::bytesOf(b.element());
  }
  Counts &countsOf(uint32_t command) {
    return labels[this->command(command).label()];
  }

  /// Makes the clock stop at `time`, which is not in the past.
  void wakeAt(uint64_t time) { wakeups.push(time); }
  /// Returns the time of the next wake-up, or the largest time if there is
  /// none.
  uint64_t nextWake();
  /// Moves the clock to the next wake-up. Returns false if there is none.
  bool advance();

  /// Time at which the tokens of a command are done, past or future; nothing
  /// while it is not known. `last` is the token that is done last, or -1.
  struct Tokens {
    uint64_t time;
    int64_t last;
  };
  std::optional<Tokens> tokensOf(uint32_t command) const;
  bool areTokensDone(uint32_t command) const {
    std::optional<Tokens> tokens = tokensOf(command);
    return tokens && tokens->time <= now;
  }

  /// Finishes a command at time `end`, which may be ahead of the clock.
  void finish(uint32_t command, uint64_t end);
  /// Returns the first cycle after the last command.
  uint64_t end() const;

  /// Adds an activity of a unit for a command to the trace.
  void trace(Unit unit, uint32_t command, uint64_t begin, uint64_t end);
  /// Adds an activity to the trace, and counts its cycles as busy.
  void record(Unit unit, uint32_t command, uint64_t begin, uint64_t end);

  /// Notes that a request of a command was pending from `begin` until the DRAM
  /// had served it at `end`.
  void keepPending(uint32_t command, uint64_t begin, uint64_t end) {
    pending.push_back({command, begin, end});
  }

  void fail(uint32_t command, const std::string &message);
  const std::optional<Error> &failure() const { return error; }

  /// Distributes the cycles of the round over the labels. Each cycle in which
  /// the DRAM has a pending request goes to the command that waited first.
  void attributeCycles();
  std::vector<Counts> takeLabels() { return std::move(labels); }
  std::vector<Activity> takeActivities() { return std::move(activities); }

private:
  struct Pending {
    uint32_t command;
    uint64_t begin, end;
  };
  bool isStreamOf(uint32_t contract, uint32_t token) const;
  void listTokens();
  void attributePending();

  std::priority_queue<uint64_t, std::vector<uint64_t>, std::greater<>> wakeups;
  std::vector<std::optional<uint64_t>> ends;
  /// Tokens that commands wait for, and where those of each command begin.
  std::vector<uint32_t> tokens;
  std::vector<size_t> firstToken;
  std::vector<Counts> labels;
  std::vector<Activity> activities;
  std::array<int64_t, unitCount> lastActivity;
  std::vector<Pending> pending;
  std::optional<Error> error;
};

/// A unit of the machine with its queue of commands.
class UnitModel {
public:
  explicit UnitModel(Scoreboard &board) : board(board) {}
  virtual ~UnitModel() = default;

  /// Does the work that is possible in this cycle. Returns true if there was
  /// any.
  virtual bool step() = 0;
  /// Returns the command at the head of the queue and what it waits for, in
  /// words; nothing if the queue is empty.
  virtual std::optional<std::string> blockedOn() const = 0;

protected:
  std::string describeHead(uint32_t command, const std::string &reason) const {
    return board.describe(command) + " waits for " + reason;
  }

  Scoreboard &board;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_TIMING_SCOREBOARD_H
