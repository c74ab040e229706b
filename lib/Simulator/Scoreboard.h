// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_SCOREBOARD_H
#define CRANIA_LIB_SIMULATOR_SCOREBOARD_H

#include "SweepSchedule.h"

#include "crania/Simulator/Timeline.h"

#include <functional>
#include <limits>
#include <optional>
#include <queue>

namespace crania::simulator {

constexpr uint64_t endOfTime = std::numeric_limits<uint64_t>::max();

/// Time, tokens and accounts of one round: what all units share. Commands are
/// numbered as the steps of the sweep, which for one input are those of the
/// round.
class Scoreboard {
public:
  Scoreboard(const ProgramView &program, const WeightDecoder &weights,
             unsigned round, SweepSchedule schedule);

  const ProgramView &program;
  const WeightDecoder &weights;
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
  /// Whether it is a command of the program, not one to save or restore.
  bool isCommand(uint32_t index) const {
    return step(index).kind == SweepSchedule::Kind::command;
  }
  std::string describe(uint32_t index) const;
  /// Bytes of an element of a buffer.
  uint64_t elementBytes(uint32_t buffer) const {
    const binary::Buffer &b = *program.program().buffers()->Get(buffer);
    return binary::bytesOf(b.element());
  }
  Counts &countsOf(uint32_t command) {
    return labels[this->command(command).label()];
  }

  /// Makes the clock stop at `time`, which is not in the past.
  void wakeAt(uint64_t time) { wakeups.push(time); }
  /// The next wake-up; the end of time if there is none.
  uint64_t nextWake();
  /// Moves the clock there; false if there is none.
  bool advance();

  /// When the tokens of a command were, or will be, done; nothing while that is
  /// not known. `last` is the token that is done last, or -1.
  struct Tokens {
    uint64_t time;
    int64_t last;
  };
  std::optional<Tokens> tokensOf(uint32_t command) const;
  bool areTokensDone(uint32_t command) const {
    std::optional<Tokens> tokens = tokensOf(command);
    return tokens && tokens->time <= now;
  }

  /// A command's time is known; `end` may be ahead of the clock.
  void finish(uint32_t command, uint64_t end);
  /// The first cycle after the last command.
  uint64_t end() const;

  /// A unit shows in the trace as at work for a command.
  void trace(Unit unit, uint32_t command, uint64_t begin, uint64_t end);
  /// The same, and is charged as busy.
  void record(Unit unit, uint32_t command, uint64_t begin, uint64_t end);

  /// Until the DRAM had served it, a request of a command was on its way.
  void keepPending(uint32_t command, uint64_t begin, uint64_t end) {
    pending.push_back({command, begin, end});
  }

  void fail(uint32_t command, const std::string &message);
  const std::optional<Error> &failure() const { return error; }

  /// Distributes the round's cycles over the labels, and those in which the
  /// DRAM had something to do, each to the command that waited first.
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

  /// Does what can be done in this cycle; true if that was anything.
  virtual bool step() = 0;
  /// The command at the head of the queue and what it waits for; nothing if the
  /// queue is empty.
  virtual std::optional<std::string> blockedOn() const = 0;

protected:
  std::string describeHead(uint32_t command, const std::string &reason) const {
    return board.describe(command) + " waits for " + reason;
  }

  Scoreboard &board;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_SCOREBOARD_H
