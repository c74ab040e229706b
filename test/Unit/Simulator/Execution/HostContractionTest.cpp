// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Execution/Host/HostContraction.h"
#include "Execution/Host/TrustedKernels.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstring>
#include <iostream>
#include <limits>
#include <random>
#include <thread>
#include <vector>

using namespace crania::simulator;

namespace {

template <typename T>
constexpr HostElement elementOf = HostElement::f32;
template <>
constexpr HostElement elementOf<int8_t> = HostElement::i8;
template <>
constexpr HostElement elementOf<uint8_t> = HostElement::u8;
template <>
constexpr HostElement elementOf<int16_t> = HostElement::i16;

/// The kinds of contraction; sums of the tests are exact in every one.
struct F32 {
  using Weight = float;
  using Input = float;
  using Output = float;
};
struct I8 {
  using Weight = int8_t;
  using Input = int8_t;
  using Output = int32_t;
};
struct U8 {
  using Weight = int8_t;
  using Input = uint8_t;
  using Output = int32_t;
};
struct I16 {
  using Weight = int16_t;
  using Input = int16_t;
  using Output = int64_t;
};

struct NamedIsa {
  HostIsa isa;
  const char *name;
};
constexpr NamedIsa allIsas[] = {{HostIsa::portable, "portable"},
                                {HostIsa::avx2, "avx2"},
                                {HostIsa::avx512, "avx512"},
                                {HostIsa::avx512Vnni, "avx512_vnni"}};

/// Every way to compute that this machine has.
std::vector<HostFeatures> allFeatures() {
  std::vector<HostFeatures> all;
  for (auto [isa, name] : allIsas)
    for (bool oneDnn : {false, true})
      if (isa <= hostIsa())
        all.push_back({isa, oneDnn});
  return all;
}

/// A buffer that holds a plane, with elements around it that are not its own.
struct Place {
  HostPlane plane;
  size_t start, elements;
  size_t at(int64_t c, int64_t y, int64_t x) const {
    return size_t(int64_t(start) + c * plane.channelStride +
                  y * plane.rowStride + x * plane.columnStride);
  }
};

/// Any nesting of the three dimensions, with gaps.
rc::Gen<Place> anyPlace(uint32_t channels, uint32_t height, uint32_t width) {
  return rc::gen::exec([=] {
    auto gap = [] {
      return *rc::gen::weightedElement<int64_t>({{3, 0}, {1, 3}});
    };
    Place place = {{channels, height, width, 0, 0, 0}, 0, 0};
    std::vector<std::pair<int64_t *, int64_t>> dims = {
        {&place.plane.columnStride, width},
        {&place.plane.rowStride, height},
        {&place.plane.channelStride, channels}};
    if (*rc::gen::weightedElement<bool>({{2, false}, {1, true}}))
      std::rotate(dims.begin(), dims.begin() + 2, dims.end());
    int64_t stride = 1 + gap();
    for (auto &[dim, extent] : dims) {
      *dim = stride;
      stride = stride * extent + gap();
    }
    place.start = size_t(gap());
    place.elements = place.start + size_t(stride) + 1;
    return place;
  });
}

struct Case {
  ContractionShape shape;
  Place input, output;
};

template <typename Kind>
rc::Gen<Case> anyCase() {
  return rc::gen::exec([] {
    auto number = [](uint32_t low, uint32_t high) {
      return *rc::gen::inRange(low, high + 1);
    };
    Case c;
    ContractionShape &s = c.shape;
    s.weights = elementOf<typename Kind::Weight>;
    s.input = elementOf<typename Kind::Input>;
    // Now and then the whole range in which code is trusted.
    auto extent = [&](uint32_t usual, uint32_t most) {
      const bool isUsual = *rc::gen::weightedElement<bool>({{5, true}, {1, 0}});
      return number(1, isUsual ? usual : most);
    };
    constexpr ComparedRange range;
    s.groups = *rc::gen::weightedElement<uint32_t>({{3, 1}, {1, 2}, {1, 20}});
    s.outputs = number(1, s.groups == 20 ? 2 : 40); // panels are up to 16
    s.channels = number(1, s.groups == 20 ? 2 : 20);
    s.kernelH = extent(3, range.kernel);
    s.kernelW = extent(3, range.kernel);
    s.strideH = extent(3, range.stride);
    s.strideW = extent(3, range.stride);
    s.dilationH = extent(2, range.dilation);
    s.dilationW = extent(2, range.dilation);
    s.padTop = int32_t(extent(4, 12)) - 2;
    s.padLeft = int32_t(extent(4, 12)) - 2;
    auto pixels = [&](uint32_t most) {
      return *rc::gen::weightedElement<uint32_t>(
          {{1, 1}, {5, number(1, most)}});
    };
    c.input = *anyPlace(s.groups * s.channels, pixels(9), pixels(9));
    c.output = *anyPlace(s.groups * s.outputs, pixels(8), pixels(8));
    s.inputPlane = c.input.plane;
    s.outputPlane = c.output.plane;
    const uint32_t all = s.groups * s.outputs;
    if (*rc::gen::arbitrary<bool>()) {
      s.outputBegin = number(0, all - 1);
      s.outputEnd = number(s.outputBegin + 1, all);
    } else {
      s.outputEnd = all;
    }
    if constexpr (std::is_same_v<Kind, F32>)
      s.accumulate = *rc::gen::arbitrary<bool>();
    return c;
  });
}

/// Computes an output element, term by term.
template <typename Kind>
int64_t expectedSum(const Case &c, const std::vector<typename Kind::Weight> &w,
                    const std::vector<typename Kind::Input> &input,
                    uint32_t row, uint32_t y, uint32_t x) {
  const ContractionShape &s = c.shape;
  int64_t sum = 0;
  for (uint32_t ch = 0; ch < s.channels; ++ch)
    for (uint32_t i = 0; i < s.kernelH; ++i)
      for (uint32_t j = 0; j < s.kernelW; ++j) {
        const int64_t iy = int64_t(y) * s.strideH + i * s.dilationH - s.padTop;
        const int64_t ix = int64_t(x) * s.strideW + j * s.dilationW - s.padLeft;
        if (iy < 0 || ix < 0 || iy >= s.inputPlane.height ||
            ix >= s.inputPlane.width)
          continue;
        const size_t weight =
            size_t(row) * s.depth() + (ch * s.kernelH + i) * s.kernelW + j;
        sum +=
            int64_t(w[weight]) *
            int64_t(
                input[c.input.at(row / s.outputs * s.channels + ch, iy, ix)]);
      }
  return sum;
}

/// Integers from the whole range, often its ends; small ones for f32, whose
/// sums must be exact.
template <typename T>
std::vector<T> anyValues(size_t count, std::mt19937 &random) {
  std::vector<T> values(count);
  for (T &value : values) {
    if constexpr (std::is_same_v<T, float>) {
      value = float(int(random() % 17) - 8);
    } else {
      constexpr T ends[] = {std::numeric_limits<T>::min(),
                            std::numeric_limits<T>::max()};
      value = random() % 2 ? ends[random() % 2] : T(random());
    }
  }
  return values;
}

template <typename Output>
std::vector<Output> compute(const HostContraction &contraction, const Case &c,
                            const void *input, size_t inputElementBytes,
                            std::vector<Output> output,
                            const ChannelBias *bias = nullptr) {
  std::vector<uint8_t> memory(contraction.scratchBytes() +
                              HostContraction::scratchAlignment);
  std::memset(memory.data(), 0xff, memory.size()); // NaN, and -1
  void *scratch = memory.data();
  size_t space = memory.size();
  std::align(HostContraction::scratchAlignment, contraction.scratchBytes(),
             scratch, space);
  contraction.run(static_cast<const uint8_t *>(input) +
                      c.input.start * inputElementBytes,
                  output.data() + c.output.start, scratch, bias);
  return output;
}

/// True if a window of some output lies outside the input, in one dimension.
bool hasWindowOutside(const ContractionShape &s) {
  auto outside = [](int64_t input, int64_t outputs, int64_t stride,
                    int64_t kernel, int64_t dilation, int64_t pad) {
    return (outputs - 1) * stride - pad >= input ||
           (kernel - 1) * dilation - pad < 0;
  };
  return outside(s.inputPlane.height, s.outputPlane.height, s.strideH,
                 s.kernelH, s.dilationH, s.padTop) ||
         outside(s.inputPlane.width, s.outputPlane.width, s.strideW, s.kernelW,
                 s.dilationW, s.padLeft);
}

/// Compares all paths with nested loops. True if all are right; says which is
/// not otherwise.
template <typename Kind>
bool areAllPathsRight(const Case &c, uint32_t seed, std::string &wrong) {
  using Output = typename Kind::Output;
  const ContractionShape &s = c.shape;
  std::mt19937 random(seed);
  const uint32_t rows = s.groups * s.outputs;
  const auto weights =
      anyValues<typename Kind::Weight>(size_t(rows) * s.depth(), random);
  const auto input = anyValues<typename Kind::Input>(c.input.elements, random);
  std::vector<Output> before(c.output.elements, Output(7)), expected = before;
  for (uint32_t row = s.outputBegin; row < s.outputEnd; ++row)
    for (uint32_t y = 0; y < s.outputPlane.height; ++y)
      for (uint32_t x = 0; x < s.outputPlane.width; ++x) {
        Output &element = expected[c.output.at(row, y, x)];
        element = Output(expectedSum<Kind>(c, weights, input, row, y, x) +
                         (s.accumulate ? int64_t(element) : 0));
      }
  for (const HostFeatures &features : allFeatures()) {
    ContractionPlanner planner(features);
    const auto contraction = planner.plan(s, weights.data());
    if (compute(*contraction, c, input.data(), sizeof(input[0]), before) ==
        expected)
      continue;
    wrong = std::string(contraction->implementation()) + ", instruction set " +
            allIsas[size_t(features.isa)].name;
    return false;
  }
  return true;
}

template <typename Kind>
void checkAllPaths() {
  const Case c = *anyCase<Kind>();
  RC_CLASSIFY(c.shape.strideH > c.shape.kernelH ||
                  c.shape.strideW > c.shape.kernelW,
              "stride > kernel");
  RC_CLASSIFY(hasWindowOutside(c.shape), "window outside");
  RC_CLASSIFY(c.shape.outputEnd - c.shape.outputBegin <
                  c.shape.groups * c.shape.outputs,
              "band");
  std::string wrong;
  const bool isRight =
      areAllPathsRight<Kind>(c, *rc::gen::arbitrary<uint32_t>(), wrong);
  RC_LOG() << wrong << "\n";
  RC_ASSERT(isRight);
}

/// A dense one without padding.
ContractionShape convolution(uint32_t channels, uint32_t outputs,
                             std::pair<uint32_t, uint32_t> kernel,
                             std::pair<uint32_t, uint32_t> stride,
                             std::pair<uint32_t, uint32_t> input,
                             std::pair<uint32_t, uint32_t> output) {
  ContractionShape s;
  s.channels = channels;
  s.outputs = s.outputEnd = outputs;
  std::tie(s.kernelH, s.kernelW) = kernel;
  std::tie(s.strideH, s.strideW) = stride;
  auto plane = [](uint32_t channels, std::pair<uint32_t, uint32_t> extents) {
    const auto [height, width] = extents;
    return HostPlane{channels, height, width, int64_t(height) * width,
                     width,    1};
  };
  s.inputPlane = plane(channels, input);
  s.outputPlane = plane(outputs, output);
  return s;
}

template <typename Kind>
void expectRight(ContractionShape shape) {
  shape.weights = elementOf<typename Kind::Weight>;
  shape.input = elementOf<typename Kind::Input>;
  auto place = [](const HostPlane &plane) {
    return Place{plane, 0, size_t(plane.channels) * plane.height * plane.width};
  };
  const Case c = {shape, place(shape.inputPlane), place(shape.outputPlane)};
  std::string wrong;
  EXPECT_TRUE(areAllPathsRight<Kind>(c, 1, wrong)) << wrong;
}

} // namespace

