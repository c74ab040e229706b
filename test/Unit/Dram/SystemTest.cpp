// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Times, orders and energies that can be worked out by hand.

#include "crania/DramModel/System.h"

#include <gtest/gtest.h>

using namespace crania;
using namespace crania::dram;

namespace {

/// From a request to the first command for it: it enters the transaction queue,
/// then the queue of its bank.
constexpr Cycle throughQueues = 2;

System systemOf(const Spec &spec) { return std::move(*System::create(spec)); }

Spec lpddr3() { return *findPreset("lpddr3-1600"); }

/// The completion of a request that is submitted when nothing else waits.
Cycle serve(System &system, const Request &request) {
  Request now = request;
  now.time = system.now();
  EXPECT_TRUE(system.enqueue(now));
  std::optional<Completion> completion = system.advance(never);
  return completion ? completion->time - now.time : 0;
}

Request read(uint64_t address, uint64_t bytes = 32) {
  return {address, bytes, false, 0, 0};
}

Request write(uint64_t address, uint64_t bytes = 32) {
  return {address, bytes, true, 0, 0};
}

constexpr uint64_t rowBytes = 4096;              // of LPDDR3 x32
constexpr uint64_t nextRowOfBank = 8 * rowBytes; // 8 banks

} // namespace

TEST(DramSystem, LatencyOfOneRead) {
  System system = systemOf(lpddr3());
  const Spec::Timing &t = system.spec().timing;
  const Cycle data = t.tCL + 4;
  EXPECT_EQ(serve(system, read(0)), throughQueues + t.tRCD + data);
  // The row is open now.
  system.advance(system.now() + 200);
  EXPECT_EQ(serve(system, read(64)), throughQueues + data);
  // Another row of the bank, once the first may close.
  system.advance(system.now() + 200);
  EXPECT_EQ(serve(system, read(nextRowOfBank)),
            throughQueues + t.tRP + t.tRCD + data);
}

TEST(DramSystem, LatencyOfOneWrite) {
  System system = systemOf(lpddr3());
  const Spec::Timing &t = system.spec().timing;
  EXPECT_EQ(serve(system, write(0)), throughQueues + t.tRCD + t.tCWL + 4);
}

TEST(DramSystem, BurstsOfARowFollowEachOther) {
  System system = systemOf(lpddr3());
  const Spec::Timing &t = system.spec().timing;
  EXPECT_EQ(serve(system, read(0, 8 * 32)),
            throughQueues + t.tRCD + 7 * t.tCCDS + t.tCL + 4);
  EXPECT_EQ(system.counts().reads, 8u);
  EXPECT_EQ(system.counts().activates, 1u);
}

/// Bytes that share a burst cost no more than the burst.
TEST(DramSystem, RequestsAreOfWholeBursts) {
  System system = systemOf(lpddr3());
  serve(system, read(30, 4));
  EXPECT_EQ(system.counts().reads, 2u);
  serve(system, read(33, 1));
  EXPECT_EQ(system.counts().reads, 3u);
}

TEST(DramSystem, ClosedPagesClose) {
  Spec spec = lpddr3();
  spec.controller.pagePolicy = PagePolicy::closed;
  System system = systemOf(spec);
  const Cycle first = serve(system, read(0));
  system.advance(system.now() + 200);
  EXPECT_EQ(serve(system, read(64)), first);
  EXPECT_EQ(system.counts().precharges, 2u);
  // Bursts that wait together share the row.
  system.advance(system.now() + 200);
  serve(system, read(0, 8 * 32));
  EXPECT_EQ(system.counts().activates, 3u);
}

/// Also where another row is to come: none needs a command of its own to close.
TEST(DramSystem, ClosedPagesCloseWithTheirLastAccess) {
  Spec spec = lpddr3();
  spec.controller.pagePolicy = PagePolicy::closed;
  System system = systemOf(spec);
  std::vector<bool> closing;
  system.setObserver([&](const Command &c) {
    EXPECT_NE(c.kind, CommandKind::precharge);
    if (c.kind == CommandKind::read)
      closing.push_back(c.autoPrecharge);
  });
  for (uint64_t row = 0; row < 3; ++row)
    ASSERT_TRUE(system.enqueue(read(row * nextRowOfBank, 64)));
  system.drain();
  EXPECT_EQ(closing,
            (std::vector<bool>{false, true, false, true, false, true}));
}

/// A row that closes with its last access is active for tRAS at least.
TEST(DramSystem, ActiveStandbyOfAClosedPage) {
  Spec spec = lpddr3();
  spec.controller.pagePolicy = PagePolicy::closed;
  System system = systemOf(spec);
  serve(system, read(0));
  system.advance(1000);
  EXPECT_EQ(system.counts().activeCycles, spec.timing.tRAS);
  EXPECT_EQ(system.counts().prechargedCycles, 1000 - spec.timing.tRAS);
}

