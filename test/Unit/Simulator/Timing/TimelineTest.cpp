// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "AnyProgram.h"

#include "crania/Report/TrafficBounds.h"
#include "crania/Simulator/Accounting/Bounds.h"
#include "crania/Simulator/Accounting/Energy.h"
#include "crania/Simulator/Timing/StreamTiming.h"
#include "crania/Simulator/Timing/TraceWriter.h"
#include "crania/Target/DmaRate.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck/gtest.h>

#include <random>

using namespace crania;
using namespace crania::test;
using namespace crania::simulator;
using binary::Residency;

namespace {

constexpr target::Precision f32 = target::Precision::f32;

Result<RoundTiming> simulate(const runtime::Executable &executable,
                             unsigned round = 0,
                             const WeightStore &store = {}) {
  return simulateRound(executable.program(), executable.work(), round, store);
}

uint64_t busy(const RoundTiming &timing, Unit unit) {
  return timing.total.busy[size_t(unit)];
}

/// A fully connected layer of dense weights in one cluster.
struct FullyConnected {
  uint32_t outputs = 32, depth = 512;
  std::string codec = "raw";
  Residency residency = Residency::streamed;

  std::shared_ptr<const runtime::Executable>
  load(const target::TargetModel &target) const {
    MicroProgram program(target, depth, outputs);
    const size_t count = size_t(outputs) * depth;
    const uint32_t w =
        program.addWeights({1, outputs, depth}, std::vector<float>(count, 1),
                           std::vector<uint8_t>(count, 1), codec, residency);
    program.addFetch(w, 1);
    program.add(matrixProduct(program, w, 1, 1), {0});
    return program.load();
  }
  uint64_t bytes() const { return uint64_t(outputs) * depth * sizeof(float); }
};

} // namespace

TEST(Timeline, StreamingIsBoundByDramBandwidth) {
  target::TargetModel target; // 32 bytes a cycle
  target.decoder.lanes = 64;
  FullyConnected layer;
  auto executable = layer.load(target);
  ASSERT_TRUE(executable);
  auto timing = simulate(*executable);
  ASSERT_TRUE(timing) << timing.error().message;
  const Counts &total = timing->total;
  EXPECT_EQ(total.weightBytesTotal(), layer.bytes());
  EXPECT_EQ(total.fifoBytes, layer.bytes());
  EXPECT_EQ(total.activationBytesRead, layer.depth * sizeof(float));
  const double transfer = double(total.dramBytes()) / 32;
  EXPECT_GE(double(total.cycles), transfer);
  EXPECT_LE(double(total.cycles), transfer * 1.1 + 400);
}

/// The array waits for the DMA if more bandwidth would not help, and for the
/// DRAM if it would.
TEST(Timeline, RequestsThatComeLateAreNotTheDrams) {
  auto countsOn = [](double gigabytesPerSecond, uint32_t requestBytes,
                     uint32_t outstanding) {
    target::TargetModel target;
    target.decoder.lanes = 4096;
    target.dram.model = target::DramModel::flat;
    target.dram.gigabytesPerSecond = gigabytesPerSecond;
    target.dma.requestBytes = requestBytes;
    target.dma.outstandingRequests = outstanding;
    target.stagingFifo.bytes = 64 * 1024;
    FullyConnected layer;
    auto timing = simulate(*layer.load(target));
    EXPECT_TRUE(timing) << timing.error().message;
    EXPECT_LE(boundOf(timing->total, target).cycles(),
              double(timing->total.cycles));
    return timing->total;
  };
  const auto dram = size_t(Stall::dram), dma = size_t(Stall::dma);
  const Counts slow = countsOn(6.4, 256, 8);
  EXPECT_GT(slow.stalls[dram], slow.cycles / 2);
  EXPECT_LT(slow.stalls[dma], slow.cycles / 50);
  // A request of 64 bytes per cycle takes an eighth of this bandwidth.
  const Counts rate = countsOn(102.4, 64, 1024);
  EXPECT_GT(rate.stalls[dma], rate.cycles / 2);
  EXPECT_LT(rate.stalls[dram], rate.cycles / 10);
  EXPECT_EQ(countsOn(204.8, 64, 1024).cycles, rate.cycles);
  // With one request at a time, each takes the full latency.
  const Counts lone = countsOn(102.4, 256, 1);
  EXPECT_GT(lone.stalls[dma], lone.cycles / 2);
  EXPECT_LT(lone.stalls[dram], lone.cycles / 10);
}

