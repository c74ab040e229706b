// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DRAM_SYSTEM_H
#define CRANIA_DRAM_SYSTEM_H

#include "crania/Dram/Energy.h"
#include "crania/Dram/Spec.h"

#include <functional>
#include <limits>
#include <memory>
#include <optional>

namespace crania::dram {

constexpr Cycle never = std::numeric_limits<Cycle>::max();

/// A range of bytes to read or write. It is moved in whole bursts.
struct Request {
  uint64_t address = 0;
  uint64_t bytes = 0;
  bool isWrite = false;
  /// The requester. Requests of a queue enter the controller in order, a burst
  /// a clock; queues take turns. Requests may complete in another order.
  uint32_t queue = 0;
  /// Not before this clock.
  Cycle time = 0;
};

using RequestId = uint64_t; // counted from 0

struct Completion {
  RequestId request = 0;
  Cycle time = 0; // when the last byte has left the data bus
  /// Rows that were opened for the request. Its other bursts are row hits.
  uint32_t activates = 0;
};

enum class CommandKind { activate, precharge, read, write, refresh };

/// A command as it goes over a channel's command bus. Precharge means all open
/// banks of the rank if `allBanks`, and refresh always does.
struct Command {
  CommandKind kind = CommandKind::activate;
  Cycle time = 0;
  uint32_t channel = 0, rank = 0, bankGroup = 0, bank = 0;
  uint32_t row = 0;           // of an activate, read or write
  bool allBanks = false;      // of a precharge
  bool autoPrecharge = false; // of a read or write
};

/// A DRAM with its controller, as a part of an event-driven simulation: its
/// user submits requests, lets time pass, and learns when they complete.
class System {
public:
  static Result<System> create(const Spec &spec);
  System(System &&);
  System &operator=(System &&);
  ~System();

  const Spec &spec() const;

  /// Submits a request. Its time must not be before now().
  Result<RequestId> enqueue(const Request &request);

  /// The first clock that is not simulated yet.
  Cycle now() const;
  /// The next clock at which something may happen, which is not before now();
  /// never while no request waits. A user with events of its own need not let
  /// time pass beyond that clock without asking again.
  Cycle wake() const;

  /// Simulates the clocks before `end` and stops early when a request
  /// completes: when its last command is issued, its time of completion lies
  /// ahead and is certain. Nothing if no request completes before `end`.
  std::optional<Completion> advance(Cycle end);

  /// Simulates until all requests are served; the time of the last completion,
  /// or now() if nothing was waiting. Completions are not reported.
  Cycle drain();

  /// Of the clocks before now().
  Counts counts() const;
  Energy energy() const { return energyOf(spec(), counts()); }

  /// Called for every command, in order of time in each channel. Long streams
  /// are then not advanced in closed form.
  void setObserver(const std::function<void(const Command &)> &observer);

  /// Whether long streams may be advanced in closed form (the default). The
  /// results are the same; only for tests and measurements.
  void allowClosedForm(bool allow);
  /// Bursts that were advanced in closed form.
  uint64_t closedFormBursts() const;

private:
  struct Impl;
  explicit System(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

} // namespace crania::dram

#endif // CRANIA_DRAM_SYSTEM_H
