// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Tests of the energy of counts: each kind of event is charged to one
// component, computed by hand.

#include "crania/Simulator/Accounting/Bounds.h"
#include "crania/Simulator/Accounting/Energy.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <set>

using namespace crania;
using namespace crania::simulator;
using target::Operation;
using target::Precision;
using target::TargetModel;

namespace {

using Components = std::map<std::string, double>;

/// Returns the components that are not 0.
Components componentsOf(const Counts &counts, const TargetModel &target) {
  Components components;
  for (const auto &[name, picojoules] :
       energyOf(counts, target, Precision::i8).components())
    if (picojoules != 0)
      components[std::string(name)] = picojoules;
  return components;
}

/// Returns the energy in pJ of an access of an SRAM port of 8 bytes, per byte:
/// the fits of share/crania/technology/45nm.json.
double readByte(double kilobytes) {
  return 1.27 * std::pow(kilobytes, 0.62) / 8;
}
double writeByte(double kilobytes) {
  return 4.38 * std::pow(kilobytes, 0.41) / 8;
}

/// The energy in pJ of a byte in a register, and of moving a byte to the
/// neighboring PE: 1 and 2 MACs of 16 bits, (0.6 + 0.1) pJ, per 2 bytes.
constexpr double registerByte = 0.35, neighbourByte = 0.7;

struct Event {
  const char *name;
  std::function<void(Counts &)> count; ///< 1000 events
  Components picojoules;               ///< components of one event
};

std::vector<Event> events() {
  return {
      {"bursts", [](Counts &c) { c.burstBytes = 1000; }, {{"dram", 20 * 8}}},
      {"MACs of i8",
       [](Counts &c) { c.macs[size_t(Precision::i8)] = 1000; },
       {{"array", 0.2 + 0.1}}},
      {"MACs of i16",
       [](Counts &c) { c.macs[size_t(Precision::i16)] = 1000; },
       {{"array", 0.6 + 0.15}}},
      {"MACs of f32",
       [](Counts &c) { c.macs[size_t(Precision::f32)] = 1000; },
       {{"array", 3.7 + 0.9}}},
      {"registers",
       [](Counts &c) { c.registerBytes = 1000; },
       {{"registers", registerByte}}},
      {"neighbors",
       [](Counts &c) { c.neighbourBytes = 1000; },
       {{"registers", neighbourByte}}},
      {"buffer reads",
       [](Counts &c) { c.globalBufferReadBytes = 1000; },
       {{"global_buffer", readByte(128)}}},
      {"buffer writes",
       [](Counts &c) { c.globalBufferWriteBytes = 1000; },
       {{"global_buffer", writeByte(128)}}},
      // The bytes are written once and read once.
      {"FIFO",
       [](Counts &c) { c.fifoBytes = 1000; },
       {{"fifo", readByte(4) + writeByte(4)}}},
      {"store reads",
       [](Counts &c) { c.storeReadBytes = 1000; },
       {{"store", readByte(32)}}},
      {"store writes",
       [](Counts &c) { c.storeWriteBytes = 1000; },
       {{"store", writeByte(32)}}},
      // The bytes go through the pipeline of the decoder into a register of a
      // PE.
      {"values of i8",
       [](Counts &c) { c.decodedValues[size_t(Precision::i8)] = 1000; },
       {{"decoder", registerByte}, {"registers", registerByte}}},
      {"values of i16",
       [](Counts &c) { c.decodedValues[size_t(Precision::i16)] = 1000; },
       {{"decoder", 2 * registerByte}, {"registers", 2 * registerByte}}},
      {"values of f32",
       [](Counts &c) { c.decodedValues[size_t(Precision::f32)] = 1000; },
       {{"decoder", 4 * registerByte}, {"registers", 4 * registerByte}}},
      {"scanned bits",
       [](Counts &c) { c.scannedPositions = 1000; },
       {{"decoder", registerByte / 8}}},
      {"coded encodings",
       [](Counts &c) { c.decoderFemtojoules = 1000; },
       {{"decoder", 0.001}}},
      {"multiplications of f32",
       [](Counts &c) { c.vectorOps[size_t(Operation::multiplyF32)] = 1000; },
       {{"vector", 3.7}}},
      {"additions of f32",
       [](Counts &c) { c.vectorOps[size_t(Operation::addF32)] = 1000; },
       {{"vector", 0.9}}},
      {"multiplications of i32",
       [](Counts &c) { c.vectorOps[size_t(Operation::multiplyI32)] = 1000; },
       {{"vector", 3.1}}},
      {"additions of i32",
       [](Counts &c) { c.vectorOps[size_t(Operation::addI32)] = 1000; },
       {{"vector", 0.1}}},
      {"exit tests", [](Counts &c) { c.exitOps = 1000; }, {{"exit", 3.7}}},
      // Hits and skipped blocks cost nothing by themselves.
      {"absent weights",
       [](Counts &c) { c.macsSkipped[size_t(Precision::i8)] = 1000; },
       {}},
      {"hits", [](Counts &c) { c.storeHitBytes = 1000; }, {}},
  };
}

void expectNear(const Components &actual, const Components &expected,
                const char *name) {
  std::set<std::string> names;
  for (const Components *components : {&actual, &expected})
    for (const auto &component : *components)
      names.insert(component.first);
  for (const std::string &component : names) {
    const double a = actual.count(component) ? actual.at(component) : 0;
    const double e = expected.count(component) ? expected.at(component) : 0;
    EXPECT_NEAR(a, e, 1e-9 * std::max(1.0, std::abs(e)))
        << name << ", " << component;
  }
}

} // namespace