/// No run is faster than one request per cycle, or than all outstanding
/// requests.
TEST(Timeline, TheBoundKnowsTheDma) {
  target::TargetModel target;
  target.dram.model = target::DramModel::flat;
  target.dram.gigabytesPerSecond = 102.4;
  target.dma.requestBytes = 64;
  FullyConnected layer;
  auto timing = simulate(*layer.load(target));
  ASSERT_TRUE(timing) << timing.error().message;
  const Bound bound = boundOf(timing->total, target);
  EXPECT_GT(bound.dma, 8 * bound.dram);
  EXPECT_EQ(bound.cycles(), std::max(bound.dma, bound.array));
  EXPECT_DOUBLE_EQ(bound.dma,
                   double(layer.bytes()) / target::streamBytesPerCycle(target));
}

TEST(Timeline, StreamingIsBoundByTheDecoder) {
  target::TargetModel target;
  target.decoder.lanes = 1;
  FullyConnected layer;
  auto timing = simulate(*layer.load(target));
  ASSERT_TRUE(timing) << timing.error().message;
  const uint64_t values = layer.outputs * layer.depth;
  EXPECT_EQ(timing->total.decodedValues[size_t(f32)], values);
  EXPECT_EQ(busy(*timing, Unit::decoder), values);
  EXPECT_GE(timing->total.cycles, values);
  EXPECT_LE(timing->total.cycles, values + 400);
  EXPECT_GT(timing->total.stalls[size_t(Stall::decoder)], values / 2);
}

TEST(Timeline, TheDecoderScansPositionsOnlyWhereBitsCodeThem) {
  const target::TargetModel target;
  auto countsOf = [&](const std::string &codec) {
    FullyConnected layer;
    layer.codec = codec;
    auto timing = simulate(*layer.load(target));
    EXPECT_TRUE(timing) << timing.error().message;
    return timing ? timing->total : Counts();
  };
  const uint64_t positions = 32 * 512;
  const Counts raw = countsOf("raw"), bitmap = countsOf("bitmap");
  EXPECT_EQ(raw.scannedPositions, 0u);
  EXPECT_EQ(bitmap.scannedPositions, positions);
  EXPECT_EQ(raw.decodedValues[size_t(f32)], positions);
  EXPECT_EQ(bitmap.decodedValues[size_t(f32)], positions);
  // A value accesses 32 bits of a register, a position one bit.
  const double access = target.registerPicojoules(f32);
  EXPECT_DOUBLE_EQ(energyOf(raw, target, target::Precision::f32).decoder,
                   access * double(positions));
  EXPECT_DOUBLE_EQ(energyOf(bitmap, target, target::Precision::f32).decoder,
                   access * double(positions) * 33 / 32);
}

TEST(Timeline, EveryClusterScansAllPositions) {
  const uint32_t outputs = 20, depth = 300;
  MicroProgram program(target::TargetModel(), depth, outputs);
  std::vector<uint8_t> clusters(outputs * depth);
  for (size_t i = 0; i < clusters.size(); ++i)
    clusters[i] = uint8_t(1 + i % 3);
  const uint32_t w = program.addWeights(
      {1, outputs, depth}, std::vector<float>(clusters.size(), 1), clusters,
      "bitmap-free", Residency::streamed, 2);
  program.addFetch(w, 3);
  program.add(matrixProduct(program, w, 3, 1), {0});
  auto timing = simulate(*program.load());
  ASSERT_TRUE(timing) << timing.error().message;
  EXPECT_EQ(timing->total.scannedPositions, 3u * outputs * depth);
}

