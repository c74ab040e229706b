// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Tests of two tensors that share their bytes of the image: their cost and
// bound.

#include "AnyProgram.h"

#include "crania/Report/TrafficBounds.h"
#include "crania/Runtime/Performance.h"
#include "crania/Simulator/Timing/Timeline.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <numeric>

using namespace crania;
using namespace crania::test;
using namespace crania::simulator;
using binary::Residency;

namespace {

constexpr uint32_t outputs = 8, depth = 16;

/// Returns weights in any order: multiples of 1/4, all different.
std::vector<float> someValues() {
  std::vector<float> values(size_t(outputs) * depth);
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = (float(i * 37 % values.size()) - 60) / 4;
  return values;
}

/// Fetches clusters of a tensor and multiplies with them, behind all commands
/// of the round so far. Returns the product.
uint32_t addProduct(MicroProgram &program, uint32_t weights, unsigned clusters,
                    unsigned round = 0, uint32_t pixels = 1) {
  const uint32_t fetch = program.addFetch(weights, clusters, round);
  std::vector<uint32_t> all(fetch + 1);
  std::iota(all.begin(), all.end(), 0);
  return program.add(matrixProduct(program, weights, clusters, pixels), all,
                     round);
}

target::TargetModel withCache(uint64_t bytes, unsigned allocateClusters) {
  target::TargetModel target;
  auto &cache = target.weightStore;
  cache.policy = target::StorePolicy::lru;
  cache.lineBytes = 64;
  cache.ways = 4;
  cache.bytes = bytes;
  cache.allocateClusters = allocateClusters;
  return target;
}

/// Two tensors of one cluster each that share their bytes.
MicroProgram twins(const target::TargetModel &target,
                   Residency residency = Residency::streamed) {
  MicroProgram program(target, depth, outputs);
  const uint32_t w = program.addWeights(
      {1, outputs, depth}, someValues(),
      std::vector<uint8_t>(size_t(outputs) * depth, 1), "raw", residency);
  addProduct(program, w, 1);
  addProduct(program, program.addTiedWeights(w), 1);
  return program;
}
constexpr uint64_t twinBytes = uint64_t(outputs) * depth * 4;

/// The counts of an input after another one.
struct TwoInputs {
  Counts first, second;
};

TwoInputs runTwice(const MicroProgram &program) {
  auto executable = program.load();
  if (!executable)
    return {};
  const ProgramView &view = executable->program();
  auto first = simulateRound(view, executable->work(), 0, {});
  EXPECT_TRUE(first) << first.error().message;
  auto second = simulateRound(view, executable->work(), 0, first->storeAfter);
  EXPECT_TRUE(second) << second.error().message;
  return {first->total, second->total};
}

/// The bytes of weights in the energy bound of inputs with these exit rounds.
double boundBytes(const runtime::Executable &executable,
                  const std::vector<unsigned> &exits) {
  runtime::PerformanceMeter meter(executable);
  for (unsigned exit : exits)
    EXPECT_TRUE(meter.addWholeInput(exit));
  const runtime::Performance performance = meter.result();
  const Counts &total = performance.total;
  const ProgramView &program = executable.program();
  const target::TargetModel &target = program.target();
  const double macs =
      double(total.macsTotal()) * target.macPicojoules(target::Precision::f32);
  return (energyBound(performance, program) - macs) /
             target.dramPicojoulesPerByte() -
         double(total.parameterBytes + total.activationBytes());
}

double boundBytes(const MicroProgram &program,
                  const std::vector<unsigned> &exits) {
  auto executable = program.load();
  return executable ? boundBytes(*executable, exits) : 0;
}

constexpr double tolerance = 1e-6; // bytes

/// Gives the segments of a tensor bytes of their own.
void untie(MicroProgram &program, uint32_t weights) {
  constexpr size_t alignment = 64;
  std::vector<uint8_t> &image = program.program.image;
  for (auto &segment : program.program.program.weights[weights]->segments) {
    image.resize((image.size() + alignment - 1) / alignment * alignment);
    const std::vector<uint8_t> bytes(
        image.begin() + ptrdiff_t(segment->address),
        image.begin() + ptrdiff_t(segment->address + segment->bytes));
    segment->address = image.size();
    image.insert(image.end(), bytes.begin(), bytes.end());
  }
}

/// Any program, in which a second tensor that shares the bytes of the first one
/// does its work once more. Returns the second tensor.
uint32_t addTwinOfAll(MicroProgram &program) {
  const binary::ProgramT &p = program.program.program;
  const uint32_t twin = program.addTiedWeights(0);
  const auto available = unsigned(p.weights[0]->segments.size());
  const uint32_t pixels =
      p.logits->shape[1] / (p.weights[0]->groups * p.weights[0]->outputs);
  for (unsigned round = 0; round < p.rounds.size(); ++round)
    addProduct(program, twin, std::min(round + 1, available), round, pixels);
  return twin;
}

} // namespace