RC_GTEST_PROP(HostContraction, F32EqualsNestedLoops, ()) {
  checkAllPaths<F32>();
}
RC_GTEST_PROP(HostContraction, AddsABiasOnTheWayOut, ()) {
  Case c = *anyCase<F32>();
  c.shape.accumulate = false;
  const ContractionShape &s = c.shape;
  std::mt19937 random(*rc::gen::arbitrary<uint32_t>());
  const auto weights =
      anyValues<float>(size_t(s.groups) * s.outputs * s.depth(), random);
  const auto input = anyValues<float>(c.input.elements, random);
  const auto offsets = anyValues<float>(s.outputEnd - s.outputBegin, random);
  const ChannelBias bias = {offsets.data(), -2};
  for (const HostFeatures &features : allFeatures()) {
    ContractionPlanner planner(features);
    const auto contraction = planner.plan(s, weights.data());
    RC_CLASSIFY(contraction->takesBias(), "taken");
    if (!contraction->takesBias())
      continue;
    const std::vector<float> before(c.output.elements, 7);
    auto expected = compute(*contraction, c, input.data(), 4, before);
    for (uint32_t row = s.outputBegin; row < s.outputEnd; ++row)
      for (uint32_t y = 0; y < s.outputPlane.height; ++y)
        for (uint32_t x = 0; x < s.outputPlane.width; ++x) {
          float &element = expected[c.output.at(row, y, x)];
          element = std::max(element + offsets[row - s.outputBegin], bias.low);
        }
    RC_ASSERT(compute(*contraction, c, input.data(), 4, before, &bias) ==
              expected);
  }
}
RC_GTEST_PROP(HostContraction, SignedBytesEqualNestedLoops, ()) {
  checkAllPaths<I8>();
}
RC_GTEST_PROP(HostContraction, UnsignedBytesEqualNestedLoops, ()) {
  checkAllPaths<U8>();
}
RC_GTEST_PROP(HostContraction, I16EqualsNestedLoops, ()) {
  checkAllPaths<I16>();
}

