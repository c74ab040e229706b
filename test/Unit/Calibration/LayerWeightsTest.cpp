// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "LayerWeights.h"
#include "ParsedModule.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace crania;

namespace {

/// A convolution of 2 channels to 2 outputs with a kernel of 1 x 2, whose
/// weights have the order (row, column, channel, output).
std::string convolution(const std::string &weights, const std::string &type,
                        const std::string &attributes) {
  const std::string sums = type == "i8" ? "i32" : "i64";
  return "func.func @f(%x: tensor<1x1x3x2x" + type +
         ">, %init: tensor<1x1x2x2x" + sums + ">) -> tensor<1x1x2x2x" + sums +
         "> {\n  %w = arith.constant " + weights + " : tensor<1x2x2x2x" + type +
         ">\n  %r = linalg.conv_2d_nhwc_hwcf" + attributes +
         " ins(%x, %w : tensor<1x1x3x2x" + type + ">, tensor<1x2x2x2x" + type +
         ">) outs(%init : tensor<1x1x2x2x" + sums + ">) -> tensor<1x1x2x2x" +
         sums + "> loc(\"conv\")\n  return %r : tensor<1x1x2x2x" + sums +
         ">\n}\n";
}

const std::string numbers = "dense<[[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]]>";

/// A product with weights of 8 bits, 3 inputs and 2 outputs. `bytes` are the
/// weights, row by row, in hexadecimal digits.
std::string product(const std::string &bytes) {
  return R"(
func.func @f(%x: tensor<1x3xi8>, %init: tensor<1x2xi32>) -> tensor<1x2xi32> {
  %w = arith.constant dense_resource<w> : tensor<3x2xi8>
  %y = linalg.matmul {crania.weight_scales = dense<[0.5, 2.0]> : tensor<2xf32>}
      ins(%x, %w : tensor<1x3xi8>, tensor<3x2xi8>)
      outs(%init : tensor<1x2xi32>) -> tensor<1x2xi32>
  return %y : tensor<1x2xi32>
}
{-# dialect_resources: {builtin: {w: "0x01000000)" +
         bytes + "\"}} #-}\n";
}

Result<LayerWeights> read(const ParsedModule &module) {
  linalg::LinalgOp op = module.linalgOp();
  Result<Contraction> contraction =
      analyzeContraction(op, op.getDpsInputOperand(1)->get());
  EXPECT_TRUE(contraction) << contraction.error().message;
  return readWeights(*contraction);
}

/// The depth of the matrix is (channel, row, column). Element (column j,
/// channel c, output o) of the tensor is at 4 j + 2 c + o and has the value 1
/// more.
TEST(LayerWeights, AreInTheOrderOfTheArray) {
  const ParsedModule module(
      convolution(numbers, "i8",
                  " {crania.weight_scales = dense<[0.5, 0.25]> : "
                  "tensor<2xf32>}"));
  Result<LayerWeights> weights = read(module);
  ASSERT_TRUE(weights) << weights.error().message;
  EXPECT_EQ(weights->codes, (std::vector<int8_t>{1, 5, 3, 7, 2, 6, 4, 8}));
  EXPECT_EQ(weights->indices, (std::vector<int64_t>{0, 4, 2, 6, 1, 5, 3, 7}));
  EXPECT_EQ(weights->scales, (std::vector<float>{0.5, 0.25}));
  EXPECT_EQ(weights->name, "conv");
}

TEST(LayerWeights, OneScaleIsThatOfAllOutputs) {
  const ParsedModule module(convolution(
      numbers, "i8", " {crania.weight_scales = dense<0.5> : tensor<1xf32>}"));
  Result<LayerWeights> weights = read(module);
  ASSERT_TRUE(weights) << weights.error().message;
  EXPECT_EQ(weights->scales, (std::vector<float>{0.5, 0.5}));
}

/// A splat stores one code.
TEST(LayerWeights, EqualCodesAreAllRead) {
  const ParsedModule module(
      convolution("dense<-3>", "i8",
                  " {crania.weight_scales = dense<0.5> : tensor<1xf32>}"));
  Result<LayerWeights> weights = read(module);
  ASSERT_TRUE(weights) << weights.error().message;
  EXPECT_EQ(weights->codes, std::vector<int8_t>(8, -3));
}

TEST(LayerWeights, LayersWithoutCodesOrScalesAreRefused) {
  for (auto [type, attributes, reason] :
       {std::tuple("i16",
                   " {crania.weight_scales = dense<0.5> : tensor<1xf32>}",
                   "its weights are not constants of 8 bits"),
        {"i8", "", "its weights have no scales of the output channels"},
        {"i8", " {crania.weight_scales = dense<0.5> : tensor<3xf32>}",
         "its weights have no scales of the output channels"}}) {
    const ParsedModule module(convolution(numbers, type, attributes));
    Result<LayerWeights> weights = read(module);
    ASSERT_FALSE(weights);
    EXPECT_EQ(weights.error().message, reason);
  }
}

TEST(LayerWeights, TellHowManyBytesAreMissing) {
  const ParsedModule module(product("01FE03FC05"));
  ASSERT_TRUE(module.get());
  Result<LayerWeights> weights = read(module);
  ASSERT_FALSE(weights);
  EXPECT_EQ(weights.error().message,
            "its weights have 5 bytes of data where 'tensor<3x2xi8>' "
            "needs 6: is the resource section missing or cut?");
}

} // namespace
