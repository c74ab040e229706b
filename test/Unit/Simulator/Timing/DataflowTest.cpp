// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The PE array's two dataflows: closed forms on dense tiles, and what moves
// where.

#include "MicroProgram.h"

#include "crania/Simulator/Accounting/Bounds.h"
#include "crania/Simulator/Accounting/Energy.h"
#include "crania/Simulator/Timing/Timeline.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <random>

using namespace crania;
using namespace crania::test;
using namespace crania::simulator;
using target::Dataflow;
using target::TargetModel;
using target::WeightLoad;

namespace {

constexpr uint64_t wordBytes = 4, sumBytes = 4; // of f32

/// A 1x1 convolution of `groups` matrices, depthwise if they are of one row.
struct Layer {
  uint32_t groups = 1, outputs = 1, depth = 1, pixels = 1;
  /// Distance of present weights: 1 if all are present.
  uint32_t every = 1;

  MicroProgram on(const TargetModel &target) const {
    MicroProgram program(target, uint64_t(groups) * depth * pixels,
                         uint64_t(groups) * outputs * pixels);
    std::vector<float> values(size_t(groups) * outputs * depth);
    for (size_t i = 0; i < values.size(); i += every)
      values[i] = 1;
    const uint32_t w =
        program.addWeights({groups, outputs, depth}, values,
                           std::vector<uint8_t>(values.size(), 1), "raw");
    program.addFetch(w, 1);
    program.add(matrixProduct(program, w, 1, pixels), {0});
    return program;
  }
};

Counts countsOf(const TargetModel &target, const Layer &layer) {
  auto executable = layer.on(target).load();
  if (!executable)
    return {};
  auto timing = simulateRound(executable->program(), executable->work(), 0, {});
  EXPECT_TRUE(timing) << timing.error().message;
  return timing ? timing->total : Counts();
}

uint64_t ceilDivide(uint64_t a, uint64_t b) { return (a + b - 1) / b; }

/// Cycles in which the array works on dense tiles.
uint64_t closedForm(const TargetModel &target, const Layer &layer) {
  const auto &array = target.array;
  const uint64_t skew = array.rows + array.cols - 2;
  uint64_t ofDepth = 0; // of all tiles of a block of outputs
  for (uint64_t depth = 0; depth < layer.depth; depth += target.tileDepth()) {
    const uint64_t here =
        std::min<uint64_t>(target.tileDepth(), layer.depth - depth);
    const bool isSerial = array.weightLoad == WeightLoad::serial;
    if (array.dataflow == Dataflow::weightStationary)
      ofDepth +=
          layer.pixels * ceilDivide(here, array.rows) + (isSerial ? skew : 0);
    else // SCALE-Sim: T + 2 R + C - 2 for each fold
      ofDepth += ceilDivide(layer.pixels, array.rows) *
                 (here + (isSerial ? skew + array.rows : 0));
  }
  return layer.groups * ceilDivide(layer.outputs, array.cols) * ofDepth;
}

TargetModel anyTarget() {
  TargetModel target;
  target.array.rows = *rc::gen::inRange(1u, 9u);
  target.array.cols = *rc::gen::inRange(1u, 9u);
  target.array.weightsPerPE = *rc::gen::inRange(1u, 5u);
  target.array.weightLoad =
      *rc::gen::element(WeightLoad::serial, WeightLoad::doubleBuffered);
  target.array.dataflow =
      *rc::gen::element(Dataflow::weightStationary, Dataflow::outputStationary);
  return target;
}

Layer anyLayer() {
  Layer layer;
  layer.groups = *rc::gen::inRange(1u, 4u);
  layer.outputs = *rc::gen::inRange(1u, 20u);
  layer.depth = *rc::gen::inRange(1u, 40u);
  layer.pixels = *rc::gen::inRange(1u, 30u);
  return layer;
}

} // namespace

RC_GTEST_PROP(Dataflow, DenseTilesTakeTheirClosedForm, ()) {
  const TargetModel target = anyTarget();
  const Layer layer = anyLayer();
  const Counts counts = countsOf(target, layer);
  RC_ASSERT(counts.busy[size_t(Unit::array)] == closedForm(target, layer));
  const uint64_t macs =
      uint64_t(layer.groups) * layer.outputs * layer.depth * layer.pixels;
  RC_ASSERT(counts.macsTotal() == macs);
  RC_ASSERT(boundOf(counts, target).array <=
            double(counts.busy[size_t(Unit::array)]));
}

/// An array of 4 x 4, a layer of 4 outputs of 8 inputs, and 6 pixels.
TEST(Dataflow, WeightStationaryMovesSums) {
  TargetModel target;
  target.array.rows = target.array.cols = 4;
  const Counts counts = countsOf(target, {1, 4, 8, 6});
  const uint64_t products = 4 * 8 * 6;
  // Weight and sum of each product.
  EXPECT_EQ(counts.registerBytes, products * (wordBytes + sumBytes));
  // Inputs along the columns, sums down four rows.
  EXPECT_EQ(counts.neighbourBytes, products * wordBytes + 6 * 4 * 4 * sumBytes);
  EXPECT_EQ(counts.busy[size_t(Unit::array)], 6u * 2);
  const Energy energy = energyOf(counts, target, target::Precision::f32);
  const double byte = target.registerPicojoulesPerByte();
  EXPECT_DOUBLE_EQ(energy.registers,
                   byte * double(counts.registerBytes + 4 * 8 * wordBytes) +
                       2 * byte * double(counts.neighbourBytes));
}

