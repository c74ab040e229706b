// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "MicroProgram.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <cstring>
#include <random>

using namespace crania;
using namespace crania::test;
using namespace crania::binary;

namespace {

/// A random convolution: dimensions, and the place of the planes in memory.
struct Geometry {
  uint32_t groups, outputs, channels; // per group
  uint32_t kernelH, kernelW, strideH, strideW, dilationH, dilationW;
  int32_t padTop, padLeft;
  uint32_t inputH, inputW, outputH, outputW;
  bool channelsLast; // memory order of both planes
  bool accumulate;
};

rc::Gen<Geometry> anyGeometry() {
  return rc::gen::exec([] {
    auto number = [](uint32_t low, uint32_t high) {
      return *rc::gen::inRange(low, high + 1);
    };
    Geometry g;
    g.groups = number(1, 3);
    g.outputs = number(1, 5);
    g.channels = number(1, 3);
    g.kernelH = number(1, 3);
    g.kernelW = number(1, 3);
    g.strideH = number(1, 3);
    g.strideW = number(1, 3);
    g.dilationH = number(1, 2);
    g.dilationW = number(1, 2);
    g.padTop = int32_t(number(0, 4)) - 1;
    g.padLeft = int32_t(number(0, 4)) - 1;
    g.inputH = number(1, 7);
    g.inputW = number(1, 7);
    g.outputH = number(1, 6);
    g.outputW = number(1, 6);
    g.channelsLast = *rc::gen::arbitrary<bool>();
    g.accumulate = *rc::gen::arbitrary<bool>();
    return g;
  });
}

std::unique_ptr<PlaneT> planeOf(uint32_t buffer, uint32_t channels,
                                uint32_t height, uint32_t width,
                                bool channelsLast) {
  auto plane = densePlane(buffer, channels, height, width);
  if (channelsLast) {
    plane->channel_stride = 1;
    plane->column_stride = channels;
    plane->row_stride = int64_t(channels) * width;
  }
  return plane;
}

size_t at(const PlaneT &p, int64_t c, int64_t y, int64_t x) {
  return size_t(c * p.channel_stride + y * p.row_stride + x * p.column_stride);
}

/// The sum of the schema's definition, term by term, in double.
double reference(const Geometry &g, const ContractT &c,
                 const std::vector<float> &weights,
                 const std::vector<float> &input, uint32_t group, uint32_t m,
                 uint32_t y, uint32_t x) {
  const uint32_t depth = g.channels * g.kernelH * g.kernelW;
  double sum = 0;
  for (uint32_t ch = 0; ch < g.channels; ++ch)
    for (uint32_t i = 0; i < g.kernelH; ++i)
      for (uint32_t j = 0; j < g.kernelW; ++j) {
        const int64_t iy = int64_t(y) * g.strideH + i * g.dilationH - g.padTop;
        const int64_t ix = int64_t(x) * g.strideW + j * g.dilationW - g.padLeft;
        if (iy < 0 || ix < 0 || iy >= g.inputH || ix >= g.inputW)
          continue;
        const size_t weight = (size_t(group) * g.outputs + m) * depth +
                              (ch * g.kernelH + i) * g.kernelW + j;
        sum += double(weights[weight]) *
               input[at(*c.input, group * g.channels + ch, iy, ix)];
      }
  return sum;
}

/// Small integers: every sum is exact, in any order.
std::vector<float> integers(size_t count, std::mt19937 &random) {
  std::vector<float> values(count);
  for (float &value : values)
    value = float(int(random() % 17) - 8);
  return values;
}

} // namespace

