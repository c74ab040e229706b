// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Corrections and ranks that crania-cluster-calibrated finds in networks small
// enough to compute them by hand.

#include "Networks.h"
#include "crania/Calibration/Passes.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"

#include <gtest/gtest.h>

#include <map>

using namespace mlir;
using namespace crania;
using crania::test::Classifier;
using crania::test::TemporaryFolder;

namespace {

/// The codes of a dense layer of two inputs and two outputs are 10 and -8 on
/// the first input, 3 and -2 on the second. Logits are 0.5 and 0.25 times its
/// sums, plus 1 and 2.
const std::string dense = R"(
#id = affine_map<(d0, d1) -> (d0, d1)>
#column = affine_map<(d0, d1) -> (d1)>
!real = !quant.uniform<i8<-127:127>:f32, 1.0>
func.func @net(%x: tensor<1x2xf32>) -> tensor<1x2xf32> attributes {crania.classifier} {
  %cast = quant.qcast %x : tensor<1x2xf32> to tensor<1x2x!real>
  %q = quant.scast %cast : tensor<1x2x!real> to tensor<1x2xi8>
  %w = arith.constant dense<[[10, -8], [3, -2]]> : tensor<2x2xi8>
  %zero = arith.constant 0 : i32
  %e = tensor.empty() : tensor<1x2xi32>
  %i = linalg.fill ins(%zero : i32) outs(%e : tensor<1x2xi32>) -> tensor<1x2xi32>
  %y = linalg.matmul {crania.weight_scales = dense<[[0.5, 0.25]]> : tensor<1x2xf32>}
      ins(%q, %w : tensor<1x2xi8>, tensor<2x2xi8>) outs(%i : tensor<1x2xi32>) -> tensor<1x2xi32>
  %factors = arith.constant dense<[0.5, 0.25]> : tensor<2xf32>
  %addends = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %m = tensor.empty() : tensor<1x2xf32>
  %z = linalg.generic {indexing_maps = [#id, #column, #column, #id], iterator_types = ["parallel", "parallel"]}
      ins(%y, %factors, %addends : tensor<1x2xi32>, tensor<2xf32>, tensor<2xf32>) outs(%m : tensor<1x2xf32>) {
    ^bb0(%s: i32, %f: f32, %a: f32, %o: f32):
      %0 = arith.sitofp %s : i32 to f32
      %1 = arith.mulf %0, %f : f32
      %2 = arith.addf %1, %a : f32
      linalg.yield %2 : f32
  } -> tensor<1x2xf32>
  return %z : tensor<1x2xf32>
}
)";

/// A convolution of 4 pixels with 4 weights of code 1, halves of its sums as
/// codes, and a dense layer of 16 weights of code 2. If all pixels are 10, then
/// so are the inputs of the dense layer.
const std::string two = R"(
#id = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#flat = affine_map<(d0, d1) -> (d0, d1)>
!real = !quant.uniform<i8<-127:127>:f32, 1.0>
func.func @net(%x: tensor<1x2x2x2xf32> {crania.image_layout = "nchw"}) -> tensor<1x2xf32> attributes {crania.classifier} {
  %cast = quant.qcast %x : tensor<1x2x2x2xf32> to tensor<1x2x2x2x!real>
  %q = quant.scast %cast : tensor<1x2x2x2x!real> to tensor<1x2x2x2xi8>
  %w = arith.constant dense<1> : tensor<2x2x1x1xi8>
  %zero = arith.constant 0 : i32
  %e = tensor.empty() : tensor<1x2x2x2xi32>
  %i = linalg.fill ins(%zero : i32) outs(%e : tensor<1x2x2x2xi32>) -> tensor<1x2x2x2xi32>
  %y = linalg.conv_2d_nchw_fchw {crania.weight_scales = dense<1.0> : tensor<1x1x1x1xf32>}
      ins(%q, %w : tensor<1x2x2x2xi8>, tensor<2x2x1x1xi8>) outs(%i : tensor<1x2x2x2xi32>) -> tensor<1x2x2x2xi32> loc("conv")
  %factor = arith.constant 1 : i64
  %shift = arith.constant 1 : i64
  %low = arith.constant -127 : i64
  %high = arith.constant 127 : i64
  %n = tensor.empty() : tensor<1x2x2x2xi8>
  %c = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%y : tensor<1x2x2x2xi32>) outs(%n : tensor<1x2x2x2xi8>) {
    ^bb0(%s: i32, %o: i8):
      %0 = arith.extsi %s : i32 to i64
      %1 = arith.muli %0, %factor : i64
      %2 = arith.shrsi %1, %shift : i64
      %3 = arith.maxsi %2, %low : i64
      %4 = arith.minsi %3, %high : i64
      %5 = arith.trunci %4 : i64 to i8
      linalg.yield %5 : i8
  } -> tensor<1x2x2x2xi8>
  %f = tensor.collapse_shape %c [[0], [1, 2, 3]] : tensor<1x2x2x2xi8> into tensor<1x8xi8>
  %v = arith.constant dense<2> : tensor<8x2xi8>
  %k = tensor.empty() : tensor<1x2xi32>
  %j = linalg.fill ins(%zero : i32) outs(%k : tensor<1x2xi32>) -> tensor<1x2xi32>
  %t = linalg.matmul {crania.weight_scales = dense<1.0> : tensor<1x1xf32>}
      ins(%f, %v : tensor<1x8xi8>, tensor<8x2xi8>) outs(%j : tensor<1x2xi32>) -> tensor<1x2xi32> loc("dense")
  %half = arith.constant 0.5 : f32
  %m = tensor.empty() : tensor<1x2xf32>
  %r = linalg.generic {indexing_maps = [#flat, #flat], iterator_types = ["parallel", "parallel"]}
      ins(%t : tensor<1x2xi32>) outs(%m : tensor<1x2xf32>) {
    ^bb0(%s: i32, %o: f32):
      %0 = arith.sitofp %s : i32 to f32
      %1 = arith.mulf %0, %half : f32
      linalg.yield %1 : f32
  } -> tensor<1x2xf32>
  return %r : tensor<1x2xf32>
}
)";

class ClusterCalibratedTest : public testing::Test {
protected:
  ClusterCalibratedTest() {
    options.scheme = "importance";
    options.minWeights = 0;
  }

  /// Returns the constants of each per_round op, by round and channel, in the
  /// order of the ops.
  static std::vector<std::vector<std::vector<double>>>
  perRound(const Classifier &classifier) {
    std::vector<std::vector<std::vector<double>>> all;
    classifier.module().walk([&](ir::PerRoundOp op) {
      all.emplace_back();
      for (Attribute round : op.getConstants())
        all.back().push_back(test::numbersOf(round));
    });
    return all;
  }

  /// Returns the cluster of each weight by the name of the weights, row-major.
  static std::map<std::string, std::vector<uint8_t>>
  clusters(const Classifier &classifier) {
    std::map<std::string, std::vector<uint8_t>> all;
    classifier.module().walk([&](ir::WeightsOp op) {
      SmallVector<char> storage;
      ArrayRef<uint8_t> bytes = op.getAssignmentBytes(storage);
      all[op.getSymName().str()].assign(bytes.begin(), bytes.end());
    });
    return all;
  }

  TemporaryFolder folder;
  ClusterCalibratedOptions options;
};

using Numbers = std::vector<double>;

/// Round 1 has the codes 10 and -8 on the first input, which varies. It lacks 3
/// and -2 times the second input, which is always 10. Therefore its sums keep
/// their gain of 1 and are shifted by 30 and -20; that adds 0.5 * 30 and 0.25 *
/// -20 to the logits. The last round is exact.
TEST_F(ClusterCalibratedTest, OffsetsMakeUpForMissingWeights) {
  Classifier classifier(dense);
  options.images =
      test::writeImages(folder, {2}, {1, 10, 5, 10, -4, 10, 6, 10});
  options.fractions = "0.5,0.5";
  ASSERT_TRUE(classifier.run(createClusterCalibrated(options)));
  ASSERT_EQ(clusters(classifier).size(), 1u);
  EXPECT_EQ(clusters(classifier).begin()->second,
            (std::vector<uint8_t>{0, 0, 1, 1}));
  const auto constants = perRound(classifier);
  // The factors are equal in both rounds, so that they are one constant.
  ASSERT_EQ(constants.size(), 1u);
  const auto &addends = constants[0];
  ASSERT_EQ(addends.size(), 2u);
  EXPECT_NEAR(addends[0][0], 15, 1e-3);
  EXPECT_NEAR(addends[0][1], -5, 1e-3);
  EXPECT_EQ(addends[1], (Numbers{0, 0}));
}

/// If the second input is twice the first one, round 1 lacks 6 of 16 and -4 of
/// -12 parts of each sum: gains make up for that, 1.6 and 1.5.
TEST_F(ClusterCalibratedTest, GainsMakeUpForProportionalInputs) {
  Classifier classifier(dense);
  options.images =
      test::writeImages(folder, {2}, {1, 2, 5, 10, -4, -8, -2, -4});
  options.fractions = "0.5,0.5";
  ASSERT_TRUE(classifier.run(createClusterCalibrated(options)));
  const auto constants = perRound(classifier);
  ASSERT_EQ(constants.size(), 2u);
  for (size_t o = 0; o < 2; ++o) {
    EXPECT_NEAR(constants[0][0][o], (Numbers{0.5 * 1.6, 0.25 * 1.5})[o], 1e-4);
    EXPECT_NEAR(constants[1][0][o], 0, 1e-3);
  }
}

TEST_F(ClusterCalibratedTest, NothingIsCorrectedWithoutTheOption) {
  Classifier classifier(dense);
  options.images =
      test::writeImages(folder, {2}, {1, 10, 5, 10, -4, 10, 6, 10});
  options.fractions = "0.5,0.5";
  options.correct = false;
  ASSERT_TRUE(classifier.run(createClusterCalibrated(options)));
  const auto constants = perRound(classifier);
  ASSERT_EQ(constants.size(), 1u);
  EXPECT_EQ(constants[0][0], (Numbers{0, 0}));
}

/// Inputs are averaged over pixels and images, so that weights of layers with
/// many pixels rank like others: 1 * 10 in the convolution, 2 * 10 in the dense
/// layer. The sum over 4 pixels would rank the convolution first.
TEST_F(ClusterCalibratedTest, RanksOfLayersDoNotDependOnTheNumberOfPixels) {
  Classifier classifier(two);
  options.images =
      test::writeImages(folder, {2, 2, 2}, std::vector<float>(16, 10));
  options.layout = "nchw";
  options.scope = "global";
  options.metric = "activation";
  options.fractions = "0.8,0.2"; // 16 of 20 weights
  ASSERT_TRUE(classifier.run(createClusterCalibrated(options)));
  auto assigned = clusters(classifier);
  ASSERT_EQ(assigned.size(), 2u);
  EXPECT_EQ(assigned["conv"], std::vector<uint8_t>(4, 1));
  EXPECT_EQ(assigned["dense"], std::vector<uint8_t>(16, 0));
}

/// By magnitude alone it is the same here. With pixels of the second image that
/// are negative, magnitudes count and not their sum.
TEST_F(ClusterCalibratedTest, MagnitudesOfInputsDoNotCancel) {
  Classifier classifier(two);
  std::vector<float> pixels(8, 10);
  pixels.resize(16, -10);
  options.images = test::writeImages(folder, {2, 2, 2}, pixels);
  options.layout = "nchw";
  options.scope = "global";
  options.metric = "activation";
  options.fractions = "0.8,0.2";
  ASSERT_TRUE(classifier.run(createClusterCalibrated(options)));
  auto assigned = clusters(classifier);
  EXPECT_EQ(assigned["conv"], std::vector<uint8_t>(4, 1));
  EXPECT_EQ(assigned["dense"], std::vector<uint8_t>(16, 0));
}

} // namespace
