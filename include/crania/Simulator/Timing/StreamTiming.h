// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SIMULATOR_TIMING_STREAMTIMING_H
#define CRANIA_SIMULATOR_TIMING_STREAMTIMING_H

#include "crania/Simulator/Timing/Timeline.h"

#include <map>
#include <memory>
#include <tuple>

namespace crania::simulator {

/// Time and events of sweeps that run back to back on one machine. Timing
/// depends on the data only by the rounds that run, the number of inputs and
/// the contents of the weight store. Hence each combination of these three is
/// simulated once.
class StreamTiming {
public:
  /// Keeps a reference to `work`, which must outlive the object.
  StreamTiming(const ProgramView &program, const WeightWork &work);

  /// Runs a round (from 0) for a sweep of inputs, on the machine as earlier
  /// rounds left it. Returns its cycles.
  Result<uint64_t> runRound(unsigned round, unsigned inputs = 1);

  /// Return the events so far: in total, by label and by round. The parts add
  /// up to the total.
  Counts total() const;
  std::vector<Counts> byLabel() const;
  std::vector<Counts> byRound() const;

  /// Returns the number of combinations of round, inputs and store contents
  /// that were simulated.
  size_t simulatedStates() const { return memo.size(); }

private:
  struct Entry {
    RoundTiming timing;
    size_t next; ///< index of the state of the store after the round
    uint64_t uses = 0;
  };
  size_t stateOf(const WeightStore &store);
  Result<Entry *> simulate(unsigned round, unsigned inputs);

  ProgramView program;
  const WeightWork &work;
  std::vector<WeightStore> states;
  std::map<WeightStore, size_t> stateIds;
  std::map<std::tuple<size_t, unsigned, unsigned>, Entry>
      memo; // (state, round, inputs)
  size_t state = 0;
};

} // namespace crania::simulator

#endif // CRANIA_SIMULATOR_TIMING_STREAMTIMING_H