TEST(Timeline, TheFifoHoldsTheDmaBack) {
  target::TargetModel large, small;
  large.stagingFifo.bytes = 64 * 1024;
  small.stagingFifo.bytes = 256; // one request
  FullyConnected layer;
  auto fast = simulate(*layer.load(large));
  auto slow = simulate(*layer.load(small));
  ASSERT_TRUE(fast && slow);
  EXPECT_EQ(fast->total.dramBytes(), slow->total.dramBytes());
  // Every request waits for the latency of the one before.
  EXPECT_GT(slow->total.cycles, fast->total.cycles * 3 / 2);
  EXPECT_GT(slow->total.stalls[size_t(Stall::dram)],
            fast->total.stalls[size_t(Stall::dram)]);
}

TEST(Timeline, RetainedWeightsAreReadOnce) {
  target::TargetModel target;
  target.weightStore.bytes = 128 * 1024;
  FullyConnected layer;
  layer.residency = Residency::retained;
  auto executable = layer.load(target);
  ASSERT_TRUE(executable);
  auto cold = simulate(*executable);
  ASSERT_TRUE(cold) << cold.error().message;
  auto warm = simulate(*executable, 0, cold->storeAfter);
  ASSERT_TRUE(warm) << warm.error().message;
  EXPECT_EQ(cold->total.weightBytesTotal(), layer.bytes());
  EXPECT_EQ(cold->total.storeWriteBytes, layer.bytes());
  EXPECT_EQ(cold->total.storeHitBytes, 0u);
  EXPECT_EQ(cold->storeAfter.bytesHeld(), layer.bytes());
  EXPECT_EQ(warm->total.weightBytesTotal(), 0u);
  EXPECT_EQ(warm->total.storeHitBytes, layer.bytes());
  EXPECT_EQ(warm->total.storeReadBytes, layer.bytes());
  EXPECT_LT(warm->total.cycles, cold->total.cycles);
}

TEST(Timeline, ReleasedWeightsAreReadAgain) {
  target::TargetModel target;
  target.weightStore.bytes = 128 * 1024;
  FullyConnected layer;
  MicroProgram program(target, layer.depth, layer.outputs);
  const size_t count = size_t(layer.outputs) * layer.depth;
  const uint32_t w = program.addWeights(
      {1, layer.outputs, layer.depth}, std::vector<float>(count, 1),
      std::vector<uint8_t>(count, 1), "raw", Residency::retained);
  program.addFetch(w, 1);
  const uint32_t contract = program.add(matrixProduct(program, w, 1, 1), {0});
  binary::ReleaseT release;
  release.weights = w;
  release.cluster = 1;
  program.add(std::move(release), {contract});
  auto timing = simulate(*program.load());
  ASSERT_TRUE(timing) << timing.error().message;
  EXPECT_EQ(timing->storeAfter.bytesHeld(), 0u);
}

TEST(Timeline, AVectorRunsBehindTheContractItFollows) {
  auto cyclesWith = [](bool follows) {
    target::TargetModel target;
    target.vectorUnit.lanes = 1;
    const uint32_t outputs = 64, depth = 32, pixels = 16;
    MicroProgram program(target, depth * pixels, outputs * pixels);
    const uint32_t w = program.addWeights(
        {1, outputs, depth}, std::vector<float>(outputs * depth, 1),
        std::vector<uint8_t>(outputs * depth, 1), "raw");
    program.addFetch(w, 1);
    const uint32_t contract =
        program.add(matrixProduct(program, w, 1, pixels), {0});
    if (follows)
      program.add(reluInPlace(outputs * pixels), {}, 0, int32_t(contract));
    else
      program.add(reluInPlace(outputs * pixels), {contract});
    auto timing = simulate(*program.load());
    EXPECT_TRUE(timing) << timing.error().message;
    // The work is the same, block by block or at once.
    EXPECT_EQ(busy(*timing, Unit::vector), outputs * pixels);
    return timing->total.cycles;
  };
  EXPECT_LT(cyclesWith(true), cyclesWith(false));
}

