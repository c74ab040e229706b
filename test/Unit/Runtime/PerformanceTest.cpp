// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Tests of the figures of the report, computed by hand from counts that are not
// round.

#include "TinyBinary.h"

#include "crania/Report/Report.h"
#include "crania/Report/TrafficBounds.h"
#include "crania/Runtime/Performance.h"
#include "crania/Simulator/Accounting/Energy.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck/gtest.h>

#include <algorithm>

using namespace crania;
using namespace crania::runtime;
using namespace crania::test;
using simulator::Stall;
using simulator::Unit;

namespace {

using Json = nlohmann::ordered_json;

/// Number of inputs. It is a factor of all figures except the rates.
constexpr uint64_t inputs = 3;

Json reportOf(const Performance &performance) {
  return toJson(performance, loadTiny()->program());
}

Json reportOf(const simulator::Counts &counts) {
  Performance performance;
  performance.inputs = inputs;
  performance.exits = {inputs, 0};
  performance.total = counts;
  return reportOf(performance);
}

} // namespace

/// Percentiles are the smallest latencies that so many inputs do not exceed.
RC_GTEST_PROP(PerformanceMeter, PercentilesHoldThatManyInputs, ()) {
  auto executable = loadTiny();
  PerformanceMeter meter(*executable);
  std::vector<uint64_t> latencies =
      *rc::gen::container<std::vector<uint64_t>>(rc::gen::inRange(1, 1000));
  double sum = 0;
  for (uint64_t latency : latencies) {
    meter.addInput(1, latency);
    sum += double(latency);
  }
  const Performance performance = meter.result();
  std::sort(latencies.begin(), latencies.end());
  auto atLeast = [&](double share) -> uint64_t {
    for (size_t i = 0; i < latencies.size(); ++i)
      if (double(i + 1) >= share * double(latencies.size()))
        return latencies[i];
    return 0;
  };
  RC_ASSERT(performance.medianLatency == atLeast(0.5));
  RC_ASSERT(performance.percentile99Latency == atLeast(0.99));
  RC_ASSERT(performance.inputs == latencies.size());
  if (!latencies.empty())
    RC_ASSERT(std::abs(performance.meanLatency -
                       sum / double(latencies.size())) < 1e-6);
}

/// With a limit of 3, sweeps of 3 are whole, and sweeps of 2 are partial.
TEST(PerformanceMeter, CountsWholeAndPartialSweeps) {
  auto executable = loadTiny();
  SweepOptions options;
  options.inputs = 3;
  auto performance =
      measure(*executable, std::vector<uint32_t>{1, 1, 1, 1, 1}, options);
  ASSERT_TRUE(performance) << performance.error().message;
  EXPECT_EQ(performance->sweeps, 2u);
  EXPECT_EQ(performance->partialSweeps, 1u);
  EXPECT_DOUBLE_EQ(performance->meanSweep(), 2.5);
  EXPECT_DOUBLE_EQ(performance->meanRounds(), 1);
  EXPECT_EQ(performance->exits, (std::vector<uint64_t>{5, 0}));
}

/// Inputs of a sweep share what is streamed: at best, all four read it once.
TEST(PerformanceMeter, TheEnergyBoundKnowsSweeps) {
  auto executable = loadTiny();
  const simulator::ProgramView &program = executable->program();
  SweepOptions options;
  options.inputs = 4;
  auto performance =
      measure(*executable, std::vector<uint32_t>{2, 2, 2, 1}, options);
  ASSERT_TRUE(performance) << performance.error().message;
  const simulator::Counts &total = performance->total;
  const double weights = double(program.segment(0, 0).bytes()) +
                         double(program.segment(0, 1).bytes());
  const double bytes =
      weights + double(total.parameterBytes + total.activationBytes());
  const target::TargetModel &target = program.target();
  const double bound = energyBound(*performance, program);
  EXPECT_DOUBLE_EQ(bound, bytes * target.dramPicojoulesPerByte() +
                              double(total.macsTotal()) *
                                  target.macPicojoules(target::Precision::f32));
  EXPECT_LE(bound, energyOf(total, target, program.widestPrecision()).total());
}

