// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// These tests compute the products of an operation without the analysis, by
// evaluating its indexing maps for every iteration, and compare the analysis
// with them.

#include "ParsedModule.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <set>

using namespace mlir;
using namespace crania;

namespace {

/// One multiplication and addition, given by the element numbers of input,
/// weight and output in the row-major tensors.
using Product = std::array<int64_t, 3>;
using Products = std::multiset<Product>;

/// Returns all index tuples below the bounds.
std::vector<SmallVector<int64_t>> tuplesBelow(ArrayRef<int64_t> bounds) {
  std::vector<SmallVector<int64_t>> tuples(1);
  for (int64_t bound : bounds) {
    std::vector<SmallVector<int64_t>> longer;
    for (const SmallVector<int64_t> &tuple : tuples)
      for (int64_t i = 0; i < bound; ++i) {
        longer.push_back(tuple);
        longer.back().push_back(i);
      }
    tuples = std::move(longer);
  }
  return tuples;
}

int64_t elementAt(linalg::LinalgOp op, OpOperand *operand,
                  ArrayRef<int64_t> loops) {
  auto shape = cast<ShapedType>(operand->get().getType()).getShape();
  int64_t element = 0;
  for (auto [size, at] : llvm::zip_equal(
           shape, op.getMatchingIndexingMap(operand).compose(loops)))
    element = element * size + at;
  return element;
}

Products productsOfOp(const Contraction &c) {
  linalg::LinalgOp op = c.op;
  Products products;
  for (const SmallVector<int64_t> &loops :
       tuplesBelow(op.getStaticLoopRanges()))
    products.insert({elementAt(op, c.input, loops),
                     elementAt(op, c.weights, loops),
                     elementAt(op, op.getDpsInitOperand(0), loops)});
  return products;
}

int64_t elementOf(const Contraction::Plane &plane, int64_t channel, int64_t y,
                  int64_t x) {
  EXPECT_LT(channel, plane.channels);
  EXPECT_LT(y, plane.height);
  EXPECT_LT(x, plane.width);
  return channel * plane.channelStride + y * plane.rowStride +
         x * plane.columnStride;
}

/// Returns the products of the formula that Contraction documents.
Products productsOfFormula(const Contraction &c) {
  Products products;
  for (const SmallVector<int64_t> &at :
       tuplesBelow({c.groups, c.outputs, c.outputPlane.height,
                    c.outputPlane.width, c.channels, c.kernelH, c.kernelW})) {
    int64_t g = at[0], m = at[1], y = at[2], x = at[3];
    int64_t channel = at[4], i = at[5], j = at[6];
    const Contraction::WeightStrides &w = c.weightStrides;
    products.insert({elementOf(c.inputPlane, g * c.channels + channel,
                               y * c.strideH + i * c.dilationH,
                               x * c.strideW + j * c.dilationW),
                     g * w.group + m * w.output + channel * w.channel +
                         i * w.row + j * w.column,
                     elementOf(c.outputPlane, g * c.outputs + m, y, x)});
  }
  return products;
}

class ContractionTest : public ::testing::Test {
protected:
  /// Returns the contraction of the module's operation with its operand number
  /// `operand`.
  Result<Contraction> analyze(const std::string &text, unsigned operand = 1) {
    module.emplace(text);
    EXPECT_TRUE(module->get());
    linalg::LinalgOp op = module->linalgOp();
    EXPECT_TRUE(op);
    return analyzeContraction(op, op.getDpsInputOperand(operand)->get());
  }

  /// Analyzes an operation that must be a contraction, and compares the
  /// products with those of the operation.
  Contraction contractionOf(const std::string &text, unsigned operand = 1) {
    Result<Contraction> contraction = analyze(text, operand);
    EXPECT_TRUE(contraction) << contraction.error().message;
    if (!contraction)
      return {};
    EXPECT_EQ(productsOfFormula(*contraction), productsOfOp(*contraction));
    EXPECT_EQ(contraction->weights->getOperandNumber(), operand);
    return *contraction;
  }

