// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SIMULATOR_STREAMTIMING_H
#define CRANIA_SIMULATOR_STREAMTIMING_H

#include "crania/Simulator/Timeline.h"

#include <map>
#include <memory>
#include <tuple>

namespace crania::simulator {

/// The time and events of sweeps run back to back on one machine. Timing
/// depends on data only through which rounds run, for how many inputs, and what
/// the weight store holds, so each (round, inputs, store contents) is simulated
/// once.
class StreamTiming {
public:
  /// Keeps a reference to `weights`.
  StreamTiming(const ProgramView &program, const WeightDecoder &weights);

  /// Runs a round (from 0) for a sweep of inputs on the machine as earlier ones
  /// left it; its cycles.
  Result<uint64_t> runRound(unsigned round, unsigned inputs = 1);

  /// Events so far: in all, by label and by round. They add up.
  Counts total() const;
  std::vector<Counts> byLabel() const;
  std::vector<Counts> byRound() const;

  /// How many different (round, inputs, store contents) were simulated.
  size_t simulatedStates() const { return memo.size(); }

private:
  struct Entry {
    RoundTiming timing;
    size_t next; ///< state that the round leaves
    uint64_t uses = 0;
  };
  size_t stateOf(const WeightStore &store);
  Result<Entry *> simulate(unsigned round, unsigned inputs);

  ProgramView program;
  const WeightDecoder &weights;
  std::vector<WeightStore> states;
  std::map<WeightStore, size_t> stateIds;
  std::map<std::tuple<size_t, unsigned, unsigned>, Entry>
      memo; // (state, round, inputs)
  size_t state = 0;
};

} // namespace crania::simulator

#endif // CRANIA_SIMULATOR_STREAMTIMING_H
