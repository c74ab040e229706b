// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Analysis/WeightImage.h"
#include "ParsedModule.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/StringExtras.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cstring>

using namespace mlir;
using namespace crania;

namespace {

constexpr int64_t kernel = 3, channels = 4, outputs = 10;
constexpr int64_t elements = kernel * kernel * channels * outputs;

std::string hexOf(llvm::StringRef bytes) {
  return "dense<\"0x" + llvm::toHex(bytes) + "\">";
}

/// A convolution with channels last, whose tensor has another order than the
/// array. The weights may have any element type.
class WeightImageTest : public ::testing::Test {
protected:
  /// Parses the module. `values` are the bytes of the tensor, row-major.
  void parse(const std::string &type, unsigned clusters, std::string values,
             const std::vector<uint8_t> &assignment) {
    const std::string shape = "3x3x4x10x";
    std::string text = "crania.weights @w : !crania.clustered<tensor<" + shape +
                       type + ">, clusters = " + std::to_string(clusters) +
                       "> scheme #crania.importance values " + hexOf(values) +
                       " : tensor<" + shape + type + "> assignment " +
                       hexOf({reinterpret_cast<const char *>(assignment.data()),
                              assignment.size()}) +
                       " : tensor<" + shape + "i8>\n";
    text += functionOf("linalg.conv_2d_nhwc_hwcf", "1x4x4x4", "3x3x4x10",
                       "1x2x2x10");
    module.emplace(text);
    ASSERT_TRUE(module->get());
    weights = *module->get().getOps<ir::WeightsOp>().begin();
    linalg::LinalgOp op = module->linalgOp();
    contraction = *analyzeContraction(op, op.getDpsInputOperand(1)->get());
    tiling = contraction.tiling(smallArray());
  }

  /// Parses random finite f32 weights, each in some cluster.
  void parseRandom(unsigned clusters) {
    values = *rc::gen::container<std::vector<float>>(
        elements, rc::gen::map(rc::gen::inRange(-1000, 1000),
                               [](int i) { return float(i) / 64; }));
    assignment = *rc::gen::container<std::vector<uint8_t>>(
        elements, rc::gen::inRange<uint8_t>(0, clusters));
    parse("f32", clusters,
          std::string(reinterpret_cast<const char *>(values.data()),
                      values.size() * sizeof(float)),
          assignment);
  }

  WeightBlocks blocks() {
    Result<WeightBlocks> created =
        WeightBlocks::create(weights, contraction, tiling, smallArray());
    EXPECT_TRUE(created) << created.error().message;
    return *created;
  }

  /// Returns the reason why there are no blocks.
  std::string refusal() {
    Result<WeightBlocks> created =
        WeightBlocks::create(weights, contraction, tiling, smallArray());
    EXPECT_FALSE(created);
    return created.error().message;
  }

  /// Encodes a cluster in an encoding.
  Result<encoding::EncodedSegment> encode(unsigned cluster, const char *id) {
    ClusterBlocks codes = blocks().read(cluster);
    return encoding::encodeSegment(*encoding::findSegmentEncoding(id),
                                   codes.views, encoding::TrainingOptions());
  }

  /// Returns a target with tiles of 4 outputs by 6, neither of which divides
  /// the matrix of 10 by 36 evenly.
  static target::TargetModel smallArray() {
    target::TargetModel target;
    target.array.rows = 5;
    target.array.weightsPerPE = 1;
    target.array.cols = 4;
    // A block has two or three tiles.
    target.stagingFifo.bytes = target.dma.requestBytes + blockBytes;
    return target;
  }

  static constexpr uint64_t blockBytes = 300;

