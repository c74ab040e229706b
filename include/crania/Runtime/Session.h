// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_RUNTIME_SESSION_H
#define CRANIA_RUNTIME_SESSION_H

#include "crania/Runtime/Executable.h"
#include "crania/Runtime/Performance.h"

#include <deque>
#include <map>
#include <optional>

namespace crania::runtime {

/// Inputs in flight on one simulated machine: a queue per round. An input that
/// does not pass the exit test of a round waits for the next one; all that is
/// kept of it is its image, since a round starts from there. Not thread-safe.
class Session {
public:
  using Ticket = uint64_t;
  struct Answer {
    unsigned exitRound; ///< from 1
    std::vector<float> logits;
  };

  explicit Session(std::shared_ptr<const Executable> executable);

  const Executable &executable() const { return *program; }

  /// Queues an input for round 1. An error if it has not inputElements().
  Result<Ticket> submit(Span<const float> input);

  /// The answer, once; nothing while the input is in flight. An error for a
  /// ticket that was not given out or is answered already.
  Result<std::optional<Answer>> poll(Ticket ticket);

  /// One sweep: runs a round for the oldest input of the last round that any
  /// waits for, so that what has begun is finished first. False if no input is
  /// in flight.
  Result<bool> step();
  /// Sweeps until no input is in flight.
  Status run();
  size_t inFlight() const { return contexts.size() - answered; }

  /// Time, traffic and energy of the inputs that were answered.
  Performance performance() const;

private:
  struct Context {
    std::vector<float> image;
    uint64_t cycles = 0;
    std::optional<Answer> answer;
  };

  std::shared_ptr<const Executable> program;
  simulator::FunctionalEngine::Memory memory;
  PerformanceMeter meter;
  std::vector<std::deque<Ticket>> queues; // per round
  std::map<Ticket, Context> contexts;
  size_t answered = 0; // answers that wait to be polled
  Ticket nextTicket = 1;
};

} // namespace crania::runtime

#endif // CRANIA_RUNTIME_SESSION_H