  std::string reasonAgainst(const std::string &text, unsigned operand = 1) {
    Result<Contraction> contraction = analyze(text, operand);
    EXPECT_FALSE(contraction);
    return contraction.error().message;
  }

  std::optional<ParsedModule> module;
};

//===----------------------------------------------------------------------===//
// Convolutions
//===----------------------------------------------------------------------===//

TEST_F(ContractionTest, ConvolutionChannelsFirst) {
  Contraction c = contractionOf(
      functionOf("linalg.conv_2d_nchw_fchw", "1x3x6x5", "4x3x3x2", "1x4x4x4"));
  EXPECT_EQ(c.groups, 1);
  EXPECT_EQ(c.outputs, 4);
  EXPECT_EQ(c.channels, 3);
  EXPECT_EQ(c.kernelH, 3);
  EXPECT_EQ(c.kernelW, 2);
  EXPECT_EQ(c.depth(), 18);
  EXPECT_EQ(c.inputPlane.channelStride, 30);
}

TEST_F(ContractionTest, ConvolutionChannelsLast) {
  Contraction c = contractionOf(
      functionOf("linalg.conv_2d_nhwc_hwcf", "1x6x5x3", "3x2x3x4", "1x4x4x4"));
  EXPECT_EQ(c.outputs, 4);
  EXPECT_EQ(c.channels, 3);
  EXPECT_EQ(c.kernelH, 3);
  EXPECT_EQ(c.kernelW, 2);
  EXPECT_EQ(c.inputPlane.channelStride, 1);
  EXPECT_EQ(c.weightStrides.output, 1);
}

TEST_F(ContractionTest, StridesAndDilations) {
  Contraction c = contractionOf(functionOf(
      "linalg.conv_2d_nchw_fchw {strides = dense<[2, 3]> : tensor<2xi64>, "
      "dilations = dense<[3, 2]> : tensor<2xi64>}",
      "1x2x11x12", "2x2x3x2", "1x2x3x4"));
  EXPECT_EQ(c.strideH, 2);
  EXPECT_EQ(c.strideW, 3);
  EXPECT_EQ(c.dilationH, 3);
  EXPECT_EQ(c.dilationW, 2);
}

TEST_F(ContractionTest, ConvolutionOverOneDimension) {
  Contraction c = contractionOf(
      functionOf("linalg.conv_1d_nwc_wcf {strides = dense<2> : tensor<1xi64>}",
                 "1x9x2", "3x2x4", "1x4x4"));
  EXPECT_EQ(c.kernelH, 1);
  EXPECT_EQ(c.kernelW, 3);
  EXPECT_EQ(c.strideW, 2);
  EXPECT_EQ(c.inputPlane.height, 1);
}

TEST_F(ContractionTest, Groups) {
  Contraction c = contractionOf(functionOf(
      "linalg.conv_2d_ngchw_gfchw", "1x2x3x4x4", "2x5x3x2x2", "1x2x5x3x3"));
  EXPECT_EQ(c.groups, 2);
  EXPECT_EQ(c.outputs, 5);
  EXPECT_EQ(c.channels, 3);
  EXPECT_EQ(c.inputPlane.channels, 6);
  EXPECT_EQ(c.outputPlane.channels, 10);
}

TEST_F(ContractionTest, GroupsChannelsLast) {
  Contraction c = contractionOf(functionOf(
      "linalg.conv_2d_nhwgc_gfhwc", "1x4x4x2x3", "2x5x2x2x3", "1x3x3x2x5"));
  EXPECT_EQ(c.groups, 2);
  EXPECT_EQ(c.outputs, 5);
}

TEST_F(ContractionTest, Depthwise) {
  Contraction c = contractionOf(
      functionOf("linalg.depthwise_conv_2d_nchw_chw {strides = dense<2> : "
                 "tensor<2xi64>}",
                 "1x6x5x5", "6x3x3", "1x6x2x2"));
  EXPECT_EQ(c.groups, 6);
  EXPECT_EQ(c.outputs, 1);
  EXPECT_EQ(c.channels, 1);
  EXPECT_EQ(c.depth(), 9);
  c = contractionOf(functionOf("linalg.depthwise_conv_2d_nhwc_hwc", "1x5x5x6",
                               "3x3x6", "1x3x3x6"));
  EXPECT_EQ(c.groups, 6);
}

//===----------------------------------------------------------------------===//
// Matrix products
//===----------------------------------------------------------------------===//

constexpr char transposedB[] =
    "linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, "
    "affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]";

TEST_F(ContractionTest, MatrixProduct) {
  Contraction c =
      contractionOf(functionOf("linalg.matmul", "1x7", "7x4", "1x4"));
  EXPECT_EQ(c.outputs, 4);
  EXPECT_EQ(c.channels, 7);
  EXPECT_EQ(c.weightStrides.output, 1);
  EXPECT_EQ(c.weightStrides.channel, 4);
}

TEST_F(ContractionTest, TransposedWeights) {
  Contraction c = contractionOf(functionOf(transposedB, "1x7", "4x7", "1x4"));
  EXPECT_EQ(c.outputs, 4);
  EXPECT_EQ(c.channels, 7);
  EXPECT_EQ(c.weightStrides.output, 7);
  EXPECT_EQ(c.weightStrides.channel, 1);
}

TEST_F(ContractionTest, RowsAreColumnsOfThePlane) {
  Contraction c =
      contractionOf(functionOf("linalg.matmul", "3x7", "7x4", "3x4"));
  EXPECT_EQ(c.outputPlane.width, 3);
  EXPECT_EQ(c.outputPlane.height, 1);
}

TEST_F(ContractionTest, WeightsOnTheLeft) {
  Contraction c =
      contractionOf(functionOf("linalg.matmul", "4x7", "7x3", "4x3"), 0);
  EXPECT_EQ(c.outputs, 4);
  EXPECT_EQ(c.channels, 7);
  EXPECT_EQ(c.outputPlane.width, 3);
  c = contractionOf(functionOf("linalg.matvec", "4x7", "7", "4"), 0);
  EXPECT_EQ(c.outputs, 4);
  EXPECT_EQ(c.outputPlane.width, 1);
}

TEST_F(ContractionTest, BatchOfOne) {
  Contraction c = contractionOf(
      functionOf("linalg.batch_matmul", "1x2x7", "1x7x4", "1x2x4"));
  EXPECT_EQ(c.outputs, 4);
}

//===----------------------------------------------------------------------===//
// Refused operations
//===----------------------------------------------------------------------===//

TEST_F(ContractionTest, RefusesBatches) {
  EXPECT_EQ(reasonAgainst(functionOf("linalg.conv_2d_nchw_fchw", "2x3x4x4",
                                     "4x3x3x3", "2x4x2x2")),
            "the batch is 2; one input at a time is supported");
  EXPECT_EQ(reasonAgainst(
                functionOf("linalg.batch_matmul", "3x2x7", "3x7x4", "3x2x4")),
            "the batch is 3; one input at a time is supported");
}

TEST_F(ContractionTest, RefusesWhatIsNoContraction) {
  std::string sum = functionOf("linalg.add", "4x4", "4x4", "4x4");
  EXPECT_EQ(reasonAgainst(sum), "it does not multiply and add");
  EXPECT_FALSE(isContractionLike(module->linalgOp()));
  std::string pool =
      functionOf("linalg.pooling_nchw_max", "1x2x4x4", "2x2", "1x2x3x3");
  EXPECT_EQ(reasonAgainst(pool), "it does not multiply and add");
  std::string product = functionOf("linalg.matmul", "1x7", "7x4", "1x4");
  EXPECT_TRUE(isContractionLike(ParsedModule(product).linalgOp()));
}

TEST_F(ContractionTest, RefusesWeightsThatAreNoOperand) {
  module.emplace(functionOf("linalg.matmul", "1x7", "7x4", "1x4"));
  linalg::LinalgOp op = module->linalgOp();
  Value init = op.getDpsInitOperand(0)->get();
  Result<Contraction> contraction = analyzeContraction(op, init);
  ASSERT_FALSE(contraction);
  EXPECT_EQ(contraction.error().message,
            "weights must be one of its two inputs");
}

TEST_F(ContractionTest, RefusesWeightsThatAreConvolved) {
  EXPECT_EQ(reasonAgainst(functionOf("linalg.conv_2d_nchw_fchw", "1x3x4x4",
                                     "4x3x3x3", "1x4x2x2"),
                          0),
            "weights must be the filter");
}

TEST_F(ContractionTest, RefusesThreeDimensions) {
  EXPECT_EQ(reasonAgainst(functionOf("linalg.conv_3d_ndhwc_dhwcf", "1x3x3x3x2",
                                     "2x2x2x2x4", "1x2x2x2x4")),
            "it convolves over 3 dimensions; up to 2 are supported");
}

TEST_F(ContractionTest, RefusesDynamicShapes) {
  EXPECT_EQ(reasonAgainst(functionOf("linalg.matmul", "1x?", "?x4", "1x4")),
            "shapes must be static");
}

/// A linalg.generic with these comma-separated maps of the loops. `body`
/// computes %s from %a, %b and the accumulator %c.
struct Generic {
  std::string loops, iterators;
  std::string inputMap, weightMap, resultMap;
  std::string input, weights, result;
  std::string body = "%p = arith.mulf %a, %b : f32 "
                     "%s = arith.addf %c, %p : f32";