  std::vector<float> values;
  std::vector<uint8_t> assignment;
  std::optional<ParsedModule> module;
  ir::WeightsOp weights;
  Contraction contraction;
  encoding::Tiling tiling;
};

/// A scheme of another project. It lists the words of all early rounds, in the
/// order of the codes. Without words, clusters have disjoint supports.
struct ListedScheme
    : ir::SchemeAttrInterface::ExternalModel<ListedScheme, DenseArrayAttr> {
  static ArrayRef<int64_t> wordsOf(Attribute attribute) {
    return cast<DenseI64ArrayAttr>(attribute).asArrayRef();
  }
  bool isRefining(Attribute attribute) const {
    return !wordsOf(attribute).empty();
  }
  SmallVector<int64_t> getRefinedWords(Attribute attribute, Operation *,
                                       int64_t) const {
    return SmallVector<int64_t>(wordsOf(attribute));
  }
  LogicalResult verifyWeights(Attribute, Operation *) const {
    return success();
  }
  void materialize(Attribute, Operation *, int64_t,
                   MutableArrayRef<char>) const {}
  Value emitMaterialize(Attribute, OpBuilder &, Location, Operation *,
                        Value) const {
    return {};
  }
};

class ListedSchemeTest : public WeightImageTest {
protected:
  /// Parses weights of i8 with this scheme and two clusters.
  void parseListed(ArrayRef<int64_t> words, const std::vector<uint8_t> &codes) {
    parse("i8", 2, std::string(elements, '\x11'),
          std::vector<uint8_t>(elements));
    MLIRContext *context = weights.getContext();
    weights.setAssignmentAttr(DenseElementsAttr::getFromRawBuffer(
        cast<ShapedType>(weights.getAssignment().getType()),
        {reinterpret_cast<const char *>(codes.data()), codes.size()}));
    DenseArrayAttr::attachInterface<ListedScheme>(*context);
    weights.setSchemeAttr(cast<ir::SchemeAttrInterface>(
        Attribute(DenseI64ArrayAttr::get(context, words))));
  }
};

TEST_F(ListedSchemeTest, WordsOfEarlyRoundsAreTheScheme) {
  std::vector<uint8_t> codes(elements);
  for (size_t i = 0; i < codes.size(); ++i)
    codes[i] = uint8_t(i % 3);
  // -1 has the bits 0xff, and bits above the element's width do not count.
  parseListed({-1, 0x105, 3}, codes);
  WeightBlocks image = blocks();
  EXPECT_EQ(image.refinedWords(0).vec(), (std::vector<uint32_t>{3, 5, 0xff}));
  EXPECT_TRUE(image.refinedWords(1).empty());
  ClusterBlocks first = image.read(0), second = image.read(1);
  EXPECT_EQ(first.values, uint64_t(elements));
  EXPECT_EQ(second.values, uint64_t(elements));
  std::array<size_t, 3> counts = {};
  for (size_t b = 0; b < first.codes.size(); ++b)
    for (size_t p = 0; p < first.codes[b].values.size(); ++p) {
      EXPECT_EQ(second.codes[b].values[p], 0x11u);
      const uint8_t condition = second.conditions[b][p];
      EXPECT_EQ(first.codes[b].values[p], image.refinedWords(0)[condition]);
      ++counts[condition];
    }
  for (size_t count : counts)
    EXPECT_EQ(count, size_t(elements) / 3);
}

TEST_F(ListedSchemeTest, RefusesCodesWithoutAWord) {
  std::vector<uint8_t> codes(elements, 1);
  parseListed({7, 8}, codes);
  EXPECT_EQ(blocks().refinedWords(0).size(), 2u);
  codes.back() = 2;
  parseListed({7, 8}, codes);
  EXPECT_EQ(refusal(), "its scheme has no word for code 2 in round 1");
}

TEST_F(ListedSchemeTest, RefusesTooManyWords) {
  std::vector<int64_t> words;
  for (int64_t word = 0; word < 65; ++word)
    words.push_back(word);
  const std::vector<uint8_t> codes(elements, 64);
  parseListed(words, codes);
  EXPECT_EQ(refusal(),
            "its scheme has 65 distinct words in round 1; there can be up to "
            "64");
  words.back() = 0;
  parseListed(words, codes);
  EXPECT_EQ(blocks().refinedWords(0).size(), 64u);
}

TEST_F(ListedSchemeTest, RefusesWeightsWithoutACluster) {
  std::vector<uint8_t> clusters(elements, 1);
  parseListed({}, clusters);
  EXPECT_EQ(blocks().read(1).values, uint64_t(elements));
  clusters.front() = 2;
  parseListed({}, clusters);
  EXPECT_EQ(refusal(), "its scheme puts a weight into cluster 3 of 2");
}

/// Writes a decoded block to the places of its weights in the tensor.
void scatter(const encoding::BlockCodes &codes, ArrayRef<int64_t> tensorIndices,
             unsigned cluster, std::vector<uint32_t> &words,
             std::vector<int> &holders) {
  size_t next = 0;
  for (auto [position, index] : llvm::enumerate(tensorIndices)) {
    if (!codes.present[position])
      continue;
    words[index] = codes.values[next++];
    holders[index] = cluster;
  }
}

/// Returns the tensor indices of the positions of a tile. Positions run through
/// the outputs of the tile, then channels, kernel rows and columns.
SmallVector<int64_t> tensorIndicesOf(const encoding::Tiling::Tile &tile) {
  SmallVector<int64_t> indices;
  for (int64_t m = tile.firstOutput; m < tile.firstOutput + tile.outputs; ++m)
    for (int64_t d = tile.firstDepth; d < tile.firstDepth + tile.depth; ++d) {
      int64_t channel = d / (kernel * kernel);
      int64_t row = d / kernel % kernel, column = d % kernel;
      indices.push_back(
          ((row * kernel + column) * channels + channel) * outputs + m);
    }
  return indices;
}

RC_GTEST_FIXTURE_PROP(WeightImageTest, DecodingGivesTheWeightsBack, ()) {
  const auto clusters = *rc::gen::inRange(1u, 5u);
  parseRandom(clusters);
  WeightBlocks image = blocks();
  RC_ASSERT(image.clusters() == clusters);
  std::vector<uint32_t> words(elements);
  std::vector<int> holders(elements, -1);
  for (unsigned cluster = 0; cluster < clusters; ++cluster) {
    ClusterBlocks codes = image.read(cluster);
    RC_ASSERT(codes.views.size() == image.blocks());
    for (size_t b = 0; b < image.blocks(); ++b) {
      SmallVector<int64_t> indices;
      for (int64_t t = image.blockTiles()[b]; t < image.blockTiles()[b + 1];
           ++t)
        llvm::append_range(indices, tensorIndicesOf(tiling.tile(t)));
      RC_ASSERT(codes.codes[b].present.size() == indices.size());
      for (auto [position, index] : llvm::enumerate(indices))
        RC_ASSERT(codes.occupied[b][position] ==
                  uint8_t(assignment[index] < cluster));
      scatter(codes.codes[b], indices, cluster, words, holders);
    }
  }
  RC_ASSERT(std::memcmp(words.data(), values.data(), elements * 4) == 0);
  RC_ASSERT(std::equal(holders.begin(), holders.end(), assignment.begin()));
}

/// Every third weight is 0. Only encodings that code the positions leave out
/// the zeros of the last cluster.
TEST_F(WeightImageTest, TheLastClusterMayLeaveOutZeros) {
  std::string bytes(elements, '\x11');
  std::vector<uint8_t> assignment(elements);
  uint64_t zeros[2] = {}, held[2] = {};
  for (int64_t i = 0; i < elements; ++i) {
    assignment[i] = uint8_t(i / 2 % 2);
    ++held[assignment[i]];
    if (i % 3 != 0)
      continue;
    bytes[i] = 0;
    ++zeros[assignment[i]];
  }
  ASSERT_GT(zeros[1], 0u);
  parse("i8", 2, bytes, assignment);
  const WeightBlocks image = blocks();
  EXPECT_FALSE(image.mayOmitZeros(0));
  EXPECT_TRUE(image.mayOmitZeros(1));
  for (const char *id : {"bitmap", "bitmap-free", "golomb+tans", "runs+raw",
                         "conditional+huffman", "bitmap+delta"}) {
    const WeightBlocks stored =
        image.withLast(*encoding::findSegmentEncoding(id));
    EXPECT_EQ(stored.read(0).values, held[0]) << id;
    EXPECT_EQ(stored.read(1).values, held[1] - zeros[1]) << id;
  }
  for (const char *id : {"raw", "dense+tans"})
    EXPECT_EQ(image.withLast(*encoding::findSegmentEncoding(id)).read(1).values,
              held[1])
        << id;
}

TEST_F(WeightImageTest, BlocksAreWholeTilesThatFitTheFifo) {
  parse("i8", 2, std::string(elements, '\x11'),
        std::vector<uint8_t>(elements, 0));
  WeightBlocks image = blocks();
  EXPECT_EQ(image.blockTiles().front(), 0);
  EXPECT_EQ(image.blockTiles().back(), int64_t(tiling.tiles()));
  for (size_t b = 0; b < image.blocks(); ++b) {
    uint64_t positions = 0;
    for (int64_t t = image.blockTiles()[b]; t < image.blockTiles()[b + 1]; ++t)
      positions += tiling.tile(t).positions();
    EXPECT_LE(positions * (8 + 2), 8 * blockBytes);
  }
  EXPECT_GT(image.blocks(), 1u);
  EXPECT_LT(image.blocks(), tiling.tiles());
}

TEST_F(WeightImageTest, RawHoldsOnlyWholeBlocks) {
  std::string bytes(elements, '\x11');
  parse("i8", 1, bytes, std::vector<uint8_t>(elements, 0));
  EXPECT_EQ(encode(0, "raw")->bytes(), uint64_t(elements));

  std::vector<uint8_t> assignment(elements, 0);
  assignment.back() = 1;
  parse("i8", 2, bytes, assignment);
  EXPECT_FALSE(encode(0, "raw"));
}

TEST_F(WeightImageTest, WordsAreBitPatternsOfTheElementType) {
  // The bytes of a word keep their order.
  std::string bytes;
  for (int64_t i = 0; i < elements; ++i)
    bytes += std::string("\x01\x3c", 2);
  parse("i16", 1, bytes, std::vector<uint8_t>(elements, 0));
  std::vector<uint8_t> encoded = encode(0, "raw")->blocks;
  EXPECT_EQ(std::string(encoded.begin(), encoded.end()), bytes);
}

TEST_F(WeightImageTest, EntropyCountsClustersAndValues) {
  std::string bytes(elements, '\x11');
  std::vector<uint8_t> assignment(elements, 0);
  std::fill_n(assignment.begin(), elements / 4, 1);
  parse("i8", 2, bytes, assignment);
  // Shares of one quarter and three quarters: 2 - 0.75 * log2(3) bits.
  EXPECT_NEAR(*blocks().entropyBits(), elements * 0.811278, 0.01);
  parse("f32", 1, std::string(elements * 4, '\0'),
        std::vector<uint8_t>(elements, 0));
  EXPECT_FALSE(blocks().entropyBits());
}

TEST_F(WeightImageTest, RefusesTilesOfAnotherMatrix) {
  parse("i8", 1, std::string(elements, '\x11'),
        std::vector<uint8_t>(elements, 0));
  tiling.outputs += 1;
  EXPECT_EQ(refusal(), "the contraction reads 360 weights, the tensor has 360 "
                       "and the tiles have 396");
}

} // namespace
