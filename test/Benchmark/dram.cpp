// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Prints a line for each figure of the DRAM model: its name, its value, the
// target, and whether it is met, separated by tabs. dram.py reads the lines.

#include "ReferenceRuns.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

using namespace crania;
using namespace crania::test;

namespace {

/// DRAMsim3 and Ramulator 2 serve 0.16 to 0.26 million requests a second.
constexpr double leastRequestsPerSecond = 2e6;
/// The number of runs, of which the fastest counts, because other processes
/// share the processor.
constexpr int attempts = 3;

void print(const std::string &figure, double value, const char *unit,
           const std::string &target, bool met) {
  std::printf("%s\t%.6g\t%s\t%s\t%s\n", figure.c_str(), value, unit,
              target.c_str(), met ? "met" : "missed");
  std::fflush(stdout);
}

void print(const ReferenceRun &run, const Comparison &c) {
  char target[64];
  std::snprintf(target, sizeof(target), "%.6g within %.0f %% (%+.2f %%)",
                c.reference, 100 * c.tolerance, 100 * c.deviation());
  print(run.name() + ", " + c.figure, c.ours, c.unit, target, c.met());
}

void printSpeed(const std::string &figure, double perSecond, const char *unit) {
  print(figure, perSecond / 1e6, unit, "at least 2",
        perSecond >= leastRequestsPerSecond);
}

void benchmark(const ReferenceRun &run) {
  const dram::Spec spec = specOf(run);
  const std::vector<uint64_t> trace = traceNamed(run.trace, spec);
  Measured measured = measure(spec, trace);
  for (const Comparison &comparison : compare(run, measured))
    print(run, comparison);
  double seconds = measured.cpuSeconds;
  for (int i = 1; i < attempts; ++i)
    seconds = std::min(seconds, measure(spec, trace).cpuSeconds);
  // The other controller serves only for this comparison.
  if (run.simulator == "DRAMsim3")
    printSpeed(run.name() + ", speed", trace.size() / seconds,
               "million requests/s");
}

/// Measures one long read, which the model may advance in closed form.
void benchmarkStream(const std::string &preset) {
  constexpr uint64_t bytes = uint64_t(256) << 20;
  double seconds = 1e9;
  for (int i = 0; i < attempts; ++i) {
    dram::System system =
        std::move(*dram::System::create(*dram::findPreset(preset)));
    (void)system.enqueue({0, bytes, false, 0, 0});
    const std::clock_t begin = std::clock();
    system.drain();
    seconds = std::min(seconds, double(std::clock() - begin) / CLOCKS_PER_SEC);
  }
  const uint32_t burst = dram::findPreset(preset)->burstBytes();
  printSpeed(preset + ", one long read, speed", bytes / burst / seconds,
             "million bursts/s");
}

} // namespace

int main() {
  for (const ReferenceRun &run : referenceRuns())
    benchmark(run);
  for (const std::string &preset : dram::presetNames())
    benchmarkStream(preset);
}