RC_GTEST_PROP(Contract, EqualsNestedLoops, ()) {
  const Geometry g = *anyGeometry();
  std::mt19937 random(*rc::gen::arbitrary<uint32_t>());
  const uint32_t inputChannels = g.groups * g.channels;
  const uint32_t outputChannels = g.groups * g.outputs;
  const uint32_t depth = g.channels * g.kernelH * g.kernelW;

  target::TargetModel target;
  target.array.rows = 2; // several tiles even of small layers
  target.array.cols = 2;
  target.array.weightsPerPE = 2;
  MicroProgram program(target, inputChannels * g.inputH * g.inputW,
                       outputChannels * g.outputH * g.outputW);
  const auto weights = integers(size_t(outputChannels) * depth, random);
  const auto input =
      integers(size_t(inputChannels) * g.inputH * g.inputW, random);
  const std::vector<uint8_t> clusters(weights.size(), 1);
  const uint32_t w = program.addWeights({g.groups, g.outputs, depth}, weights,
                                        clusters, "raw");
  ContractT contract;
  contract.weights = w;
  contract.clusters = 1;
  contract.tile_end = program.tiles(w);
  contract.input = planeOf(MicroProgram::input, inputChannels, g.inputH,
                           g.inputW, g.channelsLast);
  contract.output = planeOf(MicroProgram::output, outputChannels, g.outputH,
                            g.outputW, g.channelsLast);
  contract.kernel_h = g.kernelH;
  contract.kernel_w = g.kernelW;
  contract.stride_h = g.strideH;
  contract.stride_w = g.strideW;
  contract.dilation_h = g.dilationH;
  contract.dilation_w = g.dilationW;
  contract.pad_top = g.padTop;
  contract.pad_left = g.padLeft;

  program.addFetch(w, 1);
  const uint32_t first = program.add(ContractT(contract), {0});
  if (g.accumulate) { // the same once more, on top
    program.addFetch(w, 1);
    ContractT second = contract;
    second.accumulate = true;
    program.add(std::move(second), {first});
  }
  auto executable = program.load();
  RC_ASSERT(executable != nullptr);
  auto memory = executable->engine().allocate();
  std::vector<float> output(executable->logitElements());
  executable->engine().runRound(0, input, memory, output);
  for (uint32_t group = 0; group < g.groups; ++group)
    for (uint32_t m = 0; m < g.outputs; ++m)
      for (uint32_t y = 0; y < g.outputH; ++y)
        for (uint32_t x = 0; x < g.outputW; ++x) {
          const double expected =
              reference(g, contract, weights, input, group, m, y, x) *
              (g.accumulate ? 2 : 1);
          RC_ASSERT(
              double(
                  output[at(*contract.output, group * g.outputs + m, y, x)]) ==
              expected);
        }
}

TEST(Contract, ComputesTheBlocksOfItsTileRangeOnly) {
  target::TargetModel target;
  target.array.rows = target.array.cols = 2;
  target.array.weightsPerPE = 1;
  MicroProgram program(target, 2, 6);
  const std::vector<float> weights = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  const uint32_t w = program.addWeights({1, 6, 2}, weights,
                                        std::vector<uint8_t>(12, 1), "raw");
  const uint32_t relu = program.add(reluInPlace(6)); // NaN stays NaN
  FetchT fetch;
  fetch.weights = w;
  fetch.clusters = {1};
  fetch.tile_begin = 1;
  fetch.tile_end = 2;
  program.add(std::move(fetch));
  ContractT contract = matrixProduct(program, w, 1, 1);
  contract.tile_begin = 1;
  contract.tile_end = 2;
  program.add(std::move(contract), {0, relu});
  auto executable = program.load();
  ASSERT_TRUE(executable);
  auto memory = executable->engine().allocate();
  std::vector<float> output(6);
  executable->engine().runRound(0, std::vector<float>{1, 10}, memory, output);
  EXPECT_NE(output[0], output[0]);
  EXPECT_EQ(output[2], 5 + 60);
  EXPECT_EQ(output[3], 7 + 80);
  EXPECT_NE(output[4], output[4]);
}

