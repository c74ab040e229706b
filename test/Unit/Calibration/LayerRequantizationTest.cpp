// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Tests of the corrections of rounds in the constants of a requantization.

#include "LayerRequantization.h"

#include "ParsedModule.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "mlir/IR/BuiltinAttributes.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace mlir;
using namespace crania;

namespace {

/// Returns sums of i32 of three channels and an op that reads them. `body`
/// computes the yielded value %r of `type` from the sum %s, and the factor %f
/// and the addend %a of the channel.
std::string layer(const std::string &factors, const std::string &addends,
                  const std::string &type, const std::string &body) {
  return R"(
#all = affine_map<(n, c, y, x) -> (n, c, y, x)>
#channel = affine_map<(n, c, y, x) -> (c)>
func.func @f(%x: tensor<1x2x4x4xi8>, %w: tensor<3x2x1x1xi8>,
             %init: tensor<1x3x4x4xi32>, %out: tensor<1x3x4x4x)" +
         type + R"(>) -> tensor<1x3x4x4x)" + type + R"(> {
  %sums = linalg.conv_2d_nchw_fchw
      ins(%x, %w : tensor<1x2x4x4xi8>, tensor<3x2x1x1xi8>)
      outs(%init : tensor<1x3x4x4xi32>) -> tensor<1x3x4x4xi32>
  %factors = arith.constant dense<)" +
         factors + R"(
  %addends = arith.constant dense<)" +
         addends + R"(
  %result = linalg.generic
      {indexing_maps = [#all, #channel, #channel, #all],
       iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%sums, %factors, %addends : tensor<1x3x4x4xi32>, tensor<3x)" +
         (type == "f32" ? "f32" : "i32") + ">, tensor<3x" + type + R"(>)
      outs(%out : tensor<1x3x4x4x)" +
         type + R"(>) {
    ^bb0(%s: i32, %f: )" +
         (type == "f32" ? "f32" : "i32") + ", %a: " + type + ", %o: " + type +
         "):\n" + body + R"(
      linalg.yield %r : )" +
         type + R"(
  } -> tensor<1x3x4x4x)" +
         type + ">\n  return %result : tensor<1x3x4x4x" + type + ">\n}\n";
}

const std::string integerLayer = layer("[100, -200, 3000]> : tensor<3xi32>",
                                       "[7, 8, -9]> : tensor<3xi64>", "i64", R"(
      %sWide = arith.extsi %s : i32 to i64
      %fWide = arith.extsi %f : i32 to i64
      %p = arith.muli %sWide, %fWide : i64
      %r = arith.addi %p, %a : i64)");

const std::string floatLayer = layer("[0.5, -2.0, 3.0]> : tensor<3xf32>",
                                     "[0.0, 0.0, 0.0]> : tensor<3xf32>", "f32",
                                     R"(
      %sReal = arith.sitofp %s : i32 to f32
      %r = arith.mulf %sReal, %f : f32)");

LayerRequantization requantizationOf(const ParsedModule &module) {
  linalg::LinalgOp op = module.linalgOp();
  Result<Contraction> contraction =
      analyzeContraction(op, op.getDpsInputOperand(1)->get());
  EXPECT_TRUE(contraction) << contraction.error().message;
  Result<LayerRequantization> found = LayerRequantization::find(*contraction);
  EXPECT_TRUE(bool(found)) << found.error().message;
  return *found;
}

double numberOf(Attribute number) {
  if (auto real = dyn_cast<FloatAttr>(number))
    return real.getValueAsDouble();
  return double(cast<IntegerAttr>(number).getInt());
}

/// Returns the constants of each per_round op of the module, by round and
/// channel, in the order of the ops.
std::vector<std::vector<std::vector<double>>> perRound(ModuleOp module) {
  std::vector<std::vector<std::vector<double>>> all;
  module.walk([&](ir::PerRoundOp op) {
    all.emplace_back();
    for (Attribute round : op.getConstants()) {
      all.back().emplace_back();
      for (Attribute number :
           cast<DenseElementsAttr>(round).getValues<Attribute>())
        all.back().back().push_back(numberOf(number));
    }
  });
  return all;
}

/// Corrections of the two rounds before the last, with gains and offsets of
/// both signs.
const std::vector<SumCorrection> corrections = {{{0.5, 1, 1.25}, {20, -30, 40}},
                                                {{1, 2, 0.75}, {-5, 0, 6}}};

