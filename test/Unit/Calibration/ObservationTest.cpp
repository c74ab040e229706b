// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// What is observed of networks that are small enough to compute by hand.

#include "Networks.h"
#include "crania/Calibration/Passes.h"
#include "crania/Dialect/Crania/IR/CraniaDialect.h"

#include <gtest/gtest.h>

#include <cstring>

using namespace mlir;
using namespace crania;
using crania::test::Classifier;
using crania::test::TemporaryFolder;

namespace {

/// y = [x0 + 2 x1, 3 x0 - 4 x1] and its ReLU.
const std::string dense = R"(
#id = affine_map<(d0, d1) -> (d0, d1)>
func.func @net(%x: tensor<1x2xf32>) -> tensor<1x2xf32> attributes {crania.classifier} {
  %w = arith.constant dense<[[1.0, 3.0], [2.0, -4.0]]> : tensor<2x2xf32>
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x2xf32>
  %i = linalg.fill ins(%zero : f32) outs(%e : tensor<1x2xf32>) -> tensor<1x2xf32>
  %y = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%i : tensor<1x2xf32>) -> tensor<1x2xf32>
  %z = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%y : tensor<1x2xf32>) outs(%e : tensor<1x2xf32>) {
    ^bb0(%a: f32, %o: f32):
      %m = arith.maximumf %a, %zero : f32
      linalg.yield %m : f32
  } -> tensor<1x2xf32>
  return %z : tensor<1x2xf32>
}
)";

/// An integer network: a convolution of 2 channels of 2 x 3 pixels to 2
/// outputs, with a kernel of 1 x 2 that starts one column before the image,
/// halves of the sums as codes of 8 bits, and a dense layer of two
/// outputs, all of whose weights are 1.
const std::string integers = R"(
#id = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#flat = affine_map<(d0, d1) -> (d0, d1)>
!real = !quant.uniform<i8<-127:127>:f32, 1.0>
func.func @net(%x: tensor<1x2x2x3xf32> {crania.image_layout = "nchw"}) -> tensor<1x2xf32> attributes {crania.classifier} {
  %cast = quant.qcast %x : tensor<1x2x2x3xf32> to tensor<1x2x2x3x!real>
  %q = quant.scast %cast : tensor<1x2x2x3x!real> to tensor<1x2x2x3xi8>
  %none = arith.constant 0 : i8
  %p = tensor.pad %q low[0, 0, 0, 1] high[0, 0, 0, 0] {
    ^bb0(%a: index, %b: index, %c: index, %d: index):
      tensor.yield %none : i8
  } : tensor<1x2x2x3xi8> to tensor<1x2x2x4xi8>
  %w = arith.constant dense<[[[[1, 2]], [[3, 4]]], [[[5, -6]], [[7, -8]]]]> : tensor<2x2x1x2xi8>
  %zero = arith.constant 0 : i32
  %e = tensor.empty() : tensor<1x2x2x3xi32>
  %i = linalg.fill ins(%zero : i32) outs(%e : tensor<1x2x2x3xi32>) -> tensor<1x2x2x3xi32>
  %y = linalg.conv_2d_nchw_fchw {crania.weight_scales = dense<1.0> : tensor<1x1x1x1xf32>}
      ins(%p, %w : tensor<1x2x2x4xi8>, tensor<2x2x1x2xi8>) outs(%i : tensor<1x2x2x3xi32>) -> tensor<1x2x2x3xi32>
  %factor = arith.constant 1 : i64
  %shift = arith.constant 1 : i64
  %low = arith.constant -127 : i64
  %high = arith.constant 127 : i64
  %n = tensor.empty() : tensor<1x2x2x3xi8>
  %c = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%y : tensor<1x2x2x3xi32>) outs(%n : tensor<1x2x2x3xi8>) {
    ^bb0(%s: i32, %o: i8):
      %0 = arith.extsi %s : i32 to i64
      %1 = arith.muli %0, %factor : i64
      %2 = arith.shrsi %1, %shift : i64
      %3 = arith.maxsi %2, %low : i64
      %4 = arith.minsi %3, %high : i64
      %5 = arith.trunci %4 : i64 to i8
      linalg.yield %5 : i8
  } -> tensor<1x2x2x3xi8>
  %f = tensor.collapse_shape %c [[0], [1, 2, 3]] : tensor<1x2x2x3xi8> into tensor<1x12xi8>
  %v = arith.constant dense<1> : tensor<12x2xi8>
  %k = tensor.empty() : tensor<1x2xi32>
  %j = linalg.fill ins(%zero : i32) outs(%k : tensor<1x2xi32>) -> tensor<1x2xi32>
  %t = linalg.matmul {crania.weight_scales = dense<1.0> : tensor<1x1xf32>}
      ins(%f, %v : tensor<1x12xi8>, tensor<12x2xi8>) outs(%j : tensor<1x2xi32>) -> tensor<1x2xi32>
  %m = tensor.empty() : tensor<1x2xf32>
  %r = linalg.generic {indexing_maps = [#flat, #flat], iterator_types = ["parallel", "parallel"]}
      ins(%t : tensor<1x2xi32>) outs(%m : tensor<1x2xf32>) {
    ^bb0(%s: i32, %o: f32):
      %0 = arith.sitofp %s : i32 to f32
      linalg.yield %0 : f32
  } -> tensor<1x2xf32>
  return %r : tensor<1x2xf32>
}
)";