namespace {

/// An offset for each of some channels, then a bound, in place.
VectorT biasOf(uint32_t offsets, uint32_t channels, uint32_t pixels,
               uint32_t planePixels) {
  VectorT vector;
  vector.extents = {channels, pixels};
  auto access = [&](uint32_t buffer, int64_t channelStride) {
    auto result = std::make_unique<AccessT>();
    result->buffer = buffer;
    auto add = [&](uint32_t extent, int64_t stride, std::vector<int32_t> c) {
      auto dim = std::make_unique<AccessDimT>();
      dim->extent = extent;
      dim->stride = stride;
      dim->coefficients = std::move(c);
      result->dims.push_back(std::move(dim));
    };
    add(channels, channelStride, {1, 0});
    if (buffer == MicroProgram::output)
      add(pixels, 1, {0, 1});
    return result;
  };
  vector.output = access(MicroProgram::output, planePixels);
  vector.inputs.push_back(access(MicroProgram::output, planePixels));
  vector.inputs.push_back(access(offsets, 1));
  auto &code = vector.code;
  code.emplace_back(VectorOp::add, ElementType::f32, 0, 1, 0, 0, 0);
  code.emplace_back(VectorOp::constant, ElementType::f32, 0, 0, 0, -1, 0);
  code.emplace_back(VectorOp::max, ElementType::f32, 3, 4, 0, 0, 0);
  return vector;
}

/// Bits of offsets, some of them odd ones.
std::vector<int64_t> anyOffsets(uint32_t count, std::mt19937 &random) {
  constexpr uint32_t odd[] = {0x7fc00000, 0x80000000, 0x7f800000, 0xff800000};
  std::vector<int64_t> bits(count);
  for (int64_t &offset : bits) {
    const float value = integers(1, random)[0] + 0.1f;
    uint32_t word;
    std::memcpy(&word, &value, sizeof(word));
    offset = random() % 8 == 0 ? odd[random() % std::size(odd)] : word;
  }
  return bits;
}

} // namespace

/// One that does what a Vector command behind it would leaves the same in
/// memory as both when they are observed one by one.
RC_GTEST_PROP(Contract, TakesOnABias, ()) {
  std::mt19937 random(*rc::gen::arbitrary<uint32_t>());
  const uint32_t channels = 1 + random() % 40, pixels = 1 + random() % 40;
  const uint32_t depth = 1 + random() % 20;
  MicroProgram program(target::TargetModel(), depth * pixels,
                       channels * pixels);
  const auto offsets = program.addData("offsets", ElementType::f32,
                                       anyOffsets(channels, random));
  const auto weights = integers(size_t(channels) * depth, random);
  const uint32_t w =
      program.addWeights({1, channels, depth}, weights,
                         std::vector<uint8_t>(weights.size(), 1), "raw");
  program.addFetch(w, 1);
  const uint32_t contract =
      program.add(matrixProduct(program, w, 1, pixels), {0});
  const bool isAll = random() % 4 != 0; // or of the first pixels of some
  const uint32_t someChannels = isAll ? channels : 1 + random() % channels;
  const uint32_t somePixels = isAll ? pixels : 1 + random() % pixels;
  program.add(biasOf(offsets.buffer, someChannels, somePixels, pixels),
              {contract, offsets.copy});
  auto executable = program.load();
  RC_ASSERT(executable != nullptr);
  const auto input = integers(depth * pixels, random);
  auto memory = executable->engine().allocate();
  std::vector<float> expected, some, output(channels * pixels);
  executable->engine().observeRound(
      0, input, memory, [&](uint32_t command, Span<const float> elements) {
        (command == contract ? expected : some)
            .assign(elements.begin(), elements.end());
      });
  for (float sum : expected)
    RC_ASSERT(sum == std::trunc(sum)); // no offset yet
  for (uint32_t c = 0; c < someChannels; ++c)
    std::copy_n(&some[c * somePixels], somePixels, &expected[c * pixels]);
  executable->engine().runRound(0, input, memory, output);
  for (size_t i = 0; i < output.size(); ++i)
    RC_ASSERT(output[i] == expected[i] ||
              (std::isnan(output[i]) && std::isnan(expected[i])));
}