  std::string text() const {
    auto map = [&](const std::string &results) {
      return "affine_map<(" + loops + ") -> (" + results + ")>";
    };
    std::string function =
        functionOf("linalg.generic {indexing_maps = [" + map(inputMap) + ", " +
                       map(weightMap) + ", " + map(resultMap) +
                       "], iterator_types = [" + iterators + "]}",
                   input, weights, result);
    return function.insert(function.find(" -> ", function.find("outs(")),
                           " {\n^bb0(%a: f32, %b: f32, %c: f32):\n" + body +
                               "\nlinalg.yield %s : f32\n}");
  }
};

/// Returns a grouped convolution with channels last. The caller sets the place
/// of the groups.
Generic groupedConvolution() {
  Generic op;
  op.loops = "g, y, x, f, i, j, c";
  op.iterators = R"("parallel", "parallel", "parallel", "parallel",
                    "reduction", "reduction", "reduction")";
  op.inputMap = "y + i, x + j, g, c";
  op.weightMap = "g, f, i, j, c";
  op.resultMap = "y, x, g, f";
  op.input = "4x4x2x3";
  op.weights = "2x5x2x2x3";
  op.result = "3x3x2x5";
  return op;
}

TEST_F(ContractionTest, RefusesGroupsThatAreApart) {
  contractionOf(groupedConvolution().text());
  Generic apart = groupedConvolution();
  apart.input = "2x4x4x3";
  apart.inputMap = "g, y + i, x + j, c";
  EXPECT_EQ(reasonAgainst(apart.text()),
            "its groups are not contiguous in memory");
  apart = groupedConvolution();
  apart.result = "2x3x3x5";
  apart.resultMap = "g, y, x, f";
  EXPECT_EQ(reasonAgainst(apart.text()),
            "its groups are not contiguous in memory");
}