namespace {

/// One long sum of equal products.
template <typename Kind>
void expectExtreme(typename Kind::Weight weight, typename Kind::Input value) {
  constexpr uint32_t depth = 4099; // a prime: no path divides it
  Case c;
  c.shape.weights = elementOf<typename Kind::Weight>;
  c.shape.input = elementOf<typename Kind::Input>;
  c.shape.channels = depth;
  c.shape.inputPlane = {depth, 1, 1, 1, 1, 1};
  c.shape.outputPlane = {1, 1, 1, 1, 1, 1};
  c.input = {c.shape.inputPlane, 0, depth};
  c.output = {c.shape.outputPlane, 0, 1};
  const std::vector<typename Kind::Weight> weights(depth, weight);
  const std::vector<typename Kind::Input> input(depth, value);
  for (const HostFeatures &features : allFeatures()) {
    ContractionPlanner planner(features);
    const auto contraction = planner.plan(c.shape, weights.data());
    const auto output = compute<typename Kind::Output>(
        *contraction, c, input.data(), sizeof(value), {0});
    EXPECT_EQ(output[0], int64_t(depth) * weight * value)
        << contraction->implementation() << ", instruction set "
        << int(features.isa);
  }
}

} // namespace

TEST(HostContraction, SumsOfExtremesAreExact) {
  expectExtreme<U8>(-128, 255);
  expectExtreme<U8>(127, 255);
  expectExtreme<I8>(-128, -128);
  expectExtreme<I8>(-128, 127);
  expectExtreme<I16>(-32768, -32768);
  expectExtreme<I16>(32767, -32768);
  expectExtreme<I16>(32767, 32767);
}