TEST(Report, CountsAreMeansOfInputs) {
  simulator::Counts counts;
  counts.cycles = 300;
  counts.weightBytes = {30, 60};
  counts.parameterBytes = 90;
  counts.activationBytesRead = 120;
  counts.activationBytesWritten = 150;
  counts.burstBytes = 960;
  counts.burstBytesWritten = 192;
  counts.rowActivates = 6;
  counts.refreshes = 9;
  counts.dramPendingCycles = 12;
  counts.storeHitBytes = 15;
  counts.macs[size_t(target::Precision::f32)] = 18;
  counts.macsSkipped[size_t(target::Precision::f32)] = 21;
  counts.busy[size_t(Unit::vector)] = 24;
  counts.stalls[size_t(Stall::drain)] = 27;
  Performance performance;
  performance.inputs = inputs;
  performance.exits = {2, 1};
  performance.total = counts;
  performance.sweeps = 4;
  performance.partialSweeps = 2;
  performance.sweepInputs = 2;
  performance.idleCycles = 33;
  const Json json = reportOf(performance);
  EXPECT_EQ(json["cycles"], 100);
  EXPECT_EQ(json["dram_bytes"], 150);
  const Json purposes = {{"weights", 30.0},
                         {"weights_by_cluster", {10.0, 20.0}},
                         {"parameters", 30.0},
                         {"activations_read", 40.0},
                         {"activations_written", 50.0}};
  EXPECT_EQ(json["dram_bytes_by_purpose"], purposes);
  EXPECT_EQ(json["dram_burst_bytes"], 320);
  EXPECT_EQ(json["dram_pending_cycles"], 4);
  // 30 bursts of 32 bytes.
  const Json rows = {{"hits", 8.0}, {"misses", 2.0}, {"refreshes", 3.0}};
  EXPECT_EQ(json["dram_rows"], rows);
  EXPECT_EQ(json["store_hit_bytes"], 5);
  EXPECT_EQ(json["macs"], 6);
  EXPECT_EQ(json["macs_skipped"], 7);
  EXPECT_EQ(json["cycles_busy"]["vector"], 8);
  EXPECT_EQ(json["cycles_stalled"]["drain"], 9);
  EXPECT_EQ(json["mean_rounds"], 4.0 / 3);
  const Json sweep = {{"inputs", 2},
                      {"mean_inputs", 1.0},
                      {"sweeps", 4},
                      {"partial", 2},
                      {"idle_cycles", 11.0}};
  EXPECT_EQ(json["sweep"], sweep);
  double components = 0;
  for (const auto &[name, picojoules] : json["energy_by_component"].items())
    components += picojoules.get<double>();
  EXPECT_NEAR(json["energy_pj"].get<double>(), components, 1e-9 * components);
}

/// The report names the larger bound. The bound of DRAM is 32 bytes a cycle,
/// that of the array 256 PEs.
TEST(Report, TheLargerBoundIsNamed) {
  simulator::Counts counts;
  counts.weightBytes = {inputs * 3200};
  counts.macs[size_t(target::Precision::f32)] = inputs * 2560;
  Json json = reportOf(counts);
  EXPECT_EQ(json["bound_by"], "dram");
  EXPECT_EQ(json["bound_cycles"], 100);
  EXPECT_EQ(json["bound_cycles_dram"], 100);
  EXPECT_EQ(json["bound_cycles_array"], 10);
  counts.macs[size_t(target::Precision::f32)] = inputs * 256000;
  json = reportOf(counts);
  EXPECT_EQ(json["bound_by"], "array");
  EXPECT_EQ(json["bound_cycles"], 1000);
}

/// The limit is the largest share of the array's time: its work, or the largest
/// cause of stalls.
TEST(Report, TheLargestShareOfTheTimeIsTheLimit) {
  auto limitOf = [](uint64_t work, uint64_t dram, uint64_t vector) {
    simulator::Counts counts;
    counts.busy[size_t(Unit::array)] = work;
    counts.stalls[size_t(Stall::dram)] = dram;
    counts.stalls[size_t(Stall::vector)] = vector;
    return reportOf(counts)["limited_by"].get<std::string>();
  };
  EXPECT_EQ(limitOf(9, 8, 7), "array");
  EXPECT_EQ(limitOf(7, 9, 8), "dram");
  EXPECT_EQ(limitOf(7, 8, 9), "vector");
  EXPECT_EQ(limitOf(0, 0, 0), "other");
}