/// The cycles of a label are those by which its commands move the end. Fetches
/// that run ahead do not move it.
TEST(Timeline, FetchesThatRunAheadTakeNoCycles) {
  const uint32_t outputs = 16, depth = 256;
  target::TargetModel target;
  target.weightStore.bytes = 128 * 1024;
  MicroProgram program(target, depth, outputs);
  const size_t count = size_t(outputs) * depth;
  const uint32_t w = program.addWeights(
      {1, outputs, depth}, std::vector<float>(count, 1),
      std::vector<uint8_t>(count, 1), "raw", Residency::retained);
  program.program.program.labels.push_back("fetch");
  const uint32_t fetch = program.addFetch(w, 1);
  program.program.program.rounds[0]->commands[fetch]->label = 1;
  program.add(matrixProduct(program, w, 1, 1), {0, fetch});
  auto timing = simulate(*program.load());
  ASSERT_TRUE(timing) << timing.error().message;
  // The layer waits for 16 KB at 32 bytes a cycle.
  EXPECT_GE(timing->byLabel[1].busy[size_t(Unit::weightDma)], 512u);
  EXPECT_EQ(timing->byLabel[1].cycles, 0u);
  EXPECT_EQ(timing->byLabel[0].cycles, timing->total.cycles);
}

TEST(Timeline, AMachineThatIsStuckIsAnErrorThatNamesTheCommands) {
  // Each cluster is one block of all tiles. The FIFO cannot hold all of the
  // first cluster, whose later tiles wait behind the second cluster.
  target::TargetModel target;
  target.stagingFifo.bytes = 1024;
  const uint32_t outputs = 64, depth = 64;
  MicroProgram program(target, depth, outputs);
  std::vector<uint8_t> clusters(outputs * depth, 1);
  for (size_t i = 0; i < clusters.size(); i += 2)
    clusters[i] = 2;
  const uint32_t w = program.addWeights(
      {1, outputs, depth}, std::vector<float>(outputs * depth, 1), clusters,
      "bitmap", Residency::streamed, 1000);
  program.addFetch(w, 2);
  program.add(matrixProduct(program, w, 2, 1), {0});
  auto timing = simulate(*program.load());
  ASSERT_FALSE(timing);
  const std::string &message = timing.error().message;
  EXPECT_NE(message.find("stuck"), std::string::npos) << message;
  EXPECT_NE(message.find("Fetch"), std::string::npos) << message;
  EXPECT_NE(message.find("room in the staging FIFO"), std::string::npos);
  EXPECT_NE(message.find("Contract"), std::string::npos) << message;
}

TEST(Timeline, AbsentWeightsCostNoMultiplications) {
  auto run = [](unsigned every) {
    const uint32_t outputs = 16, depth = 256;
    MicroProgram program(target::TargetModel(), depth * 8, outputs * 8);
    std::vector<float> values(outputs * depth);
    for (size_t i = 0; i < values.size(); i += every)
      values[i] = 1;
    const uint32_t w =
        program.addWeights({1, outputs, depth}, values,
                           std::vector<uint8_t>(values.size(), 1), "raw");
    program.addFetch(w, 1);
    program.add(matrixProduct(program, w, 1, 8), {0});
    return *simulate(*program.load());
  };
  const RoundTiming dense = run(1), sparse = run(16);
  EXPECT_EQ(dense.total.macsTotal(), 16u * 256 * 8);
  EXPECT_EQ(dense.total.macsSkippedTotal(), 0u);
  EXPECT_EQ(sparse.total.macsTotal(), 16u * 16 * 8);
  EXPECT_EQ(sparse.total.macsTotal() + sparse.total.macsSkippedTotal(),
            dense.total.macsTotal());
  // Every 16th weight: row 0 of the 16 rows holds all of them, so its PEs are
  // the fullest and have as much to do as in the dense case.
  EXPECT_EQ(busy(sparse, Unit::array), busy(dense, Unit::array));
  const RoundTiming even = run(17);
  EXPECT_LT(busy(even, Unit::array), busy(dense, Unit::array) / 8);
}