/// Pixels of two images: 1 to 6 and 10 to 60 in the channels of the first one,
/// and their negatives in the second.
const std::vector<float> pixels = {1,  2,  3,   4,   5,   6,   10,  20,
                                   30, 40, 50,  60,  -1,  -2,  -3,  -4,
                                   -5, -6, -10, -20, -30, -40, -50, -60};

using Row = std::vector<float>;

std::vector<double> rangeOf(Attribute attribute) {
  return std::vector<double>(cast<DenseF64ArrayAttr>(attribute).asArrayRef());
}

} // namespace

//===----------------------------------------------------------------------===//
// NetworkObserver
//===----------------------------------------------------------------------===//

TEST(NetworkObserver, ShowsTheInputAndTheResultsInOrder) {
  Classifier classifier(dense);
  auto created = test::simulatedEvaluator().observe(classifier.function());
  ASSERT_TRUE(succeeded(created));
  const std::unique_ptr<NetworkObserver> observer = std::move(*created);
  EXPECT_EQ(observer->inputElements(), 2u);
  std::vector<std::pair<Value, Row>> seen;
  for (const Row &image : {Row{1, -2}, Row{3, 1}})
    observer->observe(image, [&](Value value, ArrayRef<float> elements) {
      seen.emplace_back(value, Row(elements.begin(), elements.end()));
    });
  ASSERT_EQ(seen.size(), 6u);
  Value logits = classifier.function().front().getTerminator()->getOperand(0);
  Value sums = logits.getDefiningOp()->getOperand(0);
  for (size_t image : {0, 3}) {
    EXPECT_EQ(seen[image].first, classifier.function().getArgument(0));
    EXPECT_EQ(seen[image + 1].first, sums);
    EXPECT_EQ(seen[image + 2].first, logits);
  }
  EXPECT_EQ(seen[0].second, (Row{1, -2}));
  EXPECT_EQ(seen[1].second, (Row{-3, 11}));
  EXPECT_EQ(seen[2].second, (Row{0, 11}));
  EXPECT_EQ(seen[4].second, (Row{5, 5}));
}

//===----------------------------------------------------------------------===//
// LockstepNetwork
//===----------------------------------------------------------------------===//

class LockstepTest : public testing::Test {
protected:
  LockstepTest() : classifier(integers) {}

  void SetUp() override {
    auto created = test::simulatedEvaluator().runInLockstep(
        classifier.function(), test::imagesOf({2, 2, 3}, pixels), 2, 2);
    ASSERT_TRUE(succeeded(created));
    network = std::move(*created);
    ASSERT_EQ(network->layers().size(), 2u);
  }

  const LockstepNetwork::Layer &conv() { return network->layers()[0]; }
  const LockstepNetwork::Layer &last() { return network->layers()[1]; }

  Row inputAt(const LockstepNetwork::Layer &layer, unsigned variant,
              size_t image, size_t pixel) {
    Row row(size_t(layer.contraction.depth()));
    network->gatherInput(layer, variant, image, pixel, row);
    return row;
  }
  Row sumsAt(const LockstepNetwork::Layer &layer, unsigned variant,
             size_t image, size_t pixel) {
    Row row(size_t(layer.contraction.outputs));
    network->gatherSums(layer, variant, image, pixel, row);
    return row;
  }
  /// Weights of the convolution that are all 1.
  static std::vector<int8_t> ones() { return std::vector<int8_t>(8, 1); }

  Classifier classifier;
  std::unique_ptr<LockstepNetwork> network;
};

TEST_F(LockstepTest, LayersHaveTheirPixels) {
  EXPECT_EQ(network->inputs(), 2u);
  EXPECT_EQ(network->pixels(conv()), 6u);
  EXPECT_EQ(network->pixels(last()), 1u);
}

/// Windows have the order (channel, row, column). That of pixel 0 starts in the
/// padding.
TEST_F(LockstepTest, WindowsAreThoseOfTheContraction) {
  network->advanceTo(conv());
  EXPECT_EQ(inputAt(conv(), 0, 0, 0), (Row{0, 1, 0, 10}));
  EXPECT_EQ(inputAt(conv(), 0, 0, 4), (Row{4, 5, 40, 50}));
  EXPECT_EQ(inputAt(conv(), 1, 1, 4), (Row{-4, -5, -40, -50}));
}

/// 1 * 4 + 2 * 5 + 3 * 40 + 4 * 50 and 5 * 4 - 6 * 5 + 7 * 40 - 8 * 50.
TEST_F(LockstepTest, VariantsComputeWithTheirWeights) {
  network->advanceTo(conv());
  network->run(conv(), 0);
  network->run(conv(), 1, ones());
  EXPECT_EQ(sumsAt(conv(), 0, 0, 4), (Row{334, -130}));
  EXPECT_EQ(sumsAt(conv(), 0, 1, 4), (Row{-334, 130}));
  EXPECT_EQ(sumsAt(conv(), 1, 0, 4), (Row{99, 99}));
}

