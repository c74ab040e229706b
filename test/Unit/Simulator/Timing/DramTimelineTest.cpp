// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The timed DRAM as a part of the machine, against its flat model, against
// figures by hand, and against the DRAM's own counts.

#include "MicroProgram.h"
#include "Timing/ClockRatio.h"

#include "crania/DramModel/System.h"
#include "crania/Report/Report.h"
#include "crania/Runtime/Performance.h"
#include "crania/Simulator/Accounting/Energy.h"
#include "crania/Simulator/Timing/Timeline.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck/gtest.h>

using namespace crania;
using namespace crania::test;
using namespace crania::simulator;
using binary::Residency;
using target::DramEnergy;
using target::DramModel;
using target::TargetModel;

namespace {

TargetModel withModel(DramModel model) {
  TargetModel target;
  target.dram.model = model;
  return target;
}

TargetModel withMemory(const dram::Spec &memory) {
  TargetModel target;
  target.dram.memory = std::make_shared<dram::Spec>(memory);
  return target;
}

RoundTiming simulate(const MicroProgram &program) {
  auto executable = program.load();
  if (!executable)
    return {};
  auto timing = simulateRound(executable->program(), executable->work(), 0, {});
  EXPECT_TRUE(timing) << timing.error().message;
  return timing ? *timing : RoundTiming();
}

/// A fully connected layer whose weights lie in turn in the clusters.
MicroProgram layerOf(const TargetModel &target, uint32_t outputs,
                     uint32_t depth, unsigned clusters = 1,
                     Residency residency = Residency::streamed) {
  MicroProgram program(target, depth, outputs);
  const size_t count = size_t(outputs) * depth;
  std::vector<uint8_t> clusterOf(count);
  for (size_t i = 0; i < count; ++i)
    clusterOf[i] = uint8_t(1 + i % clusters);
  const uint32_t w = program.addWeights(
      {1, outputs, depth}, std::vector<float>(count, 1), clusterOf,
      clusters == 1 ? "raw" : "bitmap", residency);
  program.addFetch(w, clusters);
  program.add(matrixProduct(program, w, clusters, 1), {0});
  return program;
}

uint64_t busy(const RoundTiming &timing, Unit unit) {
  return timing.total.busy[size_t(unit)];
}

} // namespace

TEST(ClockRatio, OfClocksThatDivideEachOther) {
  const ClockRatio clocks(1250, 200); // four to one
  EXPECT_EQ(clocks.clockOf(3), 12u);
  EXPECT_EQ(clocks.cycleOf(12), 3u);
  EXPECT_EQ(clocks.cycleOf(13), 4u);
}