/// Row hits overtake a miss, but not for ever.
TEST(DramSystem, RowHitsGoFirst) {
  Spec spec = lpddr3();
  System system = systemOf(spec);
  std::vector<uint32_t> rows;
  system.setObserver([&](const Command &c) {
    if (c.kind == CommandKind::read)
      rows.push_back(c.row);
  });
  ASSERT_TRUE(system.enqueue(read(0)));
  ASSERT_TRUE(system.enqueue(read(nextRowOfBank)));
  for (uint64_t i = 1; i < 7; ++i)
    ASSERT_TRUE(system.enqueue(read(32 * i)));
  system.drain();
  EXPECT_EQ(rows, (std::vector<uint32_t>{0, 0, 0, 0, 0, 0, 0, 1}))
      << "the bank may not close before tRAS";
  spec.controller.scheduling = Scheduling::inOrder;
  System inOrder = systemOf(spec);
  rows.clear();
  inOrder.setObserver([&](const Command &c) {
    if (c.kind == CommandKind::read)
      rows.push_back(c.row);
  });
  ASSERT_TRUE(inOrder.enqueue(read(0)));
  ASSERT_TRUE(inOrder.enqueue(read(nextRowOfBank)));
  ASSERT_TRUE(inOrder.enqueue(read(32)));
  inOrder.drain();
  EXPECT_EQ(rows, (std::vector<uint32_t>{0, 1, 0}));
}

/// After so many hits of a row, an older miss of the bank goes first.
TEST(DramSystem, RowHitsDoNotGoFirstForEver) {
  Spec spec = lpddr3();
  spec.timing.tRTP = 4; // no longer than from hit to hit
  for (uint32_t limit : {2u, 3u, 5u}) {
    spec.controller.rowHitLimit = limit;
    System system = systemOf(spec);
    std::vector<uint32_t> rows;
    system.setObserver([&](const Command &c) {
      if (c.kind == CommandKind::read)
        rows.push_back(c.row);
    });
    serve(system, read(0));
    system.advance(system.now() + 200); // the bank may close
    // A hit, the miss, and more hits than may overtake it.
    for (uint64_t address :
         {uint64_t(32), nextRowOfBank, uint64_t(64), uint64_t(96),
          uint64_t(128), uint64_t(160), uint64_t(192)}) {
      Request request = read(address);
      request.time = system.now();
      ASSERT_TRUE(system.enqueue(request));
    }
    system.drain();
    std::vector<uint32_t> expected(8, 0);
    expected[limit] = 1;
    EXPECT_EQ(rows, expected) << "limit " << limit;
  }
}

/// Reads go before writes that came earlier, unless they are to the same place.
TEST(DramSystem, WritesWaitButNotForTheirReaders) {
  Spec spec = lpddr3();
  spec.controller.commandQueue = 1; // so that reads wait
  System system = systemOf(spec);
  std::vector<CommandKind> order;
  system.setObserver([&](const Command &c) {
    if (c.kind == CommandKind::read || c.kind == CommandKind::write)
      order.push_back(c.kind);
  });
  for (uint64_t i = 0; i < 4; ++i)
    ASSERT_TRUE(system.enqueue(read(32 * i)));
  ASSERT_TRUE(system.enqueue(write(rowBytes)));
  ASSERT_TRUE(system.enqueue(read(128)));
  system.drain();
  EXPECT_EQ(order.back(), CommandKind::write);
  order.clear();
  Request then = read(0), store = write(3 * rowBytes),
          load = read(3 * rowBytes);
  for (Request *request : {&then, &store, &load}) {
    request->time = system.now();
    ASSERT_TRUE(system.enqueue(*request));
  }
  system.drain();
  EXPECT_EQ(order.back(), CommandKind::read);
}

TEST(DramSystem, ChannelsShareTheLoad) {
  Spec spec = lpddr3();
  System one = systemOf(spec);
  spec.organization.channels = 2;
  spec.controller.addressMapping = "rorababgcoch";
  System two = systemOf(spec);
  const Cycle single = serve(one, read(0, 1 << 16));
  const Cycle pair = serve(two, read(0, 1 << 17));
  EXPECT_NEAR(double(pair) / double(single), 1, 0.01);
}

TEST(DramSystem, RefreshesWhenIdle) {
  const Spec spec = *findPreset("ddr4-3200");
  System system = systemOf(spec);
  system.advance(uint64_t(100) * spec.timing.tREFI + 10);
  EXPECT_EQ(system.counts().refreshes, 200u); // of two ranks
  EXPECT_EQ(system.counts().activeCycles, 0u);
  EXPECT_EQ(system.wake(), never);
}

