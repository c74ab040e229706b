// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_RUNTIME_BATCHER_H
#define CRANIA_RUNTIME_BATCHER_H

#include "crania/Support/Span.h"

#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <vector>

namespace crania::runtime {

/// Limit of the inputs of a sweep, far more than is useful, as each input of a
/// sweep has its own part of the memories.
constexpr unsigned mostSweepInputs = 4096;

struct SweepOptions {
  /// Largest number of inputs that go through a round together.
  unsigned inputs = 1;
  /// Cycles after which an input stops waiting for others, and a sweep of fewer
  /// inputs runs.
  uint64_t flushCycles = std::numeric_limits<uint64_t>::max();
};

/// Decides which inputs run at which time. It has a queue for each round before
/// one machine, and forms sweeps of up to M inputs of the same round, so that
/// the weights of a sweep are read once. Time is in cycles of the machine,
/// which runs one sweep at a time.
///
/// When the machine is free, it takes
/// 1. M inputs of the last round for which at least M wait, so that inputs that
///    have begun are finished first;
/// 2. else the inputs of the round in which an input has waited the longest, if
///    it has waited for `flushCycles`;
/// 3. else nothing, until an input arrives or has waited long enough. If no
///    more inputs arrive, it takes the inputs of the first round for which any
///    wait, as some of them will go on to the next round and fill its sweep.
class Batcher {
public:
  using Id = uint64_t;

  Batcher(unsigned rounds, const SweepOptions &options);

  /// Submits an input that is present now. Its latency starts when its first
  /// sweep starts.
  void submit(Id id);
  /// Submits an input that arrives at time `arrival`, when its latency starts.
  /// Arrivals must not descend.
  void submit(Id id, uint64_t arrival);

  struct Sweep {
    unsigned round; ///< from 0
    std::vector<Id> inputs;
  };
  /// Advances time to the start of the next sweep and returns the sweep.
  /// Returns nothing if no input is in flight.
  std::optional<Sweep> next();

  struct Done {
    Id id;
    uint64_t latency; ///< cycles
  };
  /// Ends the sweep after `cycles` cycles. `exits` has an element for each of
  /// its inputs: true if the input exits. All others wait for the next round.
  /// Returns the inputs that exit.
  std::vector<Done> finish(const Sweep &sweep, uint64_t cycles,
                           const std::vector<bool> &exits);

  /// Gives up the sweep without running it. Its inputs wait first in their
  /// queue again. `start` times of inputs that were taken for the first time
  /// remain.
  void putBack(const Sweep &sweep);

  const SweepOptions &options() const { return limits; }
  uint64_t now() const { return time; }
  /// Returns the cycles in which the machine waited for inputs.
  uint64_t idleCycles() const { return idle; }

private:
  struct Input {
    Id id;
    uint64_t start; ///< start of its latency; `unset` before its first sweep
    uint64_t since; ///< time from which it has waited in its queue
  };
  static constexpr uint64_t unset = std::numeric_limits<uint64_t>::max();

  void takeArrivals();
  std::optional<unsigned> fullRound() const;
  std::optional<unsigned> longestWaiting() const;
  std::optional<unsigned> firstWaiting() const;
  Sweep take(unsigned round);

  SweepOptions limits;
  std::deque<Input> arriving;
  std::vector<std::deque<Input>> queues; // by round
  std::vector<Input> running;            // of the present sweep
  uint64_t time = 0, idle = 0;
};

} // namespace crania::runtime

#endif // CRANIA_RUNTIME_BATCHER_H