/// Small and larger ones on which code for AMX read and wrote out of bounds, or
/// was wrong.
TEST(HostContraction, StridesBeyondKernelsAndWindowsOutside) {
  for (const ContractionShape &shape :
       {convolution(5, 1, {1, 1}, {2, 1}, {3, 1}, {3, 1}),
        convolution(256, 32, {2, 2}, {4, 4}, {16, 16}, {4, 4}),
        convolution(64, 32, {2, 2}, {4, 4}, {32, 32}, {8, 8}),
        convolution(33, 17, {1, 3}, {5, 1}, {11, 9}, {3, 7}),
        convolution(7, 20, {3, 3}, {2, 2}, {1, 1}, {6, 6})}) {
    expectRight<F32>(shape);
    expectRight<I8>(shape);
    expectRight<U8>(shape);
    expectRight<I16>(shape);
  }
}

/// With rounding: the order of the sums is the same, and nothing is fused.
TEST(HostContraction, OwnKernelsGiveTheSameBitsOnEveryHost) {
  ContractionShape shape = convolution(19, 37, {3, 3}, {1, 1}, {9, 9}, {7, 7});
  const Case c = {
      shape, {shape.inputPlane, 0, 19 * 81}, {shape.outputPlane, 0, 37 * 49}};
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::vector<float> weights(size_t(shape.outputs) * shape.depth());
  std::vector<float> input(c.input.elements), expected;
  for (std::vector<float> *values : {&weights, &input})
    for (float &value : *values)
      value = normal(random);
  for (uint32_t row = 0; row < shape.outputs; ++row)
    for (uint32_t y = 0; y < 7; ++y)
      for (uint32_t x = 0; x < 7; ++x) {
        volatile float sum = 0, product = 0; // rounded one by one
        for (uint32_t k = 0; k < shape.depth(); ++k) {
          const uint32_t ch = k / 9, i = k / 3 % 3, j = k % 3;
          product = weights[row * shape.depth() + k] *
                    input[c.input.at(ch, y + i, x + j)];
          sum = sum + product;
        }
        expected.push_back(float(sum));
      }
  for (auto [isa, name] : allIsas) {
    if (isa > hostIsa())
      continue;
    ContractionPlanner planner({isa, false});
    const auto contraction = planner.plan(shape, weights.data());
    EXPECT_EQ(compute(*contraction, c, input.data(), sizeof(float),
                      std::vector<float>(c.output.elements)),
              expected)
        << name;
  }
}