/// Neither early nor more than one too late, after any time.
RC_GTEST_PROP(ClockRatio, IsExact, ()) {
  const auto femtoseconds = *rc::gen::inRange<uint64_t>(100'000, 10'000'000);
  const auto hertz = *rc::gen::inRange<uint64_t>(1'000'000, 4'000'000'000);
  const auto count = *rc::gen::inRange<uint64_t>(1, uint64_t(1) << 40);
  const ClockRatio clocks(double(femtoseconds) / 1e3, double(hertz) / 1e6);
  using Wide = unsigned __int128;
  constexpr uint64_t second = 1'000'000'000'000'000;
  const Wide clocksTake = Wide(count) * femtoseconds * hertz;
  const uint64_t cycles = clocks.cycleOf(count);
  RC_ASSERT(Wide(cycles) * second >= clocksTake);
  RC_ASSERT(Wide(cycles - 1) * second < clocksTake);
  const Wide cyclesTake = Wide(count) * second;
  const uint64_t inClocks = clocks.clockOf(count);
  RC_ASSERT(Wide(inClocks) * femtoseconds * hertz >= cyclesTake);
  RC_ASSERT(Wide(inClocks - 1) * femtoseconds * hertz < cyclesTake);
}

/// Nothing but the copy of the input: one burst of a closed row.
TEST(TimedDram, OneBurstByHand) {
  MicroProgram program(TargetModel(), 8, 8);
  const RoundTiming timing = simulate(program);
  // Two clocks in the queues, tRCD, CL, and two bursts of four clocks each, as
  // requests are rounded out to 64 bytes.
  const uint64_t clocks = 2 + 15 + 12 + 4 + 4;
  EXPECT_EQ(busy(timing, Unit::activationDma), (clocks + 3) / 4);
  EXPECT_EQ(timing.total.dramPendingCycles, (clocks + 3) / 4);
  EXPECT_EQ(timing.total.rowActivates, 1u);
  EXPECT_EQ(timing.total.burstBytes, 64u);
  EXPECT_EQ(timing.total.burstBytesWritten, 0u);
}

TEST(TimedDram, MovesTheBytesOfTheFlatOneAtNearlyItsSpeed) {
  const RoundTiming flat =
      simulate(layerOf(withModel(DramModel::flat), 256, 512));
  const RoundTiming timed =
      simulate(layerOf(withModel(DramModel::timed), 256, 512));
  EXPECT_EQ(timed.total.dramBytes(), flat.total.dramBytes());
  EXPECT_EQ(timed.total.burstBytes, flat.total.burstBytes);
  EXPECT_EQ(busy(timed, Unit::dram), busy(flat, Unit::dram));
  EXPECT_EQ(flat.total.rowActivates, 0u);
  EXPECT_EQ(flat.total.refreshes, 0u);
  // Refreshes take tRFC / tREFI = 5.4 %, and what they interrupt.
  EXPECT_GT(timed.total.cycles, flat.total.cycles);
  EXPECT_LT(double(timed.total.cycles), double(flat.total.cycles) * 1.12);
}

/// A stream opens each row once, and again after each refresh.
TEST(TimedDram, RowsAndRefreshesOfAStream) {
  const TargetModel target;
  const RoundTiming timing = simulate(layerOf(target, 256, 512));
  const dram::Spec &memory = *target.dram.memory;
  constexpr uint64_t rowBytes = 4096, clocksPerCycle = 4;
  const uint64_t rows = timing.total.burstBytes / rowBytes;
  const uint64_t intervals =
      timing.total.cycles * clocksPerCycle / memory.timing.tREFI;
  EXPECT_EQ(timing.total.refreshes, intervals);
  EXPECT_GE(timing.total.rowActivates, rows);
  EXPECT_LE(timing.total.rowActivates, rows + 3 * intervals + 2);
  EXPECT_EQ(timing.total.dramActiveClocks + timing.total.dramPrechargedClocks,
            timing.total.cycles * clocksPerCycle);
}

TEST(TimedDram, EnergyByCommandsIsThatOfTheCounts) {
  TargetModel target;
  target.dram.energy = DramEnergy::commands;
  auto executable = layerOf(target, 64, 512).load();
  auto timing = simulateRound(executable->program(), executable->work(), 0, {});
  ASSERT_TRUE(timing) << timing.error().message;
  const Counts &t = timing->total;
  const dram::Counts counts = dramCountsOf(t, target);
  EXPECT_EQ(counts.reads * 32, t.burstBytes);
  EXPECT_EQ(counts.activates, t.rowActivates);
  const dram::Energy energy = dram::energyOf(*target.dram.memory, counts);
  EXPECT_DOUBLE_EQ(energyOf(t, target, target::Precision::f32).dram,
                   energy.total());
  EXPECT_GT(energyOf(t, target, target::Precision::f32).dram,
            double(t.dramBytes()) * target.dramPicojoulesPerByte());

  runtime::PerformanceMeter meter(*executable);
  ASSERT_TRUE(meter.addWholeInput(1));
  const auto json = toJson(meter.result(), executable->program());
  double sum = 0;
  for (const auto &part : json["energy_of_dram"])
    sum += part.get<double>();
  EXPECT_NEAR(sum, json["energy_by_component"]["dram"].get<double>(),
              1e-9 * sum);
  EXPECT_EQ(json["dram_rows"]["misses"], t.rowActivates);
  const auto machine = runtime::machineToJson(executable->program())["dram"];
  EXPECT_EQ(machine["memory"], "LPDDR3-1600");
  EXPECT_EQ(machine["energy"], "commands");
  EXPECT_TRUE(machine["pj_per_bit"].is_null());
}

TEST(TimedDram, AMappingThatSpreadsRowsOpensMoreOfThem) {
  dram::Spec memory = *TargetModel().dram.memory;
  const RoundTiming inRows = simulate(layerOf(withMemory(memory), 64, 512));
  // Columns from the highest bits: neighbors lie in different rows.
  memory.controller.addressMapping = "corababgchro";
  const RoundTiming spread = simulate(layerOf(withMemory(memory), 64, 512));
  EXPECT_GE(spread.total.rowActivates * 32, spread.total.burstBytes);
  EXPECT_GT(spread.total.cycles, inRows.total.cycles * 3 / 2);
}

TEST(TimedDram, OneRequestAtATimeCannotHideLatency) {
  TargetModel one, eight;
  one.dma.outstandingRequests = 1;
  const RoundTiming slow = simulate(layerOf(one, 64, 512));
  const RoundTiming fast = simulate(layerOf(eight, 64, 512));
  EXPECT_EQ(slow.total.burstBytes, fast.total.burstBytes);
  EXPECT_GT(slow.total.cycles, fast.total.cycles * 5 / 4);
}

TEST(TimedDram, AProgramThatDoesNotFitIsAnError) {
  dram::Spec memory = *TargetModel().dram.memory;
  memory.organization.rows = 1;
  memory.organization.columns = 64;
  auto binary = layerOf(withMemory(memory), 64, 512).finish();
  ASSERT_FALSE(binary);
  EXPECT_NE(binary.error().message.find("bytes of DRAM, but LPDDR3-1600 "
                                        "has 2048; give dram.memory more "
                                        "rows"),
            std::string::npos)
      << binary.error().message;
}

/// Blocks of two clusters come in turn; what is in one burst comes once.
TEST(WeightTraffic, ABurstThatTwoBlocksShareIsReadOnce) {
  const uint32_t outputs = 64, depth = 300; // eight tiles of two sizes
  for (DramModel model : {DramModel::flat, DramModel::timed})
    for (Residency residency : {Residency::streamed, Residency::retained}) {
      TargetModel target = withModel(model);
      target.weightStore.bytes = 128 * 1024;
      const MicroProgram program =
          layerOf(target, outputs, depth, 2, residency);
      uint64_t bursts = (depth * sizeof(float) + 63) / 64; // of the input
      for (const auto &segment : program.program.program.weights[0]->segments) {
        ASSERT_NE(segment->block_offsets[2] % 64, 0u);
        bursts += (segment->bytes + 63) / 64;
      }
      const RoundTiming timing = simulate(program);
      EXPECT_EQ(timing.total.burstBytes, bursts * 64);
    }
}

/// Shared bursts are read again if the FIFO is too small to keep the beginnings
/// of later blocks.
TEST(WeightTraffic, ASmallFifoReadsSharedBurstsAgain) {
  TargetModel large, small;
  small.stagingFifo.bytes = small.dma.requestBytes;
  const RoundTiming once = simulate(layerOf(large, 64, 300, 2));
  const RoundTiming again = simulate(layerOf(small, 64, 300, 2));
  EXPECT_EQ(once.total.dramBytes(), again.total.dramBytes());
  EXPECT_LT(once.total.burstBytes, again.total.burstBytes);
}

/// A block has its place in the store before it is there.
TEST(WeightTraffic, ABlockIsNotDecodedBeforeItHasArrived) {
  TargetModel target;
  target.weightStore.bytes = 256 * 1024;
  target.decoder.lanes = 64;
  const RoundTiming timing =
      simulate(layerOf(target, 64, 512, 1, Residency::retained));
  uint64_t arrived = 0, decoded = 0;
  for (const Activity &activity : timing.activities) {
    if (activity.unit == Unit::weightDma)
      arrived = std::max(arrived, activity.end);
    if (activity.unit == Unit::decoder)
      decoded = std::max(decoded, activity.end);
  }
  EXPECT_GT(decoded, arrived);
}

namespace {

/// A machine of 200 MHz with a flat DRAM of 48 bytes a cycle, and requests of
/// one burst, which take a cycle and a third.
target::TargetModel flatMachine(double latencyNs) {
  target::TargetModel target;
  target.dram.model = target::DramModel::flat;
  target.dram.gigabytesPerSecond = 9.6;
  target.dram.latencyNs = latencyNs;
  target.dma.requestBytes = 64;
  target.dma.outstandingRequests = 64;
  return target;
}

} // namespace

/// Fractions of a cycle are not lost from request to request.
TEST(FlatDram, KeepsFractionsOfCycles) {
  constexpr uint64_t elements = 64 * 96 / 4, bytes = 64 * 96;
  MicroProgram program(flatMachine(0), elements, 1);
  auto executable = program.load();
  ASSERT_TRUE(executable);
  auto timing = simulateRound(executable->program(), executable->work(), 0, {});
  ASSERT_TRUE(timing) << timing.error().message;
  EXPECT_EQ(timing->total.burstBytes, bytes);
  EXPECT_EQ(timing->total.busy[size_t(Unit::dram)], bytes / 48);
  EXPECT_EQ(timing->total.busy[size_t(Unit::activationDma)], bytes / 48);
}

/// Reads arrive after the latency; writes are done when they have left.
TEST(FlatDram, OnlyReadsWaitForTheLatency) {
  constexpr uint32_t elements = 48; // 192 bytes, 4 cycles
  MicroProgram program(flatMachine(5000), elements, elements);
  binary::CopyT store;
  store.source = MicroProgram::input;
  store.destination = MicroProgram::inputDram;
  store.extents = {elements};
  store.source_strides = store.destination_strides = {1};
  const uint32_t written = program.add(std::move(store), {0});
  auto executable = program.load();
  ASSERT_TRUE(executable);
  auto timing = simulateRound(executable->program(), executable->work(), 0, {});
  ASSERT_TRUE(timing) << timing.error().message;
  uint64_t read = 0, write = 0;
  for (const Activity &activity : timing->activities)
    if (activity.unit == Unit::activationDma)
      (activity.command == written ? write : read) +=
          activity.end - activity.begin;
  // Sums of thirds may miss a whole number by a little.
  EXPECT_NEAR(double(read), 1000 + 4, 1);
  EXPECT_NEAR(double(write), 4, 1);
}