/// Compares the constants of all rounds with factor * (gain * sum + offset) +
/// addend for a few sums. A constant is rounded to a multiple of `unit`.
void expectCorrected(const std::vector<std::vector<std::vector<double>>> &all,
                     ArrayRef<double> factors, ArrayRef<double> addends,
                     double unit) {
  ASSERT_EQ(all.size(), 2u);
  ASSERT_EQ(all[0].size(), corrections.size() + 1);
  ASSERT_EQ(all[1].size(), corrections.size() + 1);
  for (size_t round = 0; round < all[0].size(); ++round)
    for (size_t c = 0; c < factors.size(); ++c)
      for (double sum : {-100.0, 0.0, 1000.0}) {
        const bool isLast = round == corrections.size();
        const double gain = isLast ? 1 : corrections[round].gains[c];
        const double offset = isLast ? 0 : corrections[round].offsets[c];
        const double expected = factors[c] * (gain * sum + offset) + addends[c];
        EXPECT_NEAR(all[0][round][c] * sum + all[1][round][c], expected,
                    unit * (std::abs(sum) + 1) / 2)
            << "round " << round + 1 << ", channel " << c << ", sum " << sum;
      }
}

} // namespace

TEST(LayerRequantization, CorrectsIntegersByRoundAndChannel) {
  const ParsedModule module(integerLayer);
  ASSERT_TRUE(module.get());
  requantizationOf(module).correct(corrections);
  EXPECT_TRUE(succeeded(module.get().verify()));
  const auto all = perRound(module.get());
  expectCorrected(all, {100, -200, 3000}, {7, 8, -9}, 1);
  // All of these are integers.
  EXPECT_EQ(all[0][0], (std::vector<double>{50, -200, 3750}));
  EXPECT_EQ(all[1][0], (std::vector<double>{2007, 6008, 119991}));
}

/// The pass adds an addend if the body has none.
TEST(LayerRequantization, CorrectsFloatsByRoundAndChannel) {
  const ParsedModule module(floatLayer);
  ASSERT_TRUE(module.get());
  requantizationOf(module).correct(corrections);
  EXPECT_TRUE(succeeded(module.get().verify()));
  expectCorrected(perRound(module.get()), {0.5, -2, 3}, {0, 0, 0}, 1e-4);
  size_t additions = 0;
  module.get().walk([&](Operation *op) {
    additions += op->getName().getStringRef() == "arith.addf";
  });
  EXPECT_EQ(additions, 1u);
}

/// A quarter of the range of 64 bits is left for the sum.
TEST(LayerRequantization, FitsWhileProductsFit64Bits) {
  const ParsedModule module(integerLayer);
  ASSERT_TRUE(module.get());
  const LayerRequantization requantization = requantizationOf(module);
  auto fits = [&](double gain, double offset, double largestSum) {
    return requantization.fits({{1, 1, gain}, {0, 0, offset}},
                               {1, 1, largestSum});
  };
  EXPECT_TRUE(fits(1, 0, 0x1p48)); // the factor is 3000
  EXPECT_FALSE(fits(1, 0, 0x1p50));
  EXPECT_FALSE(fits(4, 0, 0x1p48));
  EXPECT_TRUE(fits(1, 0x1p48, 1));
  EXPECT_FALSE(fits(1, 0x1p50, 1));
  EXPECT_FALSE(fits(1, -0x1p50, 1));
  // Half of each limit together exceeds it.
  EXPECT_TRUE(fits(1, 0, 0x1p49 * 0.9));
  EXPECT_FALSE(fits(1, 0x1p49 * 0.9, 0x1p49 * 0.9));
}

TEST(LayerRequantization, FactorsThatNeedMoreThan32BitsGetThem) {
  const ParsedModule narrow(integerLayer), wide(integerLayer);
  ASSERT_TRUE(narrow.get() && wide.get());
  auto bitsOf = [](const ParsedModule &module, double gain) {
    requantizationOf(module).correct({{{1, 1, gain}, {0, 0, 0}}});
    EXPECT_TRUE(succeeded(module.get().verify()));
    unsigned bits = 0;
    module.get().walk([&](ir::PerRoundOp op) {
      if (!bits)
        bits = getElementTypeOrSelf(op.getType()).getIntOrFloatBitWidth();
    });
    return bits;
  };
  EXPECT_EQ(bitsOf(narrow, 0x1p31 / 3001), 32u);
  EXPECT_EQ(bitsOf(wide, 0x1p31 / 2999), 64u);
}