/// The sums are 99 at pixel 4, 11 at pixel 0. Halves are rounded to even.
TEST_F(LockstepTest, CorrectionsScaleAndThenShift) {
  network->advanceTo(conv());
  network->run(conv(), 0);
  network->run(conv(), 1, ones());
  network->correctSums(conv(), 1, {0.5, 2}, {7, -30});
  EXPECT_EQ(sumsAt(conv(), 1, 0, 4), (Row{56, 168})); // 56.5, and 198 - 30
  EXPECT_EQ(sumsAt(conv(), 1, 0, 0), (Row{12, -8}));  // 12.5, and 22 - 30
  // The other variant keeps its sums.
  EXPECT_EQ(sumsAt(conv(), 0, 0, 4), (Row{334, -130}));
}

/// Later layers meet what the layers before made of the input in that variant:
/// halves, rounded down, of sums over all pixels.
TEST_F(LockstepTest, EachVariantGoesOnWithItsOwnSums) {
  network->advanceTo(conv());
  network->run(conv(), 0);
  network->run(conv(), 1, ones());
  network->correctSums(conv(), 1, {0, 0}, {10, -7});
  network->advanceTo(last());
  EXPECT_EQ(inputAt(last(), 0, 0, 0)[4], 127); // 334 / 2, clamped
  EXPECT_EQ(inputAt(last(), 0, 0, 0)[10], -65);
  const Row corrected = inputAt(last(), 1, 0, 0);
  EXPECT_EQ(corrected, (Row{5, 5, 5, 5, 5, 5, -4, -4, -4, -4, -4, -4}));
  network->run(last(), 1);
  EXPECT_EQ(sumsAt(last(), 1, 0, 0), (Row{6, 6})); // 6 * 5 - 6 * 4
}

//===----------------------------------------------------------------------===//
// crania-calibrate
//===----------------------------------------------------------------------===//

/// Images [1, -2] and [8, 1]: sums [-3, 11] and [10, 20].
class CalibrateTest : public testing::Test {
protected:
  CalibrateTest() : classifier(dense) {
    options.images = test::writeImages(folder, {2}, {1, -2, 8, 1});
    options.rule = "max";
  }
  bool run() { return classifier.run(createCalibrate(options)); }

  std::vector<double> inputRange() {
    return rangeOf(classifier.function().getArgAttr(
        0, ir::CraniaDialect::getRangeAttrName()));
  }
  /// Returns the range of the result of the nth linalg op, without fills.
  std::vector<double> rangeOfOp(size_t n) {
    std::vector<Operation *> ops;
    classifier.module().walk([&](linalg::LinalgOp op) {
      if (!isa<linalg::FillOp>(op))
        ops.push_back(op);
    });
    return rangeOf(ops.at(n)->getAttr(ir::CraniaDialect::getRangeAttrName()));
  }

  TemporaryFolder folder;
  CalibrateOptions options;
  Classifier classifier;
};

using Bounds = std::vector<double>;

/// Ranges are symmetric, but for tensors that are never negative.
TEST_F(CalibrateTest, RangesCoverTheValuesOfAllImages) {
  ASSERT_TRUE(run());
  EXPECT_EQ(inputRange(), (Bounds{-8, 8}));
  EXPECT_EQ(rangeOfOp(0), (Bounds{-20, 20}));
  EXPECT_EQ(rangeOfOp(1), (Bounds{0, 20}));
}

TEST_F(CalibrateTest, ALimitLeavesTheLaterImagesOut) {
  options.limit = 1;
  ASSERT_TRUE(run());
  EXPECT_EQ(inputRange(), (Bounds{-2, 2}));
  EXPECT_EQ(rangeOfOp(0), (Bounds{-11, 11}));
}

/// Half of the magnitudes 1, 2, 8 and 1 of the input are at most 1, and three
/// quarters at most 2. A bin has 7 bits of significand.
TEST_F(CalibrateTest, APercentileCoversThatManyMagnitudes) {
  options.rule = "percentile:75";
  ASSERT_TRUE(run());
  EXPECT_GE(inputRange()[1], 2);
  EXPECT_LE(inputRange()[1], 2 * (1 + 1.0 / 128));
  EXPECT_EQ(inputRange()[0], -inputRange()[1]);
}

TEST_F(CalibrateTest, ValuesThatAreNotFiniteAreReported) {
  options.images = test::writeImages(folder, {2}, {3e38f, 3e38f});
  std::string message;
  ScopedDiagnosticHandler handler(
      classifier.module().getContext(),
      [&](Diagnostic &diagnostic) { message += diagnostic.str(); });
  EXPECT_FALSE(run());
  EXPECT_NE(message.find("gives values that are not finite on the images"),
            std::string::npos)
      << message;
}
