// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Runtime/Batcher.h"

#include <algorithm>
#include <cassert>

using namespace crania;
using namespace crania::runtime;

Batcher::Batcher(unsigned rounds, const SweepOptions &options)
    : limits(options), queues(rounds) {
  assert(rounds > 0 && "a network has a round");
  assert(options.inputs > 0 && "a sweep has an input");
}

void Batcher::submit(Id id) { queues.front().push_back({id, unset, time}); }

void Batcher::submit(Id id, uint64_t arrival) {
  assert((arriving.empty() || arriving.back().start <= arrival) &&
         "inputs arrive in order");
  arriving.push_back({id, arrival, arrival});
}

void Batcher::takeArrivals() {
  for (; !arriving.empty() && arriving.front().start <= time;
       arriving.pop_front())
    queues.front().push_back(arriving.front());
}

/// Returns the last round for which enough inputs wait to fill a sweep.
std::optional<unsigned> Batcher::fullRound() const {
  for (size_t round = queues.size(); round-- > 0;)
    if (queues[round].size() >= limits.inputs)
      return unsigned(round);
  return std::nullopt;
}

std::optional<unsigned> Batcher::longestWaiting() const {
  std::optional<unsigned> longest;
  for (unsigned round = 0; round < queues.size(); ++round)
    if (!queues[round].empty() &&
        (!longest ||
         queues[round].front().since < queues[*longest].front().since))
      longest = round;
  return longest;
}

std::optional<unsigned> Batcher::firstWaiting() const {
  for (unsigned round = 0; round < queues.size(); ++round)
    if (!queues[round].empty())
      return round;
  return std::nullopt;
}

Batcher::Sweep Batcher::take(unsigned round) {
  std::deque<Input> &queue = queues[round];
  Sweep sweep{round, {}};
  while (!queue.empty() && sweep.inputs.size() < limits.inputs) {
    running.push_back(queue.front());
    if (running.back().start == unset)
      running.back().start = time;
    sweep.inputs.push_back(queue.front().id);
    queue.pop_front();
  }
  return sweep;
}

std::optional<Batcher::Sweep> Batcher::next() {
  while (true) {
    takeArrivals();
    if (const std::optional<unsigned> full = fullRound())
      return take(*full);
    const std::optional<unsigned> longest = longestWaiting();
    uint64_t wake = unset;
    if (longest) {
      const uint64_t since = queues[*longest].front().since;
      if (time - since >= limits.flushCycles)
        return take(*longest);
      if (limits.flushCycles < unset - since)
        wake = since + limits.flushCycles;
    }
    if (arriving.empty()) {
      const std::optional<unsigned> first = firstWaiting();
      return first ? std::optional(take(*first)) : std::nullopt;
    }
    wake = std::min(wake, arriving.front().start);
    idle += wake - time;
    time = wake;
  }
}

void Batcher::putBack(const Sweep &sweep) {
  assert(sweep.inputs.size() == running.size() && "another sweep runs");
  std::deque<Input> &queue = queues[sweep.round];
  queue.insert(queue.begin(), running.begin(), running.end());
  running.clear();
}

std::vector<Batcher::Done> Batcher::finish(const Sweep &sweep, uint64_t cycles,
                                           const std::vector<bool> &exits) {
  assert(exits.size() == running.size() && "an exit per input of the sweep");
  time += cycles;
  std::vector<Done> done;
  for (size_t i = 0; i < running.size(); ++i) {
    if (exits[i]) {
      done.push_back({running[i].id, time - running[i].start});
      continue;
    }
    assert(sweep.round + 1 < queues.size() && "an input stays after the end");
    running[i].since = time;
    queues[sweep.round + 1].push_back(running[i]);
  }
  running.clear();
  return done;
}
