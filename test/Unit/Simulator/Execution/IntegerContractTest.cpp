// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Contractions of integers against the schema's sum, and what is refused.

#include "MicroProgram.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <random>

using namespace crania;
using namespace crania::test;
using namespace crania::binary;

namespace {

constexpr auto u8 = ElementType::u8, i8 = ElementType::i8,
               i16 = ElementType::i16, i32 = ElementType::i32,
               i64 = ElementType::i64;

struct Types {
  ElementType input, weights, sum;
};

std::pair<int64_t, int64_t> rangeOf(ElementType type) {
  switch (type) {
  case ElementType::u8:
    return {0, 255};
  case ElementType::i8:
    return {-128, 127};
  default:
    return {-32768, 32767};
  }
}

/// Uniform, or one of the ends.
int64_t anyOf(ElementType type, std::mt19937 &random) {
  const auto [low, high] = rangeOf(type);
  const uint32_t choice = random() % 8;
  if (choice < 2)
    return choice == 0 ? low : high;
  return low + int64_t(random() % uint32_t(high - low + 1));
}

std::unique_ptr<PlaneT> planeOf(uint32_t channels, uint32_t height,
                                uint32_t width, bool channelsLast) {
  auto plane = densePlane(0, channels, height, width);
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

struct Layer {
  uint32_t groups, channels, outputs; // channels and outputs per group
  ContractT contract;
  std::vector<int64_t> input;
  std::vector<int32_t> weights;
};

Layer anyLayer(const Types &types, std::mt19937 &random) {
  auto number = [](uint32_t low, uint32_t high) {
    return *rc::gen::inRange(low, high + 1);
  };
  Layer l;
  l.groups = number(1, 3);
  l.channels = number(1, 3);
  l.outputs = number(1, 5);
  const bool channelsLast = *rc::gen::arbitrary<bool>();
  l.contract.clusters = 1;
  l.contract.kernel_h = number(1, 3);
  l.contract.kernel_w = number(1, 3);
  l.contract.stride_h = number(1, 3);
  l.contract.stride_w = number(1, 3);
  l.contract.dilation_h = number(1, 2);
  l.contract.dilation_w = number(1, 2);
  l.contract.pad_top = int32_t(number(0, 4)) - 1;
  l.contract.pad_left = int32_t(number(0, 4)) - 1;
  l.contract.input =
      planeOf(l.groups * l.channels, number(1, 7), number(1, 7), channelsLast);
  l.contract.output =
      planeOf(l.groups * l.outputs, number(1, 6), number(1, 6), channelsLast);
  const PlaneT &in = *l.contract.input;
  for (uint32_t i = 0; i < in.channels * in.height * in.width; ++i)
    l.input.push_back(anyOf(types.input, random));
  const uint32_t depth = l.channels * l.contract.kernel_h * l.contract.kernel_w;
  for (uint32_t i = 0; i < l.groups * l.outputs * depth; ++i)
    l.weights.push_back(int32_t(anyOf(types.weights, random)));
  return l;
}

int64_t reference(const Layer &l, uint32_t group, uint32_t m, int64_t y,
                  int64_t x) {
  const ContractT &c = l.contract;
  const PlaneT &in = *c.input;
  size_t weight =
      (size_t(group) * l.outputs + m) * l.channels * c.kernel_h * c.kernel_w;
  int64_t sum = 0;
  for (uint32_t ch = 0; ch < l.channels; ++ch)
    for (uint32_t i = 0; i < c.kernel_h; ++i)
      for (uint32_t j = 0; j < c.kernel_w; ++j, ++weight) {
        const int64_t iy = y * c.stride_h + i * c.dilation_h - c.pad_top;
        const int64_t ix = x * c.stride_w + j * c.dilation_w - c.pad_left;
        if (iy >= 0 && ix >= 0 && iy < in.height && ix < in.width)
          sum += l.weights[weight] *
                 l.input[at(in, group * l.channels + ch, iy, ix)];
      }
  return sum;
}

/// A product of a single row of weights with inputs of a type, loaded.
Result<std::shared_ptr<const runtime::Executable>>
loadRow(const Types &types, const std::vector<int32_t> &weights) {
  const auto depth = uint32_t(weights.size());
  target::TargetModel target;
  target.globalBuffer.bytes = 1 << 20;
  MicroProgram program(types.input, 1.0, depth, 1, target);
  const uint32_t w = program.addWeights({1, 1, depth}, types.weights, weights);
  const uint32_t sums = program.addBuffer("sums", 1, types.sum);
  program.addFetch(w, 1);
  ContractT contract = matrixProduct(program, w, 1, 1);
  contract.output->buffer = sums;
  program.add(std::move(contract), {0});
  auto bundle = program.finish();
  if (!bundle)
    return bundle.error();
  return runtime::Executable::load(*bundle, 0);
}

} // namespace

RC_GTEST_PROP(IntegerContract, EqualsNestedLoops, ()) {
  const Types types = *rc::gen::element(Types{u8, i8, i32}, Types{i8, i8, i32},
                                        Types{i16, i16, i64});
  std::mt19937 random(*rc::gen::arbitrary<uint32_t>());
  Layer l = anyLayer(types, random);
  const PlaneT &out = *l.contract.output;
  const uint32_t outputs = out.channels * out.height * out.width;

  target::TargetModel target;
  target.array.rows = 2; // several tiles even of small layers
  target.array.cols = 2;
  target.array.weightsPerPE = 2;
  MicroProgram program(target, 1, 4 * outputs);
  const uint32_t depth = l.channels * l.contract.kernel_h * l.contract.kernel_w;
  const uint32_t w = program.addWeights({l.groups, l.outputs, depth},
                                        types.weights, l.weights);
  const MicroProgram::Data input = program.addData("x", types.input, l.input);
  const uint32_t sums = program.addBuffer("sums", outputs, types.sum);
  program.addFetch(w, 1);
  ContractT contract = l.contract;
  contract.weights = w;
  contract.tile_end = program.tiles(w);
  contract.input->buffer = input.buffer;
  contract.output->buffer = sums;
  const uint32_t command = program.add(std::move(contract), {input.copy});
  program.addDigits(sums, outputs, {command});

  const std::vector<float> digits = runOnce(program, {0});
  RC_ASSERT(digits.size() == 4 * outputs);
  const std::vector<int64_t> found = MicroProgram::fromDigits(digits);
  for (uint32_t group = 0; group < l.groups; ++group)
    for (uint32_t m = 0; m < l.outputs; ++m)
      for (uint32_t y = 0; y < out.height; ++y)
        for (uint32_t x = 0; x < out.width; ++x)
          RC_ASSERT(found[at(out, group * l.outputs + m, y, x)] ==
                    reference(l, group, m, y, x));
}

/// The largest sums that are accepted, and one more.
TEST(IntegerContract, SumsThatCouldOverflowAreRefused) {
  auto weights = [](size_t count, int32_t value, int32_t last) {
    std::vector<int32_t> row(count, value);
    row.push_back(last);
    return row;
  };
  auto refusal = [](const Types &types, const std::vector<int32_t> &row) {
    auto loaded = loadRow(types, row);
    return loaded ? std::string() : loaded.error().message;
  };
  const Types u8i8{u8, i8, i32}, i8i8{i8, i8, i32}, i16i16{i16, i16, i64};
  // 2^31 / 255 = 128 * 65793 + 0.5
  EXPECT_EQ(refusal(u8i8, weights(65793, -128, 0)), "");
  EXPECT_EQ(refusal(u8i8, weights(65793, -128, 1)),
            "program 'micro', weights 'w0', clusters 1 to 1: output 0 can sum "
            "up to 2147483775, beyond the 32 bits of the array's sums; give "
            "its weights a larger scale");
  // 2^31 / 128 = 2^24, 2^47 / 2^15 = 2^32
  EXPECT_EQ(refusal(i8i8, weights(131071, -128, 127)), "");
  EXPECT_NE(refusal(i8i8, weights(131071, -128, -128)).find("2147483648"),
            std::string::npos);
  EXPECT_EQ(refusal(i16i16, weights(131071, -32768, 32767)), "");
  EXPECT_NE(refusal(i16i16, weights(131071, -32768, -32768))
                .find("up to 140737488355328, beyond the 48 bits"),
            std::string::npos);
}