Generic matrixProduct() {
  Generic op;
  op.loops = "m, n, k";
  op.iterators = R"("parallel", "parallel", "reduction")";
  op.inputMap = "m, k";
  op.weightMap = "n, k";
  op.resultMap = "m, n";
  op.input = "3x7";
  op.weights = "4x7";
  op.result = "3x4";
  return op;
}

TEST_F(ContractionTest, RefusesOtherReductions) {
  contractionOf(matrixProduct().text());
  Generic op = matrixProduct();
  op.body = "%p = arith.mulf %a, %b : f32 %s = arith.maximumf %c, %p : f32";
  EXPECT_EQ(reasonAgainst(op.text()), "it does not multiply and add");
  op.body = "%p = arith.mulf %a, %a : f32 %s = arith.addf %c, %p : f32";
  EXPECT_EQ(reasonAgainst(op.text()), "it does not multiply and add");
}

TEST_F(ContractionTest, RefusesLoopsOfNoRole) {
  Generic op = matrixProduct();
  op.inputMap = "m * 2, k";
  op.input = "5x7";
  EXPECT_EQ(reasonAgainst(op.text()),
            "its loop 0 has no part in a convolution or matrix product");
}

//===----------------------------------------------------------------------===//
// Weights as a matrix, and its tiles
//===----------------------------------------------------------------------===//

