// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_RUNTIME_PERFORMANCE_H
#define CRANIA_RUNTIME_PERFORMANCE_H

#include "crania/Runtime/Executable.h"
#include "crania/Runtime/FrontEnd.h"
#include "crania/Simulator/StreamTiming.h"

#include <nlohmann/json_fwd.hpp>

namespace crania::runtime {

/// What a number of inputs cost on the simulated machine.
struct Performance {
  uint64_t inputs = 0;
  /// Inputs by exit round.
  std::vector<uint64_t> exits;
  /// Sums over the inputs, in all, by Program.labels and by round.
  simulator::Counts total;
  std::vector<simulator::Counts> byLabel, byRound;
  /// Inputs of a sweep, at most; sweeps that were run, and those of fewer.
  unsigned sweepInputs = 1;
  uint64_t sweeps = 0, partialSweeps = 0;
  /// Cycles in which the machine waited for inputs; not in `total`.
  uint64_t idleCycles = 0;
  /// Cycles from the beginning of an input's first sweep, or from its arrival
  /// where it has one, to the end of its last.
  double meanLatency = 0;
  uint64_t medianLatency = 0, percentile99Latency = 0;

  double meanRounds() const;
  double meanSweep() const;
};

/// Measures inputs that run on one machine, one sweep after the other.
class PerformanceMeter {
public:
  explicit PerformanceMeter(const Executable &executable);

  /// A round (from 0) was run for a sweep of inputs; its cycles.
  Result<uint64_t> addSweep(unsigned round, unsigned inputs);
  /// An input is answered after `rounds` rounds, with that latency in cycles.
  void addInput(unsigned rounds, uint64_t latency);
  /// An input that runs alone from its first round to its last.
  Status addWholeInput(unsigned rounds);

  /// Of inputs that ran alone, and of those behind a front end.
  Performance result() const;
  Performance result(const FrontEnd &frontEnd) const;

private:
  simulator::StreamTiming timing;
  std::vector<uint64_t> exits;
  std::vector<uint64_t> latencies;
  std::vector<uint64_t> sweepsOf; ///< by their inputs
};

/// Time and traffic of inputs with those exit rounds (from 1) behind a front
/// end, in this order; they arrive at those times, in cycles, or if there are
/// none, are there from the beginning.
Result<Performance> measure(const Executable &executable,
                            Span<const uint32_t> exitRounds,
                            const SweepOptions &sweeps = {},
                            Span<const uint64_t> arrivals = {});

/// The machine that a program was compiled for: name, precision, energy of a
/// DRAM bit, area, as documented in docs/Report.md.
nlohmann::ordered_json machineToJson(const simulator::ProgramView &program);

/// The report of one program, per-input means, as documented in docs/Report.md.
/// Without accuracies and ratios, which need more than one program's run.
nlohmann::ordered_json toJson(const Performance &performance,
                              const simulator::ProgramView &program);

} // namespace crania::runtime

#endif // CRANIA_RUNTIME_PERFORMANCE_H
