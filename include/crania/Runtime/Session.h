// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_RUNTIME_SESSION_H
#define CRANIA_RUNTIME_SESSION_H

#include "crania/Runtime/Executable.h"
#include "crania/Runtime/FrontEnd.h"
#include "crania/Runtime/Performance.h"

#include <map>
#include <optional>

namespace crania::runtime {

/// Inputs in flight on one simulated machine, behind a front end with a queue
/// per round. An input that does not pass the exit test of a round waits for
/// the next one; all that is kept of it is its image, since a round starts from
/// there. Answers depend on neither sweeps nor arrivals. Not thread-safe.
class Session {
public:
  using Ticket = uint64_t;
  struct Answer {
    unsigned exitRound; ///< from 1
    std::vector<float> logits;
  };

  explicit Session(std::shared_ptr<const Executable> executable,
                   const SweepOptions &sweeps = {});

  const Executable &executable() const { return *program; }

  /// Changes how inputs share the machine. An error once one was submitted.
  Status setSweeps(const SweepOptions &sweeps);

  /// Queues an input for round 1. An error if it has not inputElements(),
  /// all of them finite.
  Result<Ticket> submit(Span<const float> input);
  /// An input that arrives at a time, in cycles from the session's beginning;
  /// its latency counts from there. An error if that is before the arrival
  /// submitted last.
  Result<Ticket> submit(Span<const float> input, uint64_t arrival);

  /// The answer, once; nothing while the input is in flight. An error for a
  /// ticket that was not given out or is answered already.
  Result<std::optional<Answer>> poll(Ticket ticket);

  /// One sweep, as FrontEnd chooses it. False if no input is in flight.
  Result<bool> step();
  /// Sweeps until no input is in flight.
  Status run();
  size_t inFlight() const { return contexts.size() - answered; }

  /// Time, traffic and energy of the inputs that were answered.
  Performance performance() const;

private:
  Result<Ticket> keep(Span<const float> input);

  struct Context {
    std::vector<float> image;
    std::optional<Answer> answer;
  };

  std::shared_ptr<const Executable> program;
  simulator::FunctionalEngine::Memory memory;
  PerformanceMeter meter;
  FrontEnd frontEnd;
  std::map<Ticket, Context> contexts;
  size_t answered = 0; // answers that wait to be polled
  Ticket nextTicket = 1;
  uint64_t lastArrival = 0;
};

} // namespace crania::runtime

#endif // CRANIA_RUNTIME_SESSION_H
