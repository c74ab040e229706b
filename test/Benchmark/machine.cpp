// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// machine-benchmark [NAME FILE]...: prints, for each figure of the simulated
// machine, a line of what it is, what it came to, the target, and whether that
// is met, with tabs in between: SCALE-Sim's layers, then how long the rounds of
// each device binary take to simulate. machine.py reads them.

#include "EieRun.h"
#include "ScaleSimRuns.h"

#include "crania/Simulator/Accounting/Bounds.h"
#include "crania/Simulator/Timing/Timeline.h"
#include "crania/Support/File.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

using namespace crania;
using namespace crania::test;

namespace {

/// SCALE-Sim takes 265 s, ZigZag 53 s, ONNXim 4.5 to 7 s for such layers.
constexpr double mostSeconds = 2;
constexpr double mostClosedMilliseconds = 50;
/// DRAMsim3 and Ramulator 2 serve 0.16 to 0.26 million.
constexpr double leastRequestsPerSecond = 2e6;
/// The processor is shared: of so many runs the fastest counts.
constexpr int attempts = 3;

void print(const std::string &figure, double value, const char *unit,
           const std::string &target, bool met) {
  std::printf("%s\t%.6g\t%s\t%s\t%s\n", figure.c_str(), value, unit,
              target.c_str(), met ? "met" : "missed");
  std::fflush(stdout);
}

Status benchmarkScaleSim() {
  const std::vector<ScaleSimLayer> layers = scaleSimLayers();
  size_t equal = 0;
  for (const ScaleSimLayer &layer : layers) {
    Result<uint64_t> cycles = simulate(layer);
    if (!cycles)
      return cycles.error();
    equal += *cycles == layer.cycles;
  }
  print("SCALE-Sim, layers whose cycles are equal", double(equal), "layers",
        "all 26", equal == layers.size() && equal == 26);
  return {};
}

Status benchmarkEie() {
  Result<EieFigures> model = runEie();
  if (!model)
    return model.error();
  auto compare = [](const char *what, double value, const char *unit,
                    double published) {
    char target[64];
    std::snprintf(target, sizeof(target), "%g within 1.5x (%.2fx)", published,
                  value / published);
    print(std::string("EIE, ") + what, value, unit, target,
          value <= published * eieTolerance &&
              value >= published / eieTolerance);
  };
  compare("peak throughput", model->gigaOperationsPerSecond, "GOP/s",
          publishedEie.gigaOperationsPerSecond);
  compare("area of the chip", model->mm2, "mm2", publishedEie.mm2);
  compare("power of the chip at its peak", model->watts, "W",
          publishedEie.watts);
  return {};
}

struct Simulated {
  double seconds = 0; // of the processor
  simulator::Counts counts;
};

/// A round by events, or with the memory in closed form.
using Simulation = Result<simulator::RoundTiming> (*)(
    const simulator::ProgramView &, const simulator::WeightWork &, unsigned,
    const simulator::WeightStore &, unsigned);

/// All rounds from an empty store; nothing is memoised.
Result<Simulated> simulateRounds(const simulator::ProgramView &program,
                                 const simulator::WeightWork &work,
                                 Simulation simulate) {
  Simulated result;
  simulator::WeightStore store;
  const std::clock_t begin = std::clock();
  for (unsigned round = 0; round < program.rounds(); ++round) {
    auto timing = simulate(program, work, round, store, 1);
    if (!timing)
      return timing.error();
    store = timing->storeAfter;
    result.counts += timing->total;
  }
  result.seconds = double(std::clock() - begin) / CLOCKS_PER_SEC;
  return result;
}

/// The fastest of several runs.
Result<Simulated> fastestRun(const simulator::ProgramView &program,
                             const simulator::WeightWork &work,
                             Simulation simulate) {
  Simulated fastest;
  for (int i = 0; i < attempts; ++i) {
    Result<Simulated> run = simulateRounds(program, work, simulate);
    if (!run)
      return run.error();
    if (i == 0 || run->seconds < fastest.seconds)
      fastest = *run;
  }
  return fastest;
}

/// What does not depend on when the memory answers.
bool haveEqualEvents(const simulator::Counts &a, const simulator::Counts &b) {
  return a.weightBytes == b.weightBytes &&
         a.parameterBytes == b.parameterBytes &&
         a.activationBytes() == b.activationBytes() &&
         a.burstBytes == b.burstBytes && a.macs == b.macs &&
         a.macsSkipped == b.macsSkipped && a.vectorOps == b.vectorOps &&
         a.registerBytes == b.registerBytes &&
         a.globalBufferReadBytes == b.globalBufferReadBytes &&
         a.globalBufferWriteBytes == b.globalBufferWriteBytes &&
         a.decodedValues == b.decodedValues;
}

Status benchmark(const std::string &name, const std::string &path) {
  Result<std::vector<uint8_t>> bytes = readFile(path);
  if (!bytes)
    return bytes.error();
  auto bundle = binary::DeviceBinary::parse(std::move(*bytes));
  if (!bundle)
    return bundle.error();
  auto program = simulator::ProgramView::create(*bundle, 0);
  if (!program)
    return program.error();
  auto weights = simulator::WeightDecoder::create(*program);
  if (!weights)
    return weights.error();
  const simulator::WeightWork work(*program, *weights);
  Result<Simulated> fastest =
      fastestRun(*program, work, simulator::simulateRound);
  if (!fastest)
    return fastest.error();
  print(name + ", all rounds by events", fastest->seconds, "s", "below 2",
        fastest->seconds < mostSeconds);
  Result<Simulated> closed = fastestRun(*program, work, simulator::closedForm);
  if (!closed)
    return closed.error();
  print(name + ", memory in closed form", closed->seconds * 1000, "ms",
        "below 50", closed->seconds * 1000 < mostClosedMilliseconds);
  const bool areEqual = haveEqualEvents(closed->counts, fastest->counts);
  print(name + ", events in closed form", areEqual ? 1 : 0, "",
        "1: all are those that were simulated", areEqual);
  // A bound, without a target: what waiting for DRAM adds is simulated only.
  const double bound =
      std::max(double(closed->counts.cycles),
               boundOf(closed->counts, program->target()).dram);
  print(name + ", cycles by events over those in closed form",
        double(fastest->counts.cycles) / bound, "x", "at least 1",
        double(fastest->counts.cycles) >= bound);
  const double requests =
      double(fastest->counts.burstBytes) / program->target().dram.burstBytes;
  print(name + ", DRAM requests of " +
            std::to_string(program->target().dram.burstBytes) +
            " bytes, with all the machine",
        requests / fastest->seconds / 1e6, "million/s", "at least 2",
        requests / fastest->seconds >= leastRequestsPerSecond);
  return {};
}

int fail(const Status &status) {
  std::fprintf(stderr, "error: %s\n", status.error().message.c_str());
  return 1;
}

} // namespace

int main(int count, char **arguments) {
  if (Status status = benchmarkScaleSim(); !status)
    return fail(status);
  if (Status status = benchmarkEie(); !status)
    return fail(status);
  for (int i = 1; i + 1 < count; i += 2)
    if (Status status = benchmark(arguments[i], arguments[i + 1]); !status)
      return fail(status);
  return 0;
}