/// The FIFO keeps nothing.
TEST(TiedWeights, StreamedBytesAreReadForEachTensor) {
  const TwoInputs counts = runTwice(twins(target::TargetModel()));
  for (const Counts &input : {counts.first, counts.second}) {
    EXPECT_EQ(input.weightBytesTotal(), 2 * twinBytes);
    EXPECT_EQ(input.fifoBytes, 2 * twinBytes);
    EXPECT_EQ(input.storeHitBytes, 0u);
  }
}

/// A managed store goes by tensors: each has its place.
TEST(TiedWeights, RetainedBytesAreReadIntoEachPlace) {
  const TwoInputs counts =
      runTwice(twins(target::TargetModel(), Residency::retained));
  EXPECT_EQ(counts.first.weightBytesTotal(), 2 * twinBytes);
  EXPECT_EQ(counts.first.storeWriteBytes, 2 * twinBytes);
  EXPECT_EQ(counts.first.storeHitBytes, 0u);
  EXPECT_EQ(counts.second.weightBytesTotal(), 0u);
  EXPECT_EQ(counts.second.storeHitBytes, 2 * twinBytes);
}

/// A cache goes by addresses.
TEST(TiedWeights, CachedBytesAreReadOnce) {
  const TwoInputs counts = runTwice(twins(withCache(2 * twinBytes, 1)));
  EXPECT_EQ(counts.first.weightBytesTotal(), twinBytes);
  EXPECT_EQ(counts.first.storeHitBytes, twinBytes);
  EXPECT_EQ(counts.second.weightBytesTotal(), 0u);
  EXPECT_EQ(counts.second.storeHitBytes, 2 * twinBytes);
}

TEST(TiedWeights, TheBoundCountsWhatACacheServesOnce) {
  EXPECT_NEAR(boundBytes(twins(target::TargetModel()), {1, 1, 1}),
              3.0 * 2 * twinBytes, tolerance);
  EXPECT_NEAR(
      boundBytes(twins(target::TargetModel(), Residency::retained), {1, 1, 1}),
      2.0 * twinBytes, tolerance);
  EXPECT_NEAR(boundBytes(twins(withCache(2 * twinBytes, 1)), {1, 1, 1}),
              twinBytes, tolerance);
  // Without clusters that allocate, a cache is none.
  EXPECT_NEAR(boundBytes(twins(withCache(2 * twinBytes, 0)), {1, 1, 1}),
              3.0 * 2 * twinBytes, tolerance);
}

