// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_RUNTIME_PERFORMANCE_H
#define CRANIA_RUNTIME_PERFORMANCE_H

#include "crania/Runtime/Batcher.h"
#include "crania/Runtime/Executable.h"
#include "crania/Simulator/Timing/StreamTiming.h"

namespace crania::runtime {

/// Time, traffic and energy of a number of inputs on the simulated machine.
struct Performance {
  uint64_t inputs = 0;
  /// Inputs by exit round.
  std::vector<uint64_t> exits;
  /// Sums over the inputs: in total, by Program.labels and by round.
  simulator::Counts total;
  std::vector<simulator::Counts> byLabel, byRound;
  /// Largest number of inputs of a sweep. The fields below count the sweeps
  /// that were run, and those of them that had fewer inputs.
  unsigned sweepInputs = 1;
  uint64_t sweeps = 0, partialSweeps = 0;
  /// Cycles in which the machine waited for inputs; not in `total`.
  uint64_t idleCycles = 0;
  /// Latency of an input in cycles: from the start of its first sweep, or from
  /// its arrival if it has one, to the end of its last sweep.
  double meanLatency = 0;
  uint64_t medianLatency = 0, percentile99Latency = 0;

  double meanRounds() const;
  double meanSweep() const;
};

/// Measures inputs that run on one machine, one sweep after the other.
class PerformanceMeter {
public:
  explicit PerformanceMeter(const Executable &executable);

  /// Records that a round (from 0) was run for a sweep of inputs. Returns its
  /// cycles.
  Result<uint64_t> addSweep(unsigned round, unsigned inputs);
  /// Records that an input was answered after `rounds` rounds, with a latency
  /// in cycles.
  void addInput(unsigned rounds, uint64_t latency);
  /// Records an input that runs alone for `rounds` rounds.
  Status addWholeInput(unsigned rounds);

  /// Return the performance of inputs that ran alone, and of inputs that ran
  /// behind a front end.
  Performance result() const;
  Performance result(const Batcher &batcher) const;

private:
  simulator::StreamTiming timing;
  std::vector<uint64_t> exits;
  std::vector<uint64_t> latencies;
  std::vector<uint64_t> sweepsOf; ///< number of sweeps, by number of inputs
};

/// Measures inputs with given exit rounds (from 1) behind a front end, in this
/// order. They arrive at the times `arrivals`, in cycles, or are all present
/// from the beginning if `arrivals` is empty.
Result<Performance> measure(const Executable &executable,
                            Span<const uint32_t> exitRounds,
                            const SweepOptions &sweeps = {},
                            Span<const uint64_t> arrivals = {});

} // namespace crania::runtime

#endif // CRANIA_RUNTIME_PERFORMANCE_H