//===----------------------------------------------------------------------===//
// Properties of random programs
//===----------------------------------------------------------------------===//

namespace {

std::shared_ptr<const runtime::Executable> anyProgram() {
  return anyMicroProgram().load();
}

/// Returns the counts of all rounds, run in order, on a changed machine.
template <typename Change>
Counts countsOn(const MicroProgram &program, Change change) {
  MicroProgram changed = program;
  auto target = target::parseTarget(program.program.program.target);
  change(*target);
  changed.program.program.target = target->toJson();
  auto executable = changed.load();
  Counts counts;
  if (!executable)
    return counts;
  WeightStore store;
  for (unsigned round = 0; round < executable->rounds(); ++round) {
    auto timing = simulate(*executable, round, store);
    EXPECT_TRUE(timing) << timing.error().message;
    if (!timing)
      return counts;
    counts += timing->total;
    store = timing->storeAfter;
  }
  return counts;
}

template <typename Change>
uint64_t cyclesOn(const MicroProgram &program, Change change) {
  return countsOn(program, change).cycles;
}

} // namespace

RC_GTEST_PROP(TimelineProperties, PartsAddUpAndBoundsHold, ()) {
  auto executable = anyProgram();
  RC_ASSERT(executable != nullptr);
  const target::TargetModel &target = executable->program().target();
  WeightStore store;
  for (unsigned round = 0; round < executable->rounds(); ++round) {
    auto timing = simulate(*executable, round, store);
    RC_ASSERT(bool(timing)); // the simulator checks its own account, too
    Counts sum;
    for (const Counts &counts : timing->byLabel)
      sum += counts;
    RC_ASSERT(sum == timing->total);
    const Counts &t = timing->total;
    RC_ASSERT(boundOf(t, target).cycles() <= double(t.cycles));
    RC_ASSERT(t.burstBytes >= t.dramBytes());
    RC_ASSERT(t.dramPendingCycles <= t.cycles);
    for (const Activity &activity : timing->activities)
      RC_ASSERT(activity.begin < activity.end && activity.end <= t.cycles);
    const Energy energy = energyOf(t, target, target::Precision::f32);
    double components = 0;
    for (const auto &component : energy.components())
      components += component.second;
    RC_ASSERT(components == energy.total());
    store = timing->storeAfter;
  }
}

RC_GTEST_PROP(TimelineProperties, MemoisedRunsEqualSimulatedOnes, ()) {
  auto executable = anyProgram();
  RC_ASSERT(executable != nullptr);
  const auto exits = *rc::gen::container<std::vector<unsigned>>(
      5, rc::gen::inRange(1u, executable->rounds() + 1));
  StreamTiming memoised(executable->program(), executable->work());
  Counts simulated;
  WeightStore store;
  for (unsigned exit : exits)
    for (unsigned round = 0; round < exit; ++round) {
      RC_ASSERT(bool(memoised.runRound(round)));
      auto timing = simulate(*executable, round, store);
      RC_ASSERT(bool(timing));
      simulated += timing->total;
      store = timing->storeAfter;
    }
  RC_ASSERT(memoised.total() == simulated);
  Counts byRound, byLabel;
  for (const Counts &counts : memoised.byRound())
    byRound += counts;
  for (const Counts &counts : memoised.byLabel())
    byLabel += counts;
  RC_ASSERT(byRound == simulated);
  RC_ASSERT(byLabel == simulated);
}

