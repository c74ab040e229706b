// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Scoreboard.h"

#include <algorithm>
#include <cassert>
#include <numeric>

using namespace crania;
using namespace crania::simulator;

Scoreboard::Scoreboard(const ProgramView &program, const WeightWork &work,
                       unsigned round, SweepSchedule sweep)
    : program(program), work(work), target(program.target()), round(round),
      schedule(std::move(sweep)), ends(schedule.steps().size()),
      labels(program.program().labels()->size()) {
  lastActivity.fill(-1);
  listTokens();
}

uint64_t Scoreboard::nextWake() {
  while (!wakeups.empty() && wakeups.top() <= now)
    wakeups.pop();
  return wakeups.empty() ? endOfTime : wakeups.top();
}

bool Scoreboard::advance() {
  const uint64_t next = nextWake();
  if (next == endOfTime)
    return false;
  now = next;
  return true;
}

std::string Scoreboard::describe(uint32_t index) const {
  const SweepSchedule::Step &step = this->step(index);
  std::string text = program.describe(round, step.command);
  if (schedule.inputs() > 1)
    text += " for inputs " + std::to_string(step.firstInput + 1) + " to " +
            std::to_string(step.firstInput + step.inputs) + " of the sweep";
  return step.kind == SweepSchedule::Kind::save ? "saving behind " + text
         : step.kind == SweepSchedule::Kind::restore
             ? "restoring before " + text
             : text;
}

/// Returns true if a token of a Contract is a Fetch whose blocks the Contract
/// takes as they arrive.
bool Scoreboard::isStreamOf(uint32_t contract, uint32_t token) const {
  if (!isCommand(contract) || !isCommand(token))
    return false;
  const binary::Contract *consumer = command(contract).body_as_Contract();
  const binary::Fetch *fetch = command(token).body_as_Fetch();
  return consumer && fetch && consumer->weights() == fetch->weights();
}

void Scoreboard::listTokens() {
  for (uint32_t i = 0; i < commandCount(); ++i) {
    firstToken.push_back(tokens.size());
    for (uint32_t token : step(i).after)
      if (!isStreamOf(i, token))
        tokens.push_back(token);
  }
  firstToken.push_back(tokens.size());
}

std::optional<Scoreboard::Tokens> Scoreboard::tokensOf(uint32_t index) const {
  assert(index < commandCount() && "there is no such command");
  Tokens result = {0, -1};
  for (size_t i = firstToken[index]; i < firstToken[index + 1]; ++i) {
    const uint32_t token = tokens[i];
    if (!ends[token])
      return std::nullopt;
    if (result.last < 0 || *ends[token] > result.time)
      result = {*ends[token], token};
  }
  return result;
}

void Scoreboard::finish(uint32_t command, uint64_t end) {
  assert(command < ends.size() && !ends[command] && "a command finishes once");
  ends[command] = end;
  wakeAt(end);
}

uint64_t Scoreboard::end() const {
  uint64_t last = 0;
  for (const std::optional<uint64_t> &end : ends)
    last = std::max(last, end.value_or(0));
  return last;
}

void Scoreboard::record(Unit unit, uint32_t command, uint64_t begin,
                        uint64_t end) {
  assert(begin <= end && "an activity ends before it begins");
  countsOf(command).busy[size_t(unit)] += end - begin;
  trace(unit, command, begin, end);
}

/// Neighboring activities of a command are one. Those of the DRAM bus, which
/// changes between requests within a cycle, do not overlap by it.
void Scoreboard::trace(Unit unit, uint32_t command, uint64_t begin,
                       uint64_t end) {
  int64_t &last = lastActivity[size_t(unit)];
  if (last >= 0 && activities[last].end >= begin) {
    begin = activities[last].end;
    if (activities[last].command == command) {
      activities[last].end = std::max(begin, end);
      return;
    }
  }
  if (begin >= end)
    return;
  last = int64_t(activities.size());
  activities.push_back({unit, command, begin, end});
}

void Scoreboard::fail(uint32_t command, const std::string &message) {
  if (!error)
    error = Error{"program '" + program.name() + "', " + describe(command) +
                  ": " + message};
}

void Scoreboard::attributePending() {
  std::sort(pending.begin(), pending.end(),
            [](const Pending &a, const Pending &b) {
              return std::make_pair(a.begin, a.command) <
                     std::make_pair(b.begin, b.command);
            });
  uint64_t upTo = 0;
  for (const Pending &p : pending) {
    const uint64_t begin = std::max(p.begin, upTo);
    countsOf(p.command).dramPendingCycles += std::max(begin, p.end) - begin;
    upTo = std::max(upTo, p.end);
  }
}

void Scoreboard::attributeCycles() {
  assert(std::all_of(ends.begin(), ends.end(),
                     [](const auto &end) { return end.has_value(); }) &&
         "a command has not finished");
  attributePending();
  std::vector<uint32_t> order(ends.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return std::make_pair(ends[a], a) < std::make_pair(ends[b], b);
  });
  // Fetches run ahead and end when the layers before make room in the FIFO:
  // what they waited for is the time of those.
  uint64_t lastResult = 0;
  auto isFetch = [&](uint32_t i) {
    return isCommand(i) && command(i).body_as_Fetch();
  };
  for (uint32_t command : order)
    if (!isFetch(command))
      lastResult = std::max(lastResult, *ends[command]);
  uint64_t finishedUpTo = 0;
  for (uint32_t command : order) {
    if (isFetch(command) && *ends[command] <= lastResult)
      continue;
    countsOf(command).cycles += *ends[command] - finishedUpTo;
    finishedUpTo = *ends[command];
  }
}