TEST(Account, EachEventHasItsComponentAndItsPrice) {
  const TargetModel target;
  for (const Event &event : events()) {
    Counts counts;
    event.count(counts);
    Components expected = event.picojoules;
    for (auto &component : expected)
      component.second *= 1000;
    expectNear(componentsOf(counts, target), expected, event.name);
  }
}

/// If all events happen together, none is charged twice or left out.
TEST(Account, EventsAddUp) {
  const TargetModel target;
  Counts all;
  Components expected;
  double total = 0;
  for (const Event &event : events()) {
    Counts counts;
    event.count(counts);
    all += counts;
    for (const auto &[component, picojoules] : event.picojoules) {
      expected[component] += 1000 * picojoules;
      total += 1000 * picojoules;
    }
  }
  expectNear(componentsOf(all, target), expected, "all");
  EXPECT_NEAR(energyOf(all, target, Precision::i8).total(), total,
              1e-9 * total);
}

/// A cache is charged per line, not per byte.
TEST(Account, CachesPayForLookUpsAndFills) {
  TargetModel target;
  target.weightStore.policy = target::StorePolicy::lru;
  const double lookUp = 17.6 * std::pow(32, 0.24),
               fill = 10.4 * std::pow(32, 0.49);
  Counts counts;
  counts.storeReadBytes = counts.storeWriteBytes = counts.storeHitBytes = 1000;
  EXPECT_EQ(componentsOf(counts, target).count("store"), 0u);
  counts.lineHits = 3;
  expectNear({{"store", componentsOf(counts, target)["store"]}},
             {{"store", 3 * lookUp}}, "hits");
  counts.lineMisses = 5;
  expectNear({{"store", componentsOf(counts, target)["store"]}},
             {{"store", 8 * lookUp}}, "misses");
  counts.lineFills = 2;
  expectNear({{"store", componentsOf(counts, target)["store"]}},
             {{"store", 8 * lookUp + 2 * fill}}, "fills");
}

/// The power in mW of the clock and of the leakage is charged over time. All
/// logic leaks 21.8 mW per mm2, including the decoder.
TEST(Account, TimeCostsTheClockAndLeakage) {
  TargetModel target;
  target.clockMHz = 500;
  Counts counts;
  counts.cycles = 1000; // 2 us
  constexpr double nanoseconds = 2000, leakagePerMm2 = 21.8;
  auto energy = [&](double decoderUm2) {
    return energyOf(counts, target, Precision::i8, decoderUm2);
  };
  constexpr double decoderUm2 = 50000;
  EXPECT_NEAR(energy(decoderUm2).leakage - energy(0).leakage,
              decoderUm2 * 1e-6 * leakagePerMm2 * nanoseconds, 1e-6);
  EXPECT_NEAR(energyOf(counts, target, Precision::i8).leakage,
              energy(target.plainDecoderUm2()).leakage, 1e-9);
  EXPECT_GT(energy(0).leakage, 0);
  // There are 256 PEs of 1 + 1 + 4 bytes, 16 lanes of 3 words, and 128 windows
  // of 8 bytes, at 0.0011 pJ per bit and cycle.
  EXPECT_NEAR(energy(0).clock,
              1000 * 8 * 0.0011 * (256 * 6 + 16 * 12 + 128 * 8), 1e-6);
  EXPECT_NEAR(energy(decoderUm2).total(),
              energy(decoderUm2).clock + energy(decoderUm2).leakage, 1e-6);
  counts.cycles *= 3;
  EXPECT_NEAR(energy(0).clock,
              3 * 1000 * 8 * 0.0011 * (256 * 6 + 16 * 12 + 128 * 8), 1e-6);
}