/// The second cluster of a tensor does not allocate, but the bytes that it
/// shares with the first one of another tensor do, and round 1 reads them.
TEST(TiedWeights, ACacheKeepsBytesForClustersThatDoNotAllocate) {
  MicroProgram program(withCache(4096, 1), depth, outputs, 2);
  std::vector<uint8_t> clusters(size_t(outputs) * depth, 1);
  std::fill(clusters.begin() + 40, clusters.end(), uint8_t(2));
  const uint32_t w =
      program.addWeights({1, outputs, depth}, someValues(), clusters, "bitmap");
  const uint32_t other = program.addTiedWeights(w);
  auto &segments = program.program.program.weights[other]->segments;
  segments.erase(segments.begin());
  segments[0]->cluster = 1;
  for (unsigned round : {0, 1}) {
    addProduct(program, w, round + 1, round);
    addProduct(program, other, 1, round);
  }
  auto executable = program.load();
  ASSERT_TRUE(executable);
  const ProgramView &view = executable->program();
  const uint64_t first = view.segment(w, 0).bytes();
  const uint64_t second = view.segment(w, 1).bytes();
  EXPECT_NEAR(boundBytes(*executable, {2, 2, 2}), double(first + second),
              tolerance);
  EXPECT_NEAR(boundBytes(*executable, {1}), double(first + second), tolerance);
  runtime::PerformanceMeter meter(*executable);
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(meter.addWholeInput(2));
  EXPECT_EQ(meter.result().total.weightBytesTotal(), first + second);
}

/// A block of no bytes has the address of the next one, but is none of its.
TEST(TiedWeights, EmptyBlocksShareNothing) {
  target::TargetModel target = withCache(4096, 2);
  target.array.rows = 4;
  target.array.cols = 4;
  target.array.weightsPerPE = 1;
  constexpr uint32_t perTile = 4 * 4;
  MicroProgram program(target, 4, 8, 2);
  // The first tile is held by the first cluster, the second by the second.
  std::vector<uint8_t> clusters(2 * size_t(perTile), 1);
  std::fill(clusters.begin() + perTile, clusters.end(), uint8_t(2));
  const uint32_t w = program.addWeights({1, 8, 4}, std::vector<float>(32, 2),
                                        clusters, "bitmap-free");
  for (unsigned round : {0, 1})
    addProduct(program, w, round + 1, round);
  auto executable = program.load();
  ASSERT_TRUE(executable);
  const ProgramView &view = executable->program();
  ASSERT_EQ(view.blockCount(), 4u);
  ASSERT_EQ(view.block(2).bytes, 0u);
  ASSERT_EQ(view.block(2).address, view.block(3).address);
  EXPECT_NEAR(boundBytes(*executable, {2, 2}),
              double(view.segment(w, 0).bytes() + view.segment(w, 1).bytes()),
              tolerance);
}

RC_GTEST_PROP(TiedWeights, NoRunBeatsItsEnergyBound, ()) {
  MicroProgram program = anyMicroProgram();
  addTwinOfAll(program);
  auto executable = program.load();
  RC_ASSERT(executable != nullptr);
  const auto exits = *rc::gen::container<std::vector<unsigned>>(
      5, rc::gen::inRange(1u, executable->rounds() + 1));
  runtime::PerformanceMeter meter(*executable);
  for (unsigned exit : exits)
    RC_ASSERT(bool(meter.addWholeInput(exit)));
  RC_ASSERT(boundBytes(*executable, exits) <=
            double(meter.result().total.weightBytesTotal()) + tolerance);
}

/// One copy or two: the answers are the same, and so is what is fetched unless
/// a cache serves both.
RC_GTEST_PROP(TiedWeights, AnswersAndTrafficAreThoseOfACopy, ()) {
  MicroProgram tied = anyMicroProgram();
  const uint32_t twin = addTwinOfAll(tied);
  MicroProgram copied = tied;
  untie(copied, twin);
  auto executable = tied.load(), other = copied.load();
  RC_ASSERT(executable && other);
  const auto input = *rc::gen::container<std::vector<int>>(
      executable->program().inputElements(), rc::gen::inRange(-4, 5));
  const std::vector<float> values(input.begin(), input.end());
  RC_ASSERT(runOnce(tied, values) == runOnce(copied, values));
  if (executable->program().target().weightStore.isCache())
    return;
  auto timing = simulateRound(executable->program(), executable->work(), 0, {});
  auto otherTiming = simulateRound(other->program(), other->work(), 0, {});
  RC_ASSERT(timing && otherTiming);
  RC_ASSERT(timing->total.weightBytes == otherTiming->total.weightBytes);
  RC_ASSERT(timing->total.storeHitBytes == otherTiming->total.storeHitBytes);
}
