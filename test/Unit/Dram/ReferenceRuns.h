// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The runs of other DRAM simulators with which the model is compared.

#ifndef CRANIA_TEST_UNIT_DRAM_REFERENCERUNS_H
#define CRANIA_TEST_UNIT_DRAM_REFERENCERUNS_H

#include "crania/DramModel/System.h"

namespace crania::test {

/// A row of data/dram_<preset>.csv. Energies are in V mA clocks, and 0 if the
/// table has none.
struct ReferenceRun {
  std::string preset, simulator, mapping, trace;
  double cycles = 0, gigabytesPerSecond = 0;
  double read = 0, activate = 0, refresh = 0;
  double activeStandby = 0, prechargeStandby = 0, total = 0;

  std::string name() const {
    return preset + " " + simulator + " " + mapping + " " + trace;
  }
};

std::vector<ReferenceRun> referenceRuns();

/// Returns the memory and controller of the run.
dram::Spec specOf(const ReferenceRun &run);

/// Returns the addresses of a run, which reads a burst of the memory at each:
/// "seq" ascending, "rand" over the memory or its first 4 GB, "blk4k" random
/// blocks of 4 KB read in order. They equal those of numpy's default_rng(7),
/// whose generator is reproduced here.
std::vector<uint64_t> traceNamed(const std::string &name,
                                 const dram::Spec &spec);

/// The figures of the model for a run.
struct Measured {
  dram::Cycle cycles = 0;
  double gigabytesPerSecond = 0;
  dram::Counts counts;
  dram::Energy energy;
  double cpuSeconds = 0;
};

/// Sends the reads as fast as the memory accepts them.
Measured measure(const dram::Spec &spec, const std::vector<uint64_t> &trace);

/// A figure of the model and that of the reference, in the same unit.
struct Comparison {
  const char *figure;
  const char *unit;
  double ours, reference;
  double tolerance; // relative

  double deviation() const { return ours / reference - 1; }
  bool met() const {
    return deviation() <= tolerance && deviation() >= -tolerance;
  }
};

/// Returns the comparisons of all figures that the reference has.
std::vector<Comparison> compare(const ReferenceRun &run,
                                const Measured &measured);

} // namespace crania::test

#endif // CRANIA_TEST_UNIT_DRAM_REFERENCERUNS_H