RC_GTEST_PROP(TimelineProperties, NoRunBeatsItsEnergyBound, ()) {
  auto executable = anyProgram();
  RC_ASSERT(executable != nullptr);
  const auto exits = *rc::gen::container<std::vector<unsigned>>(
      5, rc::gen::inRange(1u, executable->rounds() + 1));
  runtime::PerformanceMeter meter(*executable);
  for (unsigned exit : exits)
    RC_ASSERT(bool(meter.addWholeInput(exit)));
  const runtime::Performance performance = meter.result();
  const ProgramView &program = executable->program();
  const target::TargetModel &target = program.target();
  // The bound holds even without rounding to bursts and without on-chip
  // memories.
  const Counts &total = performance.total;
  const double leanest =
      double(total.dramBytes()) * target.dramPicojoulesPerByte() +
      double(total.macsTotal()) * target.macPicojoules(f32);
  const double bound = energyBound(performance, program);
  RC_ASSERT(bound <= leanest * (1 + 1e-12));
  RC_ASSERT(bound <= energyOf(total, target, target::Precision::f32).total());
}

/// Selects a flat DRAM, which serves requests in the order of their arrival.
void makeInOrder(target::TargetModel &target) {
  target.dram.model = target::DramModel::flat;
  target.dram.energy = target::DramEnergy::flat;
}

/// A change that makes one part of a machine twice as fast.
using Improvement = void (*)(target::TargetModel &);
constexpr Improvement improvements[] = {
    [](target::TargetModel &target) { target.dram.gigabytesPerSecond *= 2; },
    [](target::TargetModel &target) { target.dram.latencyNs /= 2; },
    [](target::TargetModel &target) { target.decoder.lanes *= 2; }};

/// The weights arrive after the activations, so the DMAs do not compete. Every
/// unit then does its work in one order, whatever the times.
RC_GTEST_PROP(TimelineProperties, BetterMachinesAreNotSlowerInOneOrder, ()) {
  MicroProgram program = anyMicroProgram();
  constexpr uint32_t inputCopy = 0;
  for (auto &round : program.program.program.rounds)
    for (auto &command : round->commands)
      if (command->body.AsFetch())
        command->after.push_back(inputCopy);
  const uint64_t cycles = cyclesOn(program, makeInOrder);
  RC_ASSERT(cycles != 0u);
  for (Improvement improve : improvements)
    RC_ASSERT(cyclesOn(program, [&](target::TargetModel &target) {
                makeInOrder(target);
                improve(target);
              }) <= cycles);
}

/// A faster part may change the order of two competing DMAs, and so make a run
/// slower: about one in 5,000 of these, by a cycle (R. Graham described such
/// anomalies in 1966). At most one request of the other DMA overtakes a request
/// on the bus. Each request for activations thus adds its own time and that of
/// a request for weights.
RC_GTEST_PROP(TimelineProperties, BetterMachinesAreHardlySlower, ()) {
  const MicroProgram program = anyMicroProgram();
  const Counts before = countsOn(program, makeInOrder);
  RC_ASSERT(before.cycles != 0u);
  for (Improvement improve : improvements) {
    target::TargetModel better;
    const Counts after = countsOn(program, [&](target::TargetModel &target) {
      makeInOrder(target);
      improve(target);
      better = target;
    });
    const uint64_t request = better.dma.requestBytes;
    const uint64_t activations =
        after.activationBytesRead + after.activationBytesWritten;
    // The first and the last request of a copy may be short.
    const uint64_t rounds = program.program.program.rounds.size();
    const double requests = double(activations) / double(request) + 2 * rounds;
    const double slack =
        requests * 2 * double(request) / better.dramBytesPerCycle();
    RC_ASSERT(double(after.cycles) <= double(before.cycles) + slack);
  }
}

