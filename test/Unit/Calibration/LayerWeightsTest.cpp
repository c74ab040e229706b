// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Reads the weights of a layer from its constants.

#include "LayerWeights.h"

#include "ParsedModule.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace crania;

namespace {

/// A product with weights of 8 bits, 3 inputs and 2 outputs. `bytes` are the
/// weights, row by row, in hexadecimal digits.
std::string layer(const std::string &bytes) {
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

FailureOr<LayerWeights> read(const ParsedModule &module, std::string &why) {
  linalg::LinalgOp op = module.linalgOp();
  FailureOr<Contraction> contraction =
      analyzeContraction(op, op.getDpsInputOperand(1)->get(), why);
  EXPECT_TRUE(succeeded(contraction)) << why;
  return readWeights(*contraction, why);
}

TEST(LayerWeights, AreOneRowOfCodesPerOutput) {
  const ParsedModule module(layer("01FE03FC05FA"));
  ASSERT_TRUE(module.get());
  std::string why;
  FailureOr<LayerWeights> weights = read(module, why);
  ASSERT_TRUE(succeeded(weights)) << why;
  EXPECT_EQ(weights->name, "w");
  EXPECT_EQ(weights->codes, (std::vector<int8_t>{1, 3, 5, -2, -4, -6}));
  EXPECT_EQ(weights->indices, (std::vector<int64_t>{0, 2, 4, 1, 3, 5}));
  EXPECT_EQ(weights->scales, (std::vector<float>{0.5, 2}));
}

TEST(LayerWeights, TellHowManyBytesAreMissing) {
  const ParsedModule module(layer("01FE03FC05"));
  ASSERT_TRUE(module.get());
  std::string why;
  EXPECT_TRUE(failed(read(module, why)));
  EXPECT_EQ(why, "its weights have 5 bytes of data where 'tensor<3x2xi8>' "
                 "needs 6: is the resource section missing or cut?");
}

} // namespace