/// Sums go down those rows only that have weights of theirs.
TEST(Dataflow, WeightStationaryMovesSumsPastWeightsOnly) {
  TargetModel target;
  target.array.rows = target.array.cols = 4;
  const Counts counts = countsOf(target, {1, 4, 3, 6});
  const uint64_t products = 4 * 3 * 6;
  EXPECT_EQ(counts.neighbourBytes, products * wordBytes + 6 * 4 * 3 * sumBytes);
}

/// Sums that stay for the next tile leave the array once.
TEST(Dataflow, OutputStationaryMovesSumsOutOnce) {
  TargetModel target;
  target.array.rows = target.array.cols = 4;
  target.array.weightsPerPE = 1; // two tiles of depth
  target.array.dataflow = Dataflow::outputStationary;
  const Counts stays = countsOf(target, {1, 4, 8, 4});
  EXPECT_EQ(stays.neighbourBytes, 2 * 4 * 8 * 4 * wordBytes + 4 * 4 * sumBytes);
  // In two passes, they have to make room.
  const Counts moves = countsOf(target, {1, 4, 8, 6});
  EXPECT_EQ(moves.neighbourBytes,
            2 * 4 * 8 * 6 * wordBytes + 2 * 6 * 4 * sumBytes);
}

TEST(Dataflow, OutputStationaryMovesWeights) {
  TargetModel target;
  target.array.rows = target.array.cols = 4;
  target.array.dataflow = Dataflow::outputStationary;
  const Counts counts = countsOf(target, {1, 4, 8, 6});
  const uint64_t products = 4 * 8 * 6, passes = 2;
  // Sums of all products, and each weight once a pass.
  EXPECT_EQ(counts.registerBytes,
            products * sumBytes + passes * 4 * 8 * wordBytes);
  // Inputs along the columns, weights down the rows, sums out.
  EXPECT_EQ(counts.neighbourBytes, 2 * products * wordBytes + 6 * 4 * sumBytes);
  EXPECT_EQ(counts.busy[size_t(Unit::array)], passes * 8);
}

/// Sums stay in the PEs from tile to tile where there is one pass of pixels.
TEST(Dataflow, SumsStayInThePEs) {
  TargetModel stationary, moving;
  for (TargetModel *target : {&stationary, &moving}) {
    target->array.rows = target->array.cols = 4;
    target->array.weightsPerPE = 2; // tiles of 8 inputs
  }
  stationary.array.dataflow = Dataflow::outputStationary;
  const Layer layer = {1, 4, 24, 4}; // three tiles
  const uint64_t sums = 4 * 4 * sumBytes, inputs = 24 * 4 * wordBytes;
  const uint64_t copied = inputs, logits = sums;
  const Counts held = countsOf(stationary, layer);
  EXPECT_EQ(held.globalBufferWriteBytes, copied + sums);
  EXPECT_EQ(held.globalBufferReadBytes, inputs + logits);
  const Counts moved = countsOf(moving, layer);
  EXPECT_EQ(moved.globalBufferWriteBytes, copied + 3 * sums);
  EXPECT_EQ(moved.globalBufferReadBytes, inputs + 2 * sums + logits);
}

/// A depthwise layer uses one PE of an array: a column for its only output, a
/// row for its only input or a pixel at a time.
TEST(Dataflow, DepthwiseLayersWasteTheArray) {
  TargetModel target;
  const Layer layer = {8, 1, 9, 32};
  const Counts weights = countsOf(target, layer);
  EXPECT_EQ(weights.busy[size_t(Unit::array)], 8u * 32);
  target.array.dataflow = Dataflow::outputStationary;
  const Counts outputs = countsOf(target, layer);
  EXPECT_EQ(outputs.busy[size_t(Unit::array)], 8u * 2 * 9);
}

/// The array waits where the global buffer has less bandwidth than a tile
/// needs, and does nothing else than with enough of it.
TEST(Dataflow, TheGlobalBufferLimitsTheArray) {
  TargetModel enough, scarce;
  const Layer layer = {1, 16, 256, 64};
  // A pixel takes 16 cycles, reads 256 inputs and writes 16 sums.
  scarce.globalBuffer.bytesPerCycle = (256 + 16) * wordBytes / 16 / 2;
  const Counts fast = countsOf(enough, layer), slow = countsOf(scarce, layer);
  const auto buffer = size_t(Stall::globalBuffer), array = size_t(Unit::array);
  EXPECT_EQ(fast.stalls[buffer], 0u);
  EXPECT_EQ(slow.busy[array], fast.busy[array]);
  EXPECT_EQ(slow.stalls[buffer], fast.busy[array]); // half the bandwidth
  EXPECT_EQ(slow.globalBufferReadBytes, fast.globalBufferReadBytes);
  EXPECT_EQ(slow.cycles, fast.cycles + fast.busy[array]);
}

/// Absent weights are skipped as far as the fullest output allows.
TEST(Dataflow, OutputStationarySkipsToTheFullestOutput) {
  TargetModel target;
  target.array.dataflow = Dataflow::outputStationary;
  const Layer dense = {1, 16, 256, 16};
  Layer even = dense, uneven = dense;
  even.every = 8;     // 32 of each output's
  uneven.every = 256; // one each
  EXPECT_EQ(countsOf(target, dense).busy[size_t(Unit::array)], 256u);
  EXPECT_EQ(countsOf(target, even).busy[size_t(Unit::array)], 32u);
  EXPECT_EQ(countsOf(target, uneven).busy[size_t(Unit::array)], 1u);
}
