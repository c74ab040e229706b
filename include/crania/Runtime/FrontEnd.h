// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_RUNTIME_FRONTEND_H
#define CRANIA_RUNTIME_FRONTEND_H

#include "crania/Support/Span.h"

#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <vector>

namespace crania::runtime {

/// Far more than pays: an input of a sweep has its part of the memories.
constexpr unsigned mostSweepInputs = 4096;

struct SweepOptions {
  /// Inputs that go through a round together, at most.
  unsigned inputs = 1;
  /// Cycles after which an input that waits for others goes with as many as
  /// there are.
  uint64_t flushCycles = std::numeric_limits<uint64_t>::max();
};

/// Decides which inputs run when: a queue per round before one machine, and
/// sweeps of up to M inputs that are all in the same round, so that the weights
/// of a sweep are read once. Time is in cycles of the machine, which takes one
/// sweep at a time.
///
/// When the machine is free, it takes
/// 1. M inputs of the last round that so many wait for: what has begun is
///    finished first;
/// 2. else those of the round in which an input has waited for longest, if that
///    is as long as `flushCycles`;
/// 3. else it waits, for an input to arrive or to have waited long enough. When
///    none is to arrive, it takes those of the first round that any wait for,
///    since some of them will go on to the next one and fill its sweep.
class FrontEnd {
public:
  using Id = uint64_t;

  FrontEnd(unsigned rounds, const SweepOptions &options);

  /// An input that is there as soon as the machine takes it: its latency counts
  /// from the beginning of its first sweep.
  void submit(Id id);
  /// An input that arrives at a time, at which its latency begins. Not before
  /// the one submitted last.
  void submit(Id id, uint64_t arrival);

  struct Sweep {
    unsigned round; ///< from 0
    std::vector<Id> inputs;
  };
  /// The next sweep, after the time that the machine waits for it; nothing if
  /// no input is in flight.
  std::optional<Sweep> next();

  struct Done {
    Id id;
    uint64_t latency; ///< cycles
  };
  /// Ends the sweep after so many cycles; `exits` says which of its inputs have
  /// their answer. All others wait for the next round.
  std::vector<Done> finish(const Sweep &sweep, uint64_t cycles,
                           const std::vector<bool> &exits);

  const SweepOptions &options() const { return limits; }
  uint64_t now() const { return time; }
  /// Cycles in which the machine waited for inputs.
  uint64_t idleCycles() const { return idle; }

private:
  struct Input {
    Id id;
    uint64_t start; ///< of its latency; `unset` before its first sweep
    uint64_t since; ///< it has been waiting in its queue
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

#endif // CRANIA_RUNTIME_FRONTEND_H
