// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Tests of energies and areas against their sources and published designs.

#include "crania/Target/DmaRate.h"
#include "crania/Target/TargetModel.h"

#include <gtest/gtest.h>

#include <cmath>

namespace crania::target {
namespace {

constexpr Precision precisions[] = {Precision::f32, Precision::i16,
                                    Precision::i8};

TargetModel preset(const char *name) {
  Result<TargetModel> target = findPreset(name);
  EXPECT_TRUE(target) << name;
  return *target;
}

double baseArea(const TargetModel &target, Precision precision) {
  double sum = 0;
  for (const TargetModel::AreaEntry &entry : target.area(precision, 0))
    sum += entry.addition ? 0 : entry.mm2;
  return sum;
}

TEST(Energy, Arithmetic) {
  TargetModel t;
  EXPECT_DOUBLE_EQ(t.macPicojoules(Precision::i8), 0.3);
  EXPECT_DOUBLE_EQ(t.macPicojoules(Precision::i16), 0.75);
  EXPECT_DOUBLE_EQ(t.macPicojoules(Precision::f32), 4.6);
  EXPECT_DOUBLE_EQ(t.operationPicojoules(Operation::multiplyF32), 3.7);
  EXPECT_DOUBLE_EQ(t.operationPicojoules(Operation::addF32), 0.9);
  EXPECT_DOUBLE_EQ(t.operationPicojoules(Operation::multiplyI32), 3.1);
  EXPECT_DOUBLE_EQ(t.operationPicojoules(Operation::addI32), 0.1);
}

/// Energies of CACTI 7 at 45 nm, pJ per 8-byte read. The fit claims 35 %.
TEST(Energy, SramReadsAreNearCacti) {
  struct {
    uint64_t kb;
    double picojoules;
  } measured[] = {{2, 1.97},   {4, 3.39},   {8, 4.92},   {16, 7.10},
                  {32, 8.20},  {64, 14.5},  {128, 32.3}, {256, 44.7},
                  {512, 63.5}, {1024, 93.5}};
  for (auto [kb, picojoules] : measured) {
    TargetModel t;
    t.globalBuffer.bytes = t.weightStore.bytes = kb * 1024;
    double buffer = 8 * t.globalBufferReadPicojoulesPerByte();
    EXPECT_NEAR(buffer / picojoules, 1, 0.35) << kb << " KB";
    EXPECT_DOUBLE_EQ(8 * t.storeReadPicojoulesPerByte(), buffer);
  }
}

/// Energies of CACTI 7 at 45 nm, pJ per access of a line of 32 bytes, 4 ways.
TEST(Energy, CachesAreNearCacti) {
  struct {
    uint64_t kb;
    double read, write;
  } measured[] = {{8, 29, 29}, {32, 36.5, 42.3}, {256, 74, 159}};
  for (auto [kb, read, write] : measured) {
    TargetModel t;
    t.weightStore.bytes = kb * 1024;
    t.weightStore.policy = StorePolicy::lru;
    EXPECT_NEAR(t.cacheLookUpPicojoules() / read, 1, 0.12) << kb << " KB";
    EXPECT_NEAR(t.cacheFillPicojoules() / write, 1, 0.36) << kb << " KB";
    const double line = t.cacheLookUpPicojoules();
    t.weightStore.lineBytes = 64;
    EXPECT_DOUBLE_EQ(t.cacheLookUpPicojoules(), 2 * line);
  }
}

/// Logic and the fast cells of caches leak; the cells of other memories do not.
TEST(Energy, LogicAndCachesLeak) {
  TargetModel t;
  const double logic = t.leakageMilliwatts(Precision::i8, t.plainDecoderUm2());
  // The arithmetic takes about 0.2 mm2.
  EXPECT_NEAR(logic, 0.2 * 21.8, 1.5);
  t.globalBuffer.bytes *= 2;
  t.weightStore.policy = StorePolicy::directMapped;
  EXPECT_DOUBLE_EQ(t.leakageMilliwatts(Precision::i8, t.plainDecoderUm2()),
                   logic);
  t.weightStore.policy = StorePolicy::lru;
  EXPECT_DOUBLE_EQ(t.leakageMilliwatts(Precision::i8, t.plainDecoderUm2()),
                   logic + 32);
  t.weightStore.policy = StorePolicy::compilerManaged;
  EXPECT_GT(t.leakageMilliwatts(Precision::f32, t.plainDecoderUm2()),
            5 * logic);
}

/// The machine has 256 PEs with 6 bytes, 16 lanes with 12, and 128 decoder
/// lanes with 8.
TEST(Energy, TheClockReachesThePipelines) {
  TargetModel t;
  EXPECT_NEAR(t.clockMilliwatts(Precision::i8),
              (256 * 6 + 16 * 12 + 128 * 8) * 8 * 0.0011 * 200e-3, 1e-9);
  t.clockMHz *= 2;
  EXPECT_NEAR(t.clockMilliwatts(Precision::i8),
              (256 * 6 + 16 * 12 + 128 * 8) * 8 * 0.0011 * 400e-3, 1e-9);
}

/// An access of one bank costs as much as an access of a memory of its size.
TEST(Energy, BanksOfTheStore) {
  TargetModel whole, banked;
  whole.weightStore.bytes = 2048;
  banked.weightStore.bytes = 16 * 2048;
  banked.weightStore.banks = 16;
  EXPECT_DOUBLE_EQ(whole.storeReadPicojoulesPerByte(),
                   banked.storeReadPicojoulesPerByte());
}

/// A direct-mapped cache reads as much as a plain store, and a tag.
TEST(Energy, DirectMappedCachesPayForTags) {
  TargetModel t;
  t.weightStore.policy = StorePolicy::directMapped;
  const double data = 32 * t.storeReadPicojoulesPerByte();
  EXPECT_GT(t.cacheLookUpPicojoules(), data);
  EXPECT_LT(t.cacheLookUpPicojoules(), 1.1 * data);
  EXPECT_GT(t.cacheFillPicojoules(), 32 * t.storeWritePicojoulesPerByte());
}

/// Registers cost the same per bit at any precision.
TEST(Energy, RegistersScaleWithTheirWidth) {
  TargetModel t;
  EXPECT_DOUBLE_EQ(t.registerPicojoules(Precision::i16), 0.7);
  EXPECT_DOUBLE_EQ(t.registerPicojoules(Precision::f32), 1.4);
  EXPECT_DOUBLE_EQ(t.registerPicojoules(Precision::i8), 0.35);
}

TEST(Energy, LargeMemoriesAreBanked) {
  TargetModel one, twelve;
  one.globalBuffer.bytes = 1 << 20;
  twelve.globalBuffer.bytes = 12 << 20;
  EXPECT_DOUBLE_EQ(one.globalBufferReadPicojoulesPerByte(),
                   twelve.globalBufferReadPicojoulesPerByte());
}

TEST(Energy, NoStoreCostsNothing) {
  TargetModel t;
  t.weightStore.bytes = 0;
  EXPECT_EQ(t.storeReadPicojoulesPerByte(), 0);
  EXPECT_EQ(t.storeWritePicojoulesPerByte(), 0);
}

/// The order of energies per byte that makes retention worthwhile.
TEST(Energy, OrdersOfMemories) {
  TargetModel t;
  EXPECT_LT(t.registerPicojoules(Precision::i8),
            t.storeReadPicojoulesPerByte());
  EXPECT_LT(t.storeReadPicojoulesPerByte(),
            t.globalBufferReadPicojoulesPerByte());
  EXPECT_LT(10 * t.globalBufferReadPicojoulesPerByte(),
            t.dramPicojoulesPerByte());
  EXPECT_DOUBLE_EQ(t.dramPicojoulesPerByte(), 160);
  EXPECT_GT(t.fifoPicojoulesPerByte(), 0);
}

TEST(Energy, DramByCommandsIsThatOfTheCheapestBurst) {
  TargetModel t;
  t.dram.energy = DramEnergy::commands;
  // A write takes 1.2 V (245 - 21) mA for 4 clocks of 1.25 ns, for 32 bytes.
  EXPECT_NEAR(t.dramPicojoulesPerByte(), 1.2 * 224 * 4 * 1.25 / 32, 1e-9);
}

/// The timed LPDDR3-1600 agrees with its flat model.
TEST(Timing, TheTimedDramOfEdgeIsLikeItsFlatOne) {
  TargetModel timed, flat;
  flat.dram.model = DramModel::flat;
  EXPECT_DOUBLE_EQ(timed.dramBytesPerCycle(), flat.dramBytesPerCycle());
  EXPECT_EQ(timed.dramLatencyCycles(), flat.dramLatencyCycles());
}

TEST(Timing, Dram) {
  TargetModel t;
  t.dram.model = DramModel::flat;
  EXPECT_DOUBLE_EQ(t.dramBytesPerCycle(), 32); // 6.4 GB/s at 200 MHz
  EXPECT_EQ(t.dramLatencyCycles(), 12u);
  t.dram.latencyNs = 61;
  EXPECT_EQ(t.dramLatencyCycles(), 13u); // fractions of a cycle count as a
                                         // cycle
  t.dram.latencyNs = 0;
  EXPECT_EQ(t.dramLatencyCycles(), 0u);
}

TEST(Timing, Tiles) {
  TargetModel t;
  EXPECT_EQ(t.tileDepth(), 256u);
  EXPECT_EQ(t.tileOutputs(), 16u);
  EXPECT_EQ(t.processingElements(), 256u);
}

/// The area of `edge` without additions, by hand. SRAM dominates with 0.0033
/// mm2 per KB.
TEST(Area, EdgeIsThreeQuartersOfASquareMillimetre) {
  double i8 = baseArea(preset("edge"), Precision::i8);
  double i16 = baseArea(preset("edge"), Precision::i16);
  EXPECT_NEAR(i8, 0.75, 0.15);
  EXPECT_NEAR(i16, 0.95, 0.15);
  EXPECT_LT(i8, i16);
}

TEST(Area, OverheadIsAdditionOverBase) {
  for (const std::string &name : presetNames()) {
    TargetModel t = preset(name.c_str());
    for (Precision precision : precisions) {
      double addition = 0;
      for (const TargetModel::AreaEntry &entry :
           t.area(precision, t.plainDecoderUm2())) {
        const bool isAbsent =
            entry.component == "weight_store" && t.weightStore.bytes == 0;
        EXPECT_EQ(entry.mm2 > 0, !isAbsent) << entry.component;
        EXPECT_LE(entry.logicMm2, entry.mm2) << entry.component;
        addition += entry.addition ? entry.mm2 : 0;
      }
      EXPECT_NEAR(t.areaOverheadPercent(precision, t.plainDecoderUm2()),
                  100 * addition / baseArea(t, precision), 1e-9);
    }
  }
}

/// CACTI 7 gives 0.135 mm2 for 32 KB in 4 ways.
TEST(Area, CachesHaveTags) {
  auto storeOf = [](StorePolicy policy, uint64_t bytes) {
    TargetModel t;
    t.weightStore.policy = policy;
    t.weightStore.bytes = bytes;
    for (const TargetModel::AreaEntry &entry : t.area(Precision::i16, 0))
      if (entry.component == "weight_store")
        return entry.mm2;
    return 0.0;
  };
  const uint64_t size = 32 * 1024;
  EXPECT_NEAR(storeOf(StorePolicy::lru, size), 0.135, 1e-9);
  EXPECT_NEAR(storeOf(StorePolicy::directMapped, size), 36 * 0.0033, 1e-9);
  EXPECT_NEAR(storeOf(StorePolicy::compilerManaged, size), 32 * 0.0033, 1e-9);
  EXPECT_NEAR(storeOf(StorePolicy::fifo, 256), 0.135 / 128, 1e-9);
}

TEST(Area, StoreAndDecoderAreTheAddition) {
  TargetModel small, large;
  large.weightStore.bytes *= 2;
  large.decoder.lanes *= 2;
  EXPECT_DOUBLE_EQ(baseArea(small, Precision::i16),
                   baseArea(large, Precision::i16));
  EXPECT_NEAR(
      large.areaOverheadPercent(Precision::i16, large.plainDecoderUm2()),
      2 * small.areaOverheadPercent(Precision::i16, small.plainDecoderUm2()),
      1e-9);
}

TEST(Area, LitePresetsKeepThePublishedOverhead) {
  for (const char *name : {"edge-lite", "eie-lite"})
    for (Precision precision : precisions)
      EXPECT_GE(preset(name).decoderBudgetUm2(precision),
                preset(name).plainDecoderUm2())
          << name;
  // All of the addition of edge-lite is decoder. The other preset has 37 KB;
  // one more burst would be too much.
  EXPECT_EQ(preset("edge-lite").weightStore.bytes, 0u);
  TargetModel larger = preset("eie-lite");
  EXPECT_NEAR(double(larger.weightStore.bytes) / 1024, 37, 1);
  larger.weightStore.bytes += larger.dram.burstBytes;
  bool exceeds = false;
  for (Precision precision : precisions)
    exceeds |=
        larger.areaOverheadPercent(precision, larger.plainDecoderUm2()) > 0.3;
  EXPECT_TRUE(exceeds);
  EXPECT_NEAR(baseArea(preset("eie-lite"), Precision::i16), 40.8, 0.3);
}

/// Machines for integers also have f32 lanes, for the logits.
TEST(Area, MachinesOfIntegersHaveSomeF32Lanes) {
  TargetModel one, all;
  all.vectorUnit.f32Lanes = all.vectorUnit.lanes;
  const double lane = (7700 + 2 * 4184) * 1e-6;
  for (Precision precision : {Precision::i8, Precision::i16})
    EXPECT_NEAR(baseArea(all, precision) - baseArea(one, precision), 15 * lane,
                1e-9);
  EXPECT_DOUBLE_EQ(baseArea(all, Precision::f32),
                   baseArea(one, Precision::f32));
}

TEST(Area, SerialLoadNeedsHalfTheWeightRegisters) {
  TargetModel t;
  double twice = baseArea(t, Precision::i16);
  t.array.weightLoad = WeightLoad::serial;
  double kilobytes = 256 * 16 * 2 / 1024.0;
  EXPECT_NEAR(twice - baseArea(t, Precision::i16), kilobytes * 0.0033, 1e-9);
}

} // namespace

/// The read rate of a DMA is limited by the bandwidth, by one request per
/// cycle, and by the outstanding requests during the latency of one.
TEST(Timing, ADmaReadsNoMoreThanItAsksFor) {
  TargetModel t;
  t.dram.model = DramModel::flat;
  t.dram.latencyNs = 40; // 8 cycles
  t.dma.requestBytes = 256;
  t.dma.outstandingRequests = 16;
  t.dram.gigabytesPerSecond = 51.2;
  EXPECT_DOUBLE_EQ(streamBytesPerCycle(t), 256); // all three limits are equal
  t.dram.gigabytesPerSecond = 102.4;
  EXPECT_DOUBLE_EQ(t.dramBytesPerCycle(), 512);
  EXPECT_DOUBLE_EQ(streamBytesPerCycle(t), 256); // one request per cycle
  t.dma.requestBytes = 512;
  EXPECT_DOUBLE_EQ(streamBytesPerCycle(t), 512);
  t.dma.outstandingRequests = 4;
  EXPECT_DOUBLE_EQ(streamBytesPerCycle(t), 256); // 4 x 512 in 8 cycles
  t.dram.latencyNs = 0;
  EXPECT_DOUBLE_EQ(streamBytesPerCycle(t), 512);
  // The bandwidth limits the presets.
  for (const std::string &name : presetNames()) {
    const TargetModel preset = *findPreset(name);
    EXPECT_DOUBLE_EQ(streamBytesPerCycle(preset), preset.dramBytesPerCycle())
        << name;
  }
}

TEST(Timing, IdleRequests) {
  TargetModel t;
  t.dram.model = DramModel::flat;
  EXPECT_EQ(idleRequestCycles(t, 64), 12u + 2); // 60 ns, and 32 bytes a cycle
  EXPECT_EQ(idleRequestCycles(t, 65), 12u + 3);
}

} // namespace crania::target
