// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_RUNTIME_SESSION_H
#define CRANIA_RUNTIME_SESSION_H

#include "crania/Runtime/Batcher.h"
#include "crania/Runtime/Executable.h"
#include "crania/Runtime/Performance.h"

#include <map>
#include <optional>

namespace crania::runtime {

/// Inputs in flight on one simulated machine, behind a front end with a queue
/// per round. An input that does not pass the exit test of a round waits for
/// the next round. Only its image is kept, since each round starts from the
/// image. Answers depend on neither sweeps nor arrivals. A session is not
/// thread-safe.
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

  /// Sets how inputs share the machine. Fails once an input was submitted.
  Status setSweeps(const SweepOptions &sweeps);

  /// Queues an input for round 1. Fails unless it has inputElements() elements,
  /// all of them finite.
  Result<Ticket> submit(Span<const float> input);
  /// Queues an input that arrives at time `arrival`, in cycles from the
  /// beginning of the session. Its latency starts at that time. Fails also if
  /// an input that arrives later was submitted before.
  Result<Ticket> submit(Span<const float> input, uint64_t arrival);

  /// Returns the answer to an input, once. Returns nothing while the input is
  /// in flight. Fails on a ticket that was not issued or whose answer was
  /// returned already.
  Result<std::optional<Answer>> poll(Ticket ticket);

  /// Runs one sweep, which Batcher chooses. Returns false if no input is in
  /// flight.
  Result<bool> step();
  /// Runs sweeps until no input is in flight.
  Status run();
  size_t inFlight() const { return contexts.size() - answered; }

  /// Returns time, traffic and energy of the inputs that were answered.
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
  Batcher batcher;
  std::map<Ticket, Context> contexts;
  size_t answered = 0; // answers that wait to be polled
  Ticket nextTicket = 1;
  uint64_t lastArrival = 0;
};

} // namespace crania::runtime

#endif // CRANIA_RUNTIME_SESSION_H