#ifdef CRANIA_ENABLE_ONEDNN
/// A usual shape passes the check, on a host with SSE4.1.
TEST(HostContraction, OneDnnComputesUsualShapesInF32) {
  const ContractionShape shape =
      convolution(32, 32, {3, 3}, {1, 1}, {10, 10}, {8, 8});
  const std::vector<float> weights(size_t(shape.outputs) * shape.depth());
  for (const HostFeatures &features : allFeatures()) {
    ContractionPlanner planner(features);
    const std::string name =
        planner.plan(shape, weights.data())->implementation();
    EXPECT_EQ(name.rfind("oneDNN ", 0) == 0, features.oneDnn) << name;
    EXPECT_TRUE(features.isa > HostIsa::portable || !features.oneDnn ||
                name.find("avx2") == name.npos)
        << name;
  }
}
#endif

/// For who reads the log: what this run says about other hosts.
TEST(HostContraction, SaysWhichInstructionSetsRan) {
  for (auto [isa, name] : allIsas)
    std::cout << "own kernels for " << name << ": "
              << (isa <= hostIsa() ? "ran" : "not covered by this run") << "\n";
  SUCCEED();
}

TEST(HostContraction, BandsOfALayerAreOneObject) {
  ContractionShape band;
  band.channels = 3;
  band.outputs = band.outputEnd = 4;
  band.inputPlane = {3, 2, 5, 10, 5, 1};
  band.outputPlane = {4, 2, 5, 10, 5, 1};
  const std::vector<float> weights(12, 1);
  ContractionPlanner planner;
  const auto first = planner.plan(band, weights.data());
  EXPECT_EQ(first, planner.plan(band, weights.data()));
  band.inputPlane.height = band.outputPlane.height = 1;
  EXPECT_NE(first, planner.plan(band, weights.data()));
}

TEST(HostContraction, ThreadsShareAContraction) {
  constexpr uint32_t channels = 32, extent = 8, pixels = extent * extent;
  Case c;
  c.shape.channels = c.shape.outputs = c.shape.outputEnd = channels;
  c.shape.kernelH = c.shape.kernelW = 3;
  c.shape.padTop = c.shape.padLeft = 1;
  c.shape.inputPlane =
      c.shape.outputPlane = {channels, extent, extent, pixels, extent, 1};
  c.input = c.output = {c.shape.inputPlane, 0, channels * pixels};
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  auto values = [&](size_t count) {
    std::vector<float> made(count);
    for (float &value : made)
      value = normal(random);
    return made;
  };
  const auto weights = values(size_t(channels) * c.shape.depth());
  const auto input = values(c.input.elements);
  for (const HostFeatures &features : allFeatures()) {
    ContractionPlanner planner(features);
    const auto contraction = planner.plan(c.shape, weights.data());
    auto run = [&] {
      return compute(*contraction, c, input.data(), sizeof(float),
                     std::vector<float>(c.output.elements));
    };
    const std::vector<float> alone = run();
    constexpr unsigned threads = 4, repetitions = 20;
    std::vector<unsigned> equal(threads);
    std::vector<std::thread> pool;
    for (unsigned t = 0; t < threads; ++t)
      pool.emplace_back([&, t] {
        for (unsigned i = 0; i < repetitions; ++i)
          equal[t] += run() == alone;
      });
    for (std::thread &thread : pool)
      thread.join();
    EXPECT_EQ(equal, std::vector<unsigned>(threads, repetitions));
  }
}
