// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DRAMMODEL_SYSTEM_H
#define CRANIA_DRAMMODEL_SYSTEM_H

#include "crania/Dram/CommandEnergy.h"
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
  /// The queue of the requester. Requests of one queue enter the controller in
  /// order, one burst per clock, and the queues take turns. Requests may
  /// complete in another order.
  uint32_t queue = 0;
  /// The first clock at which the request may start.
  Cycle time = 0;
};

using RequestId = uint64_t; // counted from 0

struct Completion {
  RequestId request = 0;
  Cycle time = 0; // the last byte has left the data bus
  /// The number of rows opened for the request. Its other bursts are row hits.
  uint32_t activates = 0;
};

enum class CommandKind { activate, precharge, read, write, refresh };

/// A command on a channel's command bus. A precharge closes all open banks of
/// the rank if `allBanks` is set. A refresh is always for all banks.
struct Command {
  CommandKind kind = CommandKind::activate;
  Cycle time = 0;
  uint32_t channel = 0, rank = 0, bankGroup = 0, bank = 0;
  uint32_t row = 0;           // for activate, read and write
  bool allBanks = false;      // for precharge
  bool autoPrecharge = false; // for read and write
};

/// A DRAM with its controller, as part of an event-driven simulation. The user
/// submits requests, advances time, and is told when requests complete.
class System {
public:
  static Result<System> create(const Spec &spec);
  System(System &&);
  System &operator=(System &&);
  ~System();

  const Spec &spec() const;

  /// Submits a request and returns its id. Fails if the request's time is
  /// before now(), or if its range or queue does not exist.
  Result<RequestId> enqueue(const Request &request);

  /// Returns the first clock that is not simulated yet.
  Cycle now() const;
  /// Returns the next clock, not before now(), at which something may happen,
  /// or `never` if no request waits. A user with other events need not advance
  /// time beyond that clock before it asks again.
  Cycle wake() const;

  /// Simulates the clocks before `end`, but stops early when a request
  /// completes and returns its completion. A request counts as complete when
  /// its last command is issued; its time of completion is then certain but
  /// lies ahead. Returns nullopt if no request completes before `end`.
  std::optional<Completion> advance(Cycle end);

  /// Simulates until all requests are served. Returns the time of the last
  /// completion, or now() if no request was waiting. Completions are not
  /// reported.
  Cycle drain();

  /// Returns the counts of the clocks before now().
  Counts counts() const;
  Energy energy() const { return energyOf(spec(), counts()); }

  /// Sets a function that is called for every command, in order of time in each
  /// channel. Long streams are then not advanced in closed form.
  void setObserver(const std::function<void(const Command &)> &observer);

  /// Allows or forbids to advance long streams in closed form (default:
  /// allowed). The results are the same. This is for tests and measurements
  /// only.
  void allowClosedForm(bool allow);
  /// Returns the number of bursts that were advanced in closed form.
  uint64_t closedFormBursts() const;

private:
  struct Impl;
  explicit System(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

} // namespace crania::dram

#endif // CRANIA_DRAMMODEL_SYSTEM_H