/// A fully associative LRU cache with more lines holds all that one with fewer
/// lines does (R. Mattson et al., 1970). It may still be slower, in one of a
/// thousand such programs, because hits return earlier and misses come in
/// another order.
RC_GTEST_PROP(TimelineProperties, BiggerLruStoresReadNoMore, ()) {
  // A cache holds no data at places that the program gives.
  const MicroProgram program = anyMicroProgram(Kept::nowhere);
  constexpr uint32_t lineBytes = 64; // a burst
  const auto few = *rc::gen::inRange(1u, 64u);
  const auto more = few + *rc::gen::inRange(1u, 64u);
  auto withLines = [&](uint32_t lines) {
    return [lines](target::TargetModel &target) {
      target.dram.model = target::DramModel::flat;
      target.dram.energy = target::DramEnergy::flat;
      target.dma.requestBytes = lineBytes;
      auto &store = target.weightStore;
      store.policy = target::StorePolicy::lru;
      store.banks = 1;
      store.lineBytes = lineBytes;
      store.ways = lines;
      store.bytes = uint64_t(lines) * lineBytes;
      store.allocateClusters = 65535;
    };
  };
  const Counts large = countsOn(program, withLines(more));
  const Counts small = countsOn(program, withLines(few));
  RC_ASSERT(large.weightBytesTotal() <= small.weightBytesTotal());
  RC_ASSERT(large.lineHits >= small.lineHits);
}

/// Bytes that hit the cache need not be read from DRAM, and vice versa.
RC_GTEST_PROP(TimelineProperties, HitsAndMissesAddUp, ()) {
  const MicroProgram program = anyMicroProgram(Kept::inCache);
  const auto target = target::parseTarget(program.program.program.target);
  RC_ASSERT(target->weightStore.isCache());
  MicroProgram plain = program;
  target::TargetModel without = *target;
  without.weightStore = {};
  without.weightStore.bytes = 0;
  without.weightStore.policy = target::StorePolicy::none;
  plain.program.program.target = without.toJson();
  auto cached = program.load(), streamed = plain.load();
  RC_ASSERT(cached && streamed);
  WeightStore store;
  for (unsigned round = 0; round < cached->rounds(); ++round) {
    auto a = simulate(*cached, round, store), b = simulate(*streamed, round);
    RC_ASSERT(a && b);
    RC_ASSERT(a->total.weightBytesTotal() + a->total.storeHitBytes ==
              b->total.weightBytesTotal());
    RC_ASSERT(a->total.lineFills <= a->total.lineMisses);
    const uint64_t lineBytes = target->weightStore.lineBytes;
    RC_ASSERT((a->total.lineHits + a->total.lineMisses) * lineBytes >=
              b->total.weightBytesTotal());
    RC_ASSERT(a->total.storeHitBytes <= a->total.lineHits * lineBytes);
    store = a->storeAfter;
  }
}

TEST(TraceWriter, WritesAValidTraceOfAllUnits) {
  FullyConnected layer;
  auto executable = layer.load(target::TargetModel());
  auto timing = simulate(*executable);
  ASSERT_TRUE(timing);
  TraceWriter writer;
  writer.beginProgram(executable->program());
  writer.addRound(executable->program(), 0, *timing);
  writer.addRound(executable->program(), 0, *timing);
  const auto trace = nlohmann::json::parse(writer.json());
  std::map<int, double> end; // per unit
  size_t durations = 0;
  for (const auto &event : trace["traceEvents"]) {
    if (event["ph"] != "X")
      continue;
    ++durations;
    EXPECT_EQ(event["name"], "layer");
    double &last = end[event["tid"].get<int>()];
    EXPECT_GE(event["ts"].get<double>(), last - 1e-9);
    last = event["ts"].get<double>() + event["dur"].get<double>();
  }
  EXPECT_EQ(durations, 2 * timing->activities.size());
  const double clock = executable->program().target().clockMHz;
  EXPECT_NEAR(end[int(Unit::exit)], 2.0 * double(timing->total.cycles) / clock,
              1e-9);
}