/// Standby and refresh of an idle channel, by the formula.
TEST(DramSystem, EnergyWhenIdle) {
  const Spec spec = *findPreset("ddr4-3200");
  System system = systemOf(spec);
  const Cycle cycles = spec.timing.tREFI + 2000;
  system.advance(cycles);
  const Energy energy = system.energy();
  const double ns = spec.timing.clockPs / 1000;
  EXPECT_NEAR(energy.prechargeStandby, 2 * 8 * 1.2 * 37 * cycles * ns, 1);
  EXPECT_NEAR(energy.refresh, 2 * 8 * 1.2 * (250 - 52) * 560 * ns, 1);
  EXPECT_EQ(energy.total(), energy.prechargeStandby + energy.refresh);
}

TEST(DramSystem, SecondSupplyAddsUp) {
  const Spec spec = *findPreset("lpddr4-3200");
  Counts counts;
  counts.reads = 1;
  const double ns = spec.burstCycles() * spec.timing.clockPs / 1000;
  EXPECT_NEAR(energyOf(spec, counts).read, (275 - 30) * 1.1 * ns, 1e-9);
  counts.reads = 0;
  counts.prechargedCycles = 1000;
  EXPECT_NEAR(energyOf(spec, counts).total(),
              (27 * 1.1 + 2 * 1.8) * 1000 * spec.timing.clockPs / 1000, 1e-6);
}

/// What a command adds to standby, from the currents of LPDDR3-1600 in mA: 40
/// to activate, 250 to read, 245 to write, 150 to refresh, 21 and 20.5 in
/// standby, at 1.2 V and 1.25 ns a clock.
TEST(DramEnergy, OfEachCommandByHand) {
  const Spec spec = lpddr3();
  constexpr double clock = 1.2 * 1.25;
  auto energyOfOne = [&](uint64_t Counts::*event) {
    Counts counts;
    counts.*event = 1;
    return energyOf(spec, counts);
  };
  EXPECT_NEAR(energyOfOne(&Counts::activates).activate,
              clock * (40 * (34 + 15) - 21 * 34 - 20.5 * 15), 1e-9);
  EXPECT_NEAR(energyOfOne(&Counts::reads).read, clock * 4 * (250 - 21), 1e-9);
  EXPECT_NEAR(energyOfOne(&Counts::writes).write, clock * 4 * (245 - 21), 1e-9);
  EXPECT_NEAR(energyOfOne(&Counts::refreshes).refresh, clock * 168 * (150 - 21),
              1e-9);
  EXPECT_NEAR(energyOfOne(&Counts::activeCycles).activeStandby, clock * 21,
              1e-9);
  EXPECT_NEAR(energyOfOne(&Counts::prechargedCycles).prechargeStandby,
              clock * 20.5, 1e-9);
  for (uint64_t Counts::*event :
       {&Counts::activates, &Counts::reads, &Counts::writes, &Counts::refreshes,
        &Counts::activeCycles, &Counts::prechargedCycles}) {
    const Energy one = energyOfOne(event);
    EXPECT_NEAR(one.total(),
                one.activate + one.read + one.write + one.refresh +
                    one.activeStandby + one.prechargeStandby + one.transfer,
                1e-9);
  }
  EXPECT_EQ(energyOfOne(&Counts::precharges).total(), 0);
}

TEST(DramSystem, FlatEnergyIsPerBit) {
  Spec spec = lpddr3();
  spec.energy.model = EnergyModel::flat;
  System system = systemOf(spec);
  serve(system, read(0, 256));
  EXPECT_DOUBLE_EQ(system.energy().total(), 256 * 8 * 20.0);
  EXPECT_DOUBLE_EQ(system.energy().transfer, system.energy().total());
}

TEST(DramSystem, RefusesWhatItCannotServe) {
  System system = systemOf(lpddr3());
  auto refused = [&](const Request &request, const char *part) {
    Result<RequestId> id = system.enqueue(request);
    ASSERT_FALSE(id);
    EXPECT_NE(id.error().message.find(part), std::string::npos)
        << id.error().message;
  };
  refused(read(0, 0), "at least one byte");
  refused(read(uint64_t(1) << 30, 1), "does not lie within the 1073741824");
  refused(read(~uint64_t(0), 32), "does not lie within");
  refused({0, 32, false, 256, 0}, "queue 256");
  system.advance(50);
  refused({0, 32, false, 0, 49}, "the next clock is 50");
  Spec impossible = lpddr3();
  impossible.timing.tREFI = 1;
  EXPECT_FALSE(System::create(impossible));
}

TEST(DramSystem, EmptyDrains) {
  System system = systemOf(lpddr3());
  EXPECT_EQ(system.drain(), 0u);
  system.advance(77);
  EXPECT_EQ(system.drain(), 77u);
}