/// Returns the index in the tensor of each element of the matrix in row-major
/// order.
SmallVector<int64_t> matrixIndices(const Contraction &c) {
  SmallVector<int64_t> indices;
  for (int64_t g = 0; g < c.groups; ++g)
    for (int64_t m = 0; m < c.outputs; ++m)
      for (int64_t offset : c.depthOffsets())
        indices.push_back(c.rowStart(g, m) + offset);
  return indices;
}

RC_GTEST_FIXTURE_PROP(ContractionTest, MatrixIndexesEachWeightOnce, ()) {
  const auto f = *rc::gen::inRange<int64_t>(1, 6);
  const auto c = *rc::gen::inRange<int64_t>(1, 5);
  const auto h = *rc::gen::inRange<int64_t>(1, 4);
  const auto w = *rc::gen::inRange<int64_t>(1, 4);
  auto shape = [](std::initializer_list<int64_t> sizes) {
    std::string text;
    for (int64_t size : sizes)
      text += (text.empty() ? "" : "x") + std::to_string(size);
    return text;
  };
  Result<Contraction> contraction = analyze(
      functionOf("linalg.conv_2d_nhwc_hwcf", shape({1, h + 1, w + 1, c}),
                 shape({h, w, c, f}), shape({1, 2, 2, f})));
  RC_ASSERT(bool(contraction));
  SmallVector<int64_t> expected;
  for (int64_t m = 0; m < f; ++m)
    for (int64_t channel = 0; channel < c; ++channel)
      for (int64_t i = 0; i < h; ++i)
        for (int64_t j = 0; j < w; ++j)
          expected.push_back(((i * w + j) * c + channel) * f + m);
  RC_ASSERT(matrixIndices(*contraction) == expected);
}

TEST_F(ContractionTest, FilterTensorIsTheMatrixIfChannelsComeFirst) {
  Contraction c = contractionOf(functionOf(
      "linalg.conv_2d_ngchw_gfchw", "1x2x3x4x4", "2x5x3x2x2", "1x2x5x3x3"));
  SmallVector<int64_t> indices = matrixIndices(c);
  ASSERT_EQ(indices.size(), 120u);
  for (int64_t i = 0; i < 120; ++i)
    EXPECT_EQ(indices[i], i);
}

TEST_F(ContractionTest, TilesAreThoseOfTheArray) {
  target::TargetModel target;
  target.array.rows = 2;
  target.array.weightsPerPE = 3;
  target.array.cols = 4;
  Contraction c = contractionOf(functionOf("linalg.conv_2d_nchw_fchw",
                                           "1x3x4x4", "10x3x2x2", "1x10x3x3"));
  encoding::Tiling tiling = c.tiling(target);
  EXPECT_EQ(tiling.groups, 1u);
  EXPECT_EQ(tiling.outputs, 10u);
  EXPECT_EQ(tiling.depth, 12u);
  EXPECT_EQ(tiling.tileOutputs, 4u);
  EXPECT_EQ(tiling.tileDepth, 6u);
  EXPECT_EQ(tiling.tiles(), 6u);
}

TEST_F(ContractionTest, TilesAreNoLargerThanTheMatrix) {
  Contraction c =
      contractionOf(functionOf("linalg.matmul", "1x7", "7x4", "1x4"));
  encoding::Tiling tiling = c.tiling(target::TargetModel());
  EXPECT_EQ(tiling.tileOutputs, 4u);
  EXPECT_EQ(tiling.tileDepth, 7u);
  EXPECT_EQ(tiling.tiles(), 1u);
}

} // namespace
