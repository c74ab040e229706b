// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_RUNTIME_PERFORMANCE_H
#define CRANIA_RUNTIME_PERFORMANCE_H

#include "crania/Runtime/Executable.h"
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
  /// Of the cycles that an input's own rounds took.
  double meanLatency = 0;
  uint64_t medianLatency = 0, percentile99Latency = 0;

  double meanRounds() const;
};

/// Measures inputs that run on one machine, one round after the other.
class PerformanceMeter {
public:
  explicit PerformanceMeter(const Executable &executable);

  /// A round (from 0) was run for some input; its cycles.
  Result<uint64_t> addRound(unsigned round) { return timing.runRound(round); }
  /// An input is answered after `rounds` rounds that took `cycles`.
  void addInput(unsigned rounds, uint64_t cycles);
  /// An input that runs from its first round to its last without a break.
  Status addWholeInput(unsigned rounds);

  Performance result() const;

private:
  simulator::StreamTiming timing;
  std::vector<uint64_t> exits;
  std::vector<uint64_t> latencies;
};

/// The machine that a program was compiled for: name, precision, energy of a
/// DRAM bit, area, as documented in docs/Report.md.
nlohmann::ordered_json machineToJson(const simulator::ProgramView &program);

/// The report of one program, per-input means, as documented in docs/Report.md.
/// Without accuracies and ratios, which need more than one program's run.
nlohmann::ordered_json toJson(const Performance &performance,
                              const simulator::ProgramView &program);

} // namespace crania::runtime

#endif // CRANIA_RUNTIME_PERFORMANCE_H