namespace {

/// Returns every number of the counts but `weightBytes`.
std::vector<uint64_t *> numbersOf(Counts &c) {
  std::vector<uint64_t *> numbers = {&c.cycles,
                                     &c.parameterBytes,
                                     &c.activationBytesRead,
                                     &c.activationBytesWritten,
                                     &c.burstBytes,
                                     &c.burstBytesWritten,
                                     &c.dramPendingCycles,
                                     &c.rowActivates,
                                     &c.refreshes,
                                     &c.dramActiveClocks,
                                     &c.dramPrechargedClocks,
                                     &c.storeHitBytes,
                                     &c.storeReadBytes,
                                     &c.storeWriteBytes,
                                     &c.lineHits,
                                     &c.lineMisses,
                                     &c.lineFills,
                                     &c.fifoBytes,
                                     &c.globalBufferReadBytes,
                                     &c.globalBufferWriteBytes,
                                     &c.registerBytes,
                                     &c.neighbourBytes,
                                     &c.scannedPositions,
                                     &c.decoderFemtojoules,
                                     &c.exitOps};
  auto append = [&](auto &list) {
    for (uint64_t &number : list)
      numbers.push_back(&number);
  };
  append(c.busy);
  append(c.stalls);
  append(c.decodedValues);
  append(c.macs);
  append(c.macsSkipped);
  append(c.vectorOps);
  return numbers;
}

} // namespace

/// Sums, products and comparisons include all fields.
TEST(Account, CountsAreAddedMultipliedAndComparedFieldByField) {
  Counts counts;
  counts.weightBytes = {3, 4};
  const std::vector<uint64_t *> numbers = numbersOf(counts);
  ASSERT_EQ(numbers.size() * sizeof(uint64_t) + sizeof(counts.weightBytes),
            sizeof(Counts))
      << "a field is missing in this test";
  for (size_t i = 0; i < numbers.size(); ++i)
    *numbers[i] = 10 + i;
  Counts sum = counts;
  sum += counts;
  Counts product = counts * 3;
  const std::vector<uint64_t *> sums = numbersOf(sum),
                                products = numbersOf(product);
  for (size_t i = 0; i < numbers.size(); ++i) {
    EXPECT_EQ(*sums[i], 2 * (10 + i)) << "field " << i;
    EXPECT_EQ(*products[i], 3 * (10 + i)) << "field " << i;
    Counts other = counts;
    EXPECT_TRUE(other == counts);
    ++*numbersOf(other)[i];
    EXPECT_FALSE(other == counts) << "field " << i;
  }
  EXPECT_EQ(sum.weightBytes, (std::vector<uint64_t>{6, 8}));
  EXPECT_EQ(product.weightBytes, (std::vector<uint64_t>{9, 12}));
  Counts more = counts;
  more.weightBytes.push_back(1);
  EXPECT_FALSE(more == counts);
  sum += more; // a cluster that the sum lacks
  EXPECT_EQ(sum.weightBytes, (std::vector<uint64_t>{9, 12, 1}));
}

TEST(Account, BytesOfDramAreWeightsParametersAndActivations) {
  Counts counts;
  counts.weightBytes = {1, 2};
  counts.parameterBytes = 4;
  counts.activationBytesRead = 8;
  counts.activationBytesWritten = 16;
  counts.burstBytes = 1000; // including the bytes of rounding
  EXPECT_EQ(counts.dramBytes(), 31u);
  EXPECT_EQ(counts.activationBytes(), 24u);
}

/// Reads and writes are counted in bursts of the memory that moves them.
TEST(Account, BurstsOfTheDramAreReadsAndWrites) {
  TargetModel target;
  target.dram.burstBytes = 128; // two or four bursts of a memory
  Counts counts;
  counts.burstBytes = 12 * 128;
  counts.burstBytesWritten = 5 * 128;
  counts.rowActivates = 3;
  counts.refreshes = 2;
  counts.dramActiveClocks = 70;
  counts.dramPrechargedClocks = 30;
  const uint64_t perRequest = 128 / target.dram.memory->burstBytes();
  ASSERT_GT(perRequest, 1u);
  dram::Counts timed = dramCountsOf(counts, target);
  EXPECT_EQ(timed.reads, 7 * perRequest);
  EXPECT_EQ(timed.writes, 5 * perRequest);
  EXPECT_EQ(timed.activates, 3u);
  EXPECT_EQ(timed.refreshes, 2u);
  EXPECT_EQ(timed.activeCycles, 70u);
  EXPECT_EQ(timed.prechargedCycles, 30u);
  target.dram.model = target::DramModel::flat;
  dram::Counts flat = dramCountsOf(counts, target);
  EXPECT_EQ(flat.reads, 7u);
  EXPECT_EQ(flat.writes, 5u);
}

/// The peak figures are 32 bytes a cycle and 256 PEs.
TEST(Account, BoundsAreThoseOfBandwidthAndArray) {
  const TargetModel target;
  Counts counts;
  counts.weightBytes = {640};
  counts.macs[size_t(Precision::i8)] = 5120;
  counts.macsSkipped[size_t(Precision::i8)] = 1 << 20;
  counts.cycles = 100;
  const Bound bound = boundOf(counts, target);
  EXPECT_DOUBLE_EQ(bound.dram, 20);
  EXPECT_DOUBLE_EQ(bound.array, 20);
  EXPECT_DOUBLE_EQ(utilizationOf(counts, target), 0.2);
  counts.weightBytes = {6400};
  EXPECT_DOUBLE_EQ(boundOf(counts, target).cycles(), 200);
}
