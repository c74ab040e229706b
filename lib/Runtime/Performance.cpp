// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Runtime/Performance.h"

#include <algorithm>
#include <cassert>
#include <numeric>

using namespace crania;
using namespace crania::runtime;

PerformanceMeter::PerformanceMeter(const Executable &executable)
    : timing(executable.program(), executable.work()),
      exits(executable.rounds()) {}

Result<uint64_t> PerformanceMeter::addSweep(unsigned round, unsigned inputs) {
  assert(round < exits.size() && inputs > 0 && "a sweep of no round or input");
  sweepsOf.resize(std::max<size_t>(sweepsOf.size(), inputs + 1));
  ++sweepsOf[inputs];
  return timing.runRound(round, inputs);
}

void PerformanceMeter::addInput(unsigned rounds, uint64_t latency) {
  assert(rounds > 0 && rounds <= exits.size() && "there is no such round");
  ++exits[rounds - 1];
  latencies.push_back(latency);
}

Status PerformanceMeter::addWholeInput(unsigned rounds) {
  uint64_t sum = 0;
  for (unsigned round = 0; round < rounds; ++round) {
    Result<uint64_t> cycles = addSweep(round, 1);
    if (!cycles)
      return cycles.error();
    sum += *cycles;
  }
  addInput(rounds, sum);
  return {};
}

/// The smallest value that at least `percent` % of the values do not exceed.
static uint64_t percentile(const std::vector<uint64_t> &sorted,
                           unsigned percent) {
  assert(percent <= 100 && "not a percentage");
  if (sorted.empty())
    return 0;
  const size_t rank = (sorted.size() * percent + 99) / 100;
  return sorted[std::max<size_t>(rank, 1) - 1];
}

Performance PerformanceMeter::result() const {
  Performance p;
  p.inputs = latencies.size();
  p.exits = exits;
  p.total = timing.total();
  p.byLabel = timing.byLabel();
  p.byRound = timing.byRound();
  p.sweeps = std::accumulate(sweepsOf.begin(), sweepsOf.end(), uint64_t(0));
  std::vector<uint64_t> sorted = latencies;
  std::sort(sorted.begin(), sorted.end());
  p.medianLatency = percentile(sorted, 50);
  p.percentile99Latency = percentile(sorted, 99);
  if (p.inputs != 0)
    p.meanLatency =
        double(std::accumulate(sorted.begin(), sorted.end(), uint64_t(0))) /
        double(p.inputs);
  return p;
}

Performance PerformanceMeter::result(const Batcher &batcher) const {
  Performance p = result();
  p.sweepInputs = batcher.options().inputs;
  for (size_t inputs = 0; inputs < sweepsOf.size(); ++inputs)
    if (inputs < p.sweepInputs)
      p.partialSweeps += sweepsOf[inputs];
  p.idleCycles = batcher.idleCycles();
  return p;
}

Result<Performance> runtime::measure(const Executable &executable,
                                     Span<const uint32_t> exitRounds,
                                     const SweepOptions &sweeps,
                                     Span<const uint64_t> arrivals) {
  assert((arrivals.empty() || arrivals.size() == exitRounds.size()) &&
         "an arrival per input, or none");
  PerformanceMeter meter(executable);
  Batcher batcher(executable.rounds(), sweeps);
  for (size_t i = 0; i < exitRounds.size(); ++i)
    if (arrivals.empty())
      batcher.submit(i);
    else
      batcher.submit(i, arrivals[i]);
  while (const std::optional<Batcher::Sweep> sweep = batcher.next()) {
    Result<uint64_t> cycles =
        meter.addSweep(sweep->round, unsigned(sweep->inputs.size()));
    if (!cycles)
      return cycles.error();
    std::vector<bool> exits;
    for (Batcher::Id input : sweep->inputs)
      exits.push_back(exitRounds[input] == sweep->round + 1);
    for (const Batcher::Done &done : batcher.finish(*sweep, *cycles, exits))
      meter.addInput(sweep->round + 1, done.latency);
  }
  return meter.result(batcher);
}

double Performance::meanSweep() const {
  double inputs = 0;
  for (size_t i = 0; i < exits.size(); ++i)
    inputs += double(i + 1) * double(exits[i]);
  return sweeps == 0 ? 0 : inputs / double(sweeps);
}

double Performance::meanRounds() const {
  double sum = 0;
  for (size_t i = 0; i < exits.size(); ++i)
    sum += double(i + 1) * double(exits[i]);
  return inputs == 0 ? 0 : sum / double(inputs);
}
