// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Tests of the encodings with tables: the examples of docs/Encodings.md bit by
// bit, errors, limits, costs and the registry.

#include "TestBlocks.h"

#include "crania/Encoding/BlockDirectory.h"
#include "crania/Encoding/SegmentEncoding.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <random>
#include <sstream>

namespace crania::encoding {
namespace {

using Bytes = std::vector<uint8_t>;

/// Returns Laplacian int8 weights like those of a trained layer.
Bytes laplacianWeights(size_t count, double scale, double zeros) {
  std::mt19937 generator(1);
  Bytes weights;
  for (size_t i = 0; i < count; ++i) {
    double uniform = (generator() + 0.5) / 4294967296.0 - 0.5;
    double value =
        std::copysign(scale, uniform) * std::log(1 - 2 * std::fabs(uniform));
    double kept = (generator() + 0.5) / 4294967296.0;
    value = kept < zeros ? 0 : std::fmax(-127, std::fmin(127, value));
    weights.push_back(uint8_t(int8_t(std::lrint(value))));
  }
  return weights;
}

/// Returns the blocks of the weights. In sparse ones, zeros are absent.
std::vector<TestBlock> cutIntoBlocks(const Bytes &weights, size_t blockSize,
                                     bool isSparse) {
  std::vector<TestBlock> blocks;
  for (size_t begin = 0; begin < weights.size(); begin += blockSize) {
    TestBlock block;
    size_t end = std::min(begin + blockSize, weights.size());
    for (size_t i = begin; i < end; ++i) {
      bool isPresent = !isSparse || weights[i] != 0;
      block.codes.present.push_back(isPresent);
      if (isPresent)
        block.codes.values.push_back(weights[i]);
    }
    blocks.push_back(std::move(block));
  }
  return blocks;
}

double entropyBits(const Bytes &weights) {
  std::vector<double> counts(256);
  for (uint8_t weight : weights)
    ++counts[weight];
  double bits = 0;
  for (double count : counts)
    if (count > 0)
      bits -= count * std::log2(count / double(weights.size()));
  return bits;
}

/// The best encoding, which a compiler would choose, is within the bound of
/// docs/Encodings.md.
TEST(Bound, BestEncodingIsWithinOnePercentOfTheEntropy) {
  for (double scale : {2.0, 4.0, 12.0})
    for (double zeros : {0.0, 0.5, 0.8}) {
      Bytes weights = laplacianWeights(1 << 18, scale, zeros);
      size_t best = SIZE_MAX;
      for (bool isSparse : {false, true}) {
        std::vector<TestBlock> blocks = cutIntoBlocks(weights, 4096, isSparse);
        auto segment = encodeSegment(
            *findSegmentEncoding(isSparse ? "conditional+tans" : "dense+tans"),
            viewsOf(blocks), {});
        ASSERT_TRUE(bool(segment));
        best = std::min(best, segment->bytes());
      }
      EXPECT_LE(8 * double(best), 1.01 * entropyBits(weights))
          << scale << " " << zeros;
    }
}

/// The bits of all clusters sum to the entropy of the cluster of a position.
TEST(Bound, ConditionalBitmapIsNearTheEntropy) {
  std::mt19937 generator(2);
  for (unsigned percent : {1, 10, 30, 50, 90}) {
    std::vector<TestBlock> blocks(16);
    double present = 0, positions = 0;
    for (TestBlock &block : blocks)
      for (int i = 0; i < 4096; ++i) {
        bool isOccupied = generator() % 4 == 0;
        bool isPresent = !isOccupied && generator() % 100 < percent;
        block.occupied.push_back(isOccupied);
        block.codes.present.push_back(isPresent);
        if (isPresent)
          block.codes.values.push_back(7);
        present += isPresent;
        positions += !isOccupied;
      }
    double p = present / positions;
    double entropy =
        -positions * (p * std::log2(p) + (1 - p) * std::log2(1 - p));
    auto segment = encodeSegment(*findSegmentEncoding("conditional+codebook"),
                                 viewsOf(blocks), {});
    ASSERT_TRUE(bool(segment));
    // States and padding of a block take about 20 bits.
    EXPECT_LE(8 * double(segment->bytes()), 1.03 * entropy + 16 * 24)
        << percent;
  }
}

/// A refinement costs its entropy given the codes that it refines, not its own
/// entropy.
TEST(Bound, ConditionsAreUsed) {
  Bytes weights = laplacianWeights(1 << 16, 12, 0);
  std::vector<TestBlock> plain = cutIntoBlocks(weights, 4096, false);
  std::vector<TestBlock> refining = plain;
  for (TestBlock &block : refining)
    for (uint32_t value : block.codes.values)
      block.conditions.push_back(uint8_t(uint8_t(value + 128) / 16));
  for (const char *id : {"dense+tans", "dense+huffman"}) {
    const SegmentEncoding &encoding = *findSegmentEncoding(id);
    auto alone = encodeSegment(encoding, viewsOf(plain), {});
    auto given = encodeSegment(encoding, viewsOf(refining), {});
    ASSERT_TRUE(alone && given);
    EXPECT_LT(double(given->bytes()), 0.7 * double(alone->bytes())) << id;
  }
}

/// The words of each condition are around a center. With offsets, few tables
/// are as good as one per condition, and take less space. A fixed length has
/// the width of the spread.
TEST(Bound, ConditionsShareTables) {
  std::mt19937 random(5);
  std::vector<TestBlock> blocks(8);
  for (TestBlock &block : blocks)
    for (int i = 0; i < 4096; ++i) {
      const unsigned condition = random() % 40;
      block.conditions.push_back(uint8_t(condition));
      block.codes.present.push_back(1);
      block.codes.values.push_back(uint8_t(5 * condition + random() % 9 - 100));
    }
  auto bytesOf = [&](const char *id, unsigned tables) {
    TrainingOptions options;
    options.mostTables = tables;
    auto segment =
        encodeSegment(*findSegmentEncoding(id), viewsOf(blocks), options);
    EXPECT_TRUE(bool(segment)) << id;
    return double(segment->bytes());
  };
  const double entropy = 8 * 4096 * std::log2(9) / 8;
  for (const char *id : {"dense+tans", "dense+huffman"}) {
    EXPECT_LT(bytesOf(id, 1), 1.03 * entropy) << id;
    EXPECT_LT(bytesOf(id, 1), bytesOf(id, maxConditions)) << id;
  }
  // Nine words, and a few more if a center is rounded to another one.
  EXPECT_LT(bytesOf("dense+codebook", 1), 0.6 * 8 * 4096);
  EXPECT_GT(bytesOf("dense+codebook", maxConditions), 0.9 * 8 * 4096);
}

/// Symbols for several words, with extra bits, make small tables sufficient.
TEST(Bound, ExtraBitsMakeSmallTablesDo) {
  const Bytes weights = laplacianWeights(1 << 18, 12, 0);
  const std::vector<TestBlock> blocks = cutIntoBlocks(weights, 4096, false);
  const double entropy = entropyBits(weights) / 8;
  for (auto [id, most] :
       {std::pair("dense+tans", 1.02), std::pair("dense+huffman", 1.03)}) {
    auto bytesOf = [&, id = id](unsigned extraBits) {
      TrainingOptions options;
      options.tableLog = 6;
      options.mostExtraBits = extraBits;
      auto segment =
          encodeSegment(*findSegmentEncoding(id), viewsOf(blocks), options);
      EXPECT_TRUE(bool(segment)) << id;
      EXPECT_LE(segment->coder->cost().values.tableBits, 64u * 20 + 64 * 24);
      return double(segment->bytes());
    };
    EXPECT_LT(bytesOf(maxExtraBits), most * entropy) << id;
    EXPECT_LE(bytesOf(3), bytesOf(0)) << id;
    EXPECT_LT(bytesOf(maxExtraBits), 0.97 * bytesOf(0)) << id;
  }
}

/// Conditions share tables whatever the words are, so that the requested limit
/// on tables holds.
TEST(Bound, TablesOfWideWords) {
  std::mt19937 random(7);
  for (unsigned bits : {16u, 32u}) {
    TestBlock block;
    block.valueBits = bits;
    for (int i = 0; i < 4096; ++i) {
      const unsigned condition = random() % 40;
      block.conditions.push_back(uint8_t(condition));
      block.codes.present.push_back(1);
      block.codes.values.push_back(
          uint32_t(condition * (1 << 10) + random() % (1 << 12))
          << (bits - 16));
    }
    TrainingOptions options;
    options.tableLog = 7;
    auto tableBits = [&](unsigned tables) {
      options.mostTables = tables;
      auto segment = encodeSegment(*findSegmentEncoding("dense+tans"),
                                   viewsOf({block}), options);
      EXPECT_TRUE(bool(segment));
      return double(segment->coder->cost().values.tableBits);
    };
    EXPECT_LT(tableBits(1), 0.4 * tableBits(maxConditions)) << bits;
  }
}

/// A single word, overall or per condition, takes no bits whatever the limits.
TEST(Bound, OneWordTakesNoBits) {
  for (const char *id : {"dense+tans", "dense+huffman"})
    for (unsigned tableLog : {0u, 4u, defaultTableLog})
      for (unsigned extraBits : {0u, maxExtraBits})
        for (unsigned bits : {8u, 16u, 32u}) {
          const TestBlock block{bits, {Bytes(512, 1), {}}};
          TestBlock filled = block;
          filled.codes.values.assign(512, 0xa5);
          TrainingOptions options;
          options.tableLog = tableLog;
          options.mostExtraBits = extraBits;
          auto segment = encodeSegment(*findSegmentEncoding(id),
                                       viewsOf({filled}), options);
          ASSERT_TRUE(bool(segment)) << id;
          EXPECT_LE(segment->blocks.size(), 1u)
              << id << " " << tableLog << " " << extraBits << " " << bits;
        }
}

/// Groups never make tables larger than requested.
TEST(Bound, SparseWordsStayWithinTheTable) {
  std::vector<TestBlock> blocks(1);
  std::mt19937 random(3);
  for (int i = 0; i < 4096; ++i) {
    blocks[0].codes.present.push_back(1);
    blocks[0].codes.values.push_back(uint8_t(4 * (random() % 64)));
  }
  for (unsigned extraBits : {0u, 1u, 2u, 4u, maxExtraBits}) {
    TrainingOptions options;
    options.tableLog = 4;
    options.mostExtraBits = extraBits;
    auto segment = encodeSegment(*findSegmentEncoding("dense+tans"),
                                 viewsOf(blocks), options);
    ASSERT_TRUE(bool(segment));
    // The table has 16 entries, and words or symbols.
    EXPECT_LE(segment->coder->cost().values.tableBits,
              16u * (4 + 3 + 4 + 1) + 64 * 8 + 16 * (8 + 4))
        << extraBits;
  }
}

/// Returns words that a bf16 network has in f32: many of 16 bits, followed by
/// zeros.
std::vector<TestBlock> wideBlocks(unsigned valueBits, unsigned shift) {
  std::mt19937 random(11);
  std::vector<TestBlock> blocks(4);
  for (TestBlock &block : blocks) {
    block.valueBits = valueBits;
    for (int i = 0; i < 4096; ++i) {
      block.conditions.push_back(uint8_t(random() % 3));
      block.codes.present.push_back(1);
      block.codes.values.push_back(
          ((random() % 2) << 15 | (0x3c00 + random() % 0x200)) << shift);
    }
  }
  return blocks;
}

/// Returns the bytes of a segment after decoding all its blocks with parsed
/// tables.
size_t roundTripBytes(const char *id, const std::vector<TestBlock> &blocks,
                      const TrainingOptions &options) {
  const SegmentEncoding &encoding = *findSegmentEncoding(id);
  auto segment = encodeSegment(encoding, viewsOf(blocks), options);
  EXPECT_TRUE(bool(segment)) << id;
  auto coder = encoding.parse(segment->tables, blocks[0].valueBits);
  EXPECT_TRUE(bool(coder)) << id;
  size_t begin = 0;
  for (size_t b = 0; b < blocks.size(); ++b) {
    auto codes = (*coder)->decode(Span<const uint8_t>(segment->blocks)
                                      .slice(begin, segment->blockSizes[b]),
                                  blocks[b].context());
    EXPECT_TRUE(codes && *codes == blocks[b].codes) << id << " " << b;
    begin += segment->blockSizes[b];
  }
  return segment->bytes();
}

/// Low bits that are 0 in every word take only their number in the tables.
/// Offsets of conditions are as wide as the shortened words.
TEST(Bound, ZeroLowBitsTakeNothing) {
  for (const char *id : {"dense+tans", "dense+huffman"})
    for (unsigned tables : {1u, maxConditions}) {
      TrainingOptions options;
      options.mostTables = tables;
      const size_t narrow = roundTripBytes(id, wideBlocks(16, 0), options);
      for (unsigned shift : {1u, 11u, 16u})
        EXPECT_LE(roundTripBytes(id, wideBlocks(32, shift), options),
                  narrow + (16 - shift) * 4096 * 4 / 8 + 64)
            << id << " " << tables << " " << shift;
      // One word has a lowest bit, so that all words need theirs.
      std::vector<TestBlock> odd = wideBlocks(32, 16);
      odd[3].codes.values.back() |= 1;
      EXPECT_GT(roundTripBytes(id, odd, options), narrow + 4 * 4096)
          << id << " " << tables;
    }
}

/// Tables of the documented example with an invalid shift, or with two shifts.
TEST(Training, RefusesShiftsThatAreNone) {
  const SegmentEncoding &encoding = *findSegmentEncoding("dense+codebook");
  auto errorOf = [&](const Bytes &tables) {
    auto coder = encoding.parse(tables, 8);
    return coder ? "" : coder.error().message;
  };
  // The mark 124 follows three bits of lanes; the shift follows seven more.
  EXPECT_NE(errorOf({0xe0, 0x83, 0x00, 0x18, 0x00}).find("of which 0 are 0"),
            std::string::npos);
  EXPECT_NE(errorOf({0xe0, 0xa3, 0x00, 0x18, 0x00}).find("of which 8 are 0"),
            std::string::npos);
  EXPECT_NE(errorOf({0xe0, 0x13, 0x3e, 0x09, 0x00}).find("124 conditions"),
            std::string::npos);
}

TEST(Training, RefusesTooManyExtraBits) {
  TrainingOptions options;
  options.mostExtraBits = maxExtraBits + 1;
  const std::vector<TestBlock> blocks{{8, {{1}, {7}}}};
  EXPECT_FALSE(
      findSegmentEncoding("dense+tans")->train(viewsOf(blocks), options));
}

TEST(Training, RefusesNoTables) {
  TrainingOptions options;
  options.mostTables = 0;
  const std::vector<TestBlock> blocks{{8, {{1}, {7}}}};
  EXPECT_FALSE(
      findSegmentEncoding("dense+tans")->train(viewsOf(blocks), options));
}

/// An example of docs/Encodings.md.
struct Example {
  std::string encoding;
  bool hasConditions = false, hasZeroLowBits = false;
  Bytes tables, block;
};

/// Returns the text between the first two backquotes of a cell.
std::string quotedIn(const std::string &cell) {
  size_t begin = cell.find('`');
  size_t end = cell.find('`', begin + 1);
  return begin == std::string::npos ? ""
                                    : cell.substr(begin + 1, end - begin - 1);
}

Bytes parseHex(const std::string &text) {
  std::istringstream stream(text);
  Bytes bytes;
  for (std::string byte; stream >> byte;)
    bytes.push_back(uint8_t(std::stoul(byte, nullptr, 16)));
  return bytes;
}

/// Returns the rows of three cells whose first cell names an encoding.
std::vector<Example> documentedExamples() {
  std::ifstream page(CRANIA_ENCODINGS_PAGE);
  std::vector<Example> examples;
  for (std::string line; std::getline(page, line);) {
    std::vector<std::string> cells;
    std::istringstream stream(line);
    for (std::string cell; std::getline(stream, cell, '|');)
      cells.push_back(cell);
    const SegmentEncoding *encoding =
        cells.size() == 4 ? findSegmentEncoding(quotedIn(cells[1])) : nullptr;
    if (!encoding || !encoding->hasTables())
      continue;
    examples.push_back(
        {quotedIn(cells[1]), cells[1].find("conditions") != std::string::npos,
         cells[1].find("zero low bits") != std::string::npos,
         parseHex(quotedIn(cells[2])), parseHex(quotedIn(cells[3]))});
  }
  return examples;
}

TestBlock exampleBlock(const Example &example) {
  if (example.encoding.rfind("dense+", 0) != 0)
    return {8,
            {{0, 1, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0}, {7, 7, 7, 7}},
            {1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0}};
  TestBlock block{8, {Bytes(8, 1), {3, 3, 0xff, 3, 0, 3, 3, 0xff}}};
  for (uint32_t &value : block.codes.values)
    value = example.hasZeroLowBits ? value * 16 & 0xff : value;
  if (example.hasConditions)
    block.conditions = {1, 1, 0, 1, 0, 1, 1, 0};
  return block;
}

TEST(Examples, DecodeAsDocumented) {
  std::vector<Example> examples = documentedExamples();
  EXPECT_EQ(examples.size(), 18u);
  for (const Example &example : examples) {
    TestBlock block = exampleBlock(example);
    auto coder =
        findSegmentEncoding(example.encoding)->parse(example.tables, 8);
    ASSERT_TRUE(bool(coder)) << example.encoding << coder.error().message;
    auto codes = (*coder)->decode(example.block, block.context());
    ASSERT_TRUE(bool(codes)) << example.encoding << codes.error().message;
    EXPECT_TRUE(*codes == block.codes) << example.encoding;
    EXPECT_EQ((*coder)->encode(block.codes, block.context()), example.block);
    EXPECT_EQ((*coder)->tables(), example.tables) << example.encoding;
  }
  EXPECT_EQ(encodeDirectory(std::vector<uint32_t>{700, 712, 695, 731, 704}),
            (Bytes{0xb7, 0x02, 0x00, 0x00, 0x46, 0x11, 0x01, 0x64, 0x02}));
}

std::string trainError(const char *id, const std::vector<TestBlock> &blocks,
                       const TrainingOptions &options = {}) {
  auto coder = findSegmentEncoding(id)->train(viewsOf(blocks), options);
  return coder ? "" : coder.error().message;
}

TEST(Training, SaysWhatAEncodingCannotExpress) {
  EXPECT_NE(trainError("dense+raw", {}).find("has no blocks"),
            std::string::npos);
  TestBlock sparse{8, {{1, 0}, {7}}};
  EXPECT_NE(trainError("dense+raw", {sparse}).find("not dense"),
            std::string::npos);
  TestBlock many{16, {Bytes(257, 1), {}}};
  for (uint32_t i = 0; i < 257; ++i)
    many.codes.values.push_back(i);
  EXPECT_NE(trainError("dense+codebook", {many}).find("257 different values"),
            std::string::npos);
  EXPECT_EQ(trainError("dense+tans", {many}), "");
  TestBlock wide{16, {{1, 0}, {7}}};
  EXPECT_NE(trainError("bitmap+raw", {sparse, wide}).find("words of one size"),
            std::string::npos);
  TestBlock malformed{8, {{1, 1}, {7}}};
  EXPECT_NE(trainError("bitmap+raw", {malformed}).find("do not fit"),
            std::string::npos);
  TestBlock known{8, {{1, 0}, {7}}, {}, {0, maxConditions}};
  EXPECT_NE(trainError("bitmap+tans", {known}).find("condition 64"),
            std::string::npos);
  TestBlock large{8, {Bytes(maxBlockPositions + 1), {}}};
  EXPECT_NE(trainError("bitmap+raw", {large}).find("65537 positions"),
            std::string::npos);
  EXPECT_NE(trainError("bitmap+raw", {sparse}, {3, 1, defaultTableLog})
                .find("power of two"),
            std::string::npos);
  EXPECT_NE(trainError("bitmap+raw", {sparse}, {1, 1, maxTableLog + 1})
                .find("2^14 states"),
            std::string::npos);
}

TEST(Decoding, ContextsThatDoNotFitAreErrors) {
  TestBlock block{8, {{1, 1}, {7, 8}}, {}, {0, 1}};
  auto coder = findSegmentEncoding("dense+tans")->train(viewsOf({block}), {});
  ASSERT_TRUE(bool(coder));
  Bytes bytes = (*coder)->encode(block.codes, block.context());
  auto errorOf = [&](const BlockContext &context) {
    auto codes = (*coder)->decode(bytes, context);
    return codes ? "" : codes.error().message;
  };
  Bytes one = {1}, unknown = {0, 9};
  EXPECT_EQ(errorOf(block.context()), "");
  EXPECT_NE(errorOf({2, 8, one, block.conditions}).find("occupancy"),
            std::string::npos);
  EXPECT_NE(errorOf({2, 8, {}, one}).find("conditions of 1"),
            std::string::npos);
  EXPECT_NE(errorOf({2, 8, {}, {}}).find("comes without"), std::string::npos);
  EXPECT_NE(errorOf({2, 8, {}, unknown}).find("condition 9"),
            std::string::npos);
  EXPECT_NE(errorOf({2, 16, {}, block.conditions}).find("16 bits"),
            std::string::npos);
  EXPECT_NE(errorOf({maxBlockPositions + 1, 8, {}, {}}).find("at most"),
            std::string::npos);
}

/// A segment of one value takes almost no bits, but its bytes are in proportion
/// to its positions.
TEST(Limits, PositionsAreBoundedByBytes) {
  TestBlock block{8, {Bytes(4096, 1), std::vector<uint32_t>(4096, 3)}};
  for (const std::string &id : segmentEncodingIds()) {
    auto coder = findSegmentEncoding(id)->train(viewsOf({block}), {});
    ASSERT_TRUE(bool(coder)) << id;
    Bytes bytes = (*coder)->encode(block.codes, block.context());
    EXPECT_GE(bytes.size(), 4096 / maxPositionsPerByte) << id;
    auto decoded = (*coder)->decode(bytes, block.context());
    ASSERT_TRUE(bool(decoded)) << id << ": " << decoded.error().message;
    EXPECT_TRUE(*decoded == block.codes) << id;
  }
}

TEST(Limits, DirectoriesAreBoundedByBytes) {
  EXPECT_FALSE(bool(parseDirectory(Bytes(6, 0xff), size_t(1) << 40)));
}

/// Tests long unary codes, whole runs and the largest block.
TEST(Limits, LargestBlockAndLongestGap) {
  TestBlock block{32, {Bytes(maxBlockPositions, 0), {0xdeadbeef, 1}}};
  block.codes.present.front() = block.codes.present.back() = 1;
  for (const char *id :
       {"golomb+raw", "runs+tans", "conditional+huffman", "bitmap+codebook"}) {
    TestBlock dense{32, {Bytes(64, 1), std::vector<uint32_t>(64, 1)}};
    std::vector<TestBlock> blocks(100, dense);
    blocks.push_back(block);
    auto coder = findSegmentEncoding(id)->train(viewsOf(blocks), {});
    ASSERT_TRUE(bool(coder)) << id;
    Bytes bytes = (*coder)->encode(block.codes, block.context());
    auto decoded = (*coder)->decode(bytes, block.context());
    ASSERT_TRUE(bool(decoded)) << id << ": " << decoded.error().message;
    EXPECT_TRUE(*decoded == block.codes) << id;
  }
}

/// A decoder of several encodings has the lanes of the widest one, each with
/// the logic of every code and the largest tables.
TEST(Costs, OneDecoderForSeveralEncodings) {
  SegmentCost narrow, wide;
  narrow.values.lanes = 1;
  narrow.values.unit = "delta";
  narrow.values.lane.gates = 100;
  wide.values.lanes = 4;
  wide.values.unit = "tans";
  wide.values.lane.gates = 50;
  wide.values.tableBits = 8192;
  auto decoderOf = [](std::vector<SegmentCost> costs, unsigned blocks) {
    DecoderHardware decoder(blocks);
    for (const SegmentCost &cost : costs)
      decoder.add(cost, 0);
    return decoder;
  };
  const DecoderHardware one = decoderOf({wide}, 1),
                        both = decoderOf({wide, narrow}, 1);
  EXPECT_NEAR(both.areaUm2() - one.areaUm2(), 4 * 100 * 0.798, 1e-9);
  EXPECT_TRUE(one.isWithin(both));
  EXPECT_FALSE(both.isWithin(one));
  // A decoder of one block at a time holds the tables of all clusters of a
  // tensor.
  EXPECT_NEAR(decoderOf({wide, wide}, 1).areaUm2() - one.areaUm2(), 4 * 3300,
              1e-9);
  EXPECT_DOUBLE_EQ(decoderOf({wide, wide}, 2).areaUm2(), 2 * one.areaUm2());
  DecoderHardware twoTensors(1);
  twoTensors.add(wide, 0);
  twoTensors.beginTensor();
  twoTensors.add(wide, 0);
  EXPECT_DOUBLE_EQ(twoTensors.areaUm2(), one.areaUm2());

  SegmentCost plain;
  plain.isPlain = true;
  EXPECT_EQ(decoderOf({plain}, 1).areaUm2(7), 7);
  EXPECT_DOUBLE_EQ(one.areaUm2(7), one.areaUm2());
}

TEST(Costs, FollowFromTheTables) {
  std::vector<TestBlock> blocks =
      cutIntoBlocks(laplacianWeights(1 << 16, 12, 0), 4096, false);
  TrainingOptions options;
  options.valueLanes = 4;
  options.tableLog = 8;
  const SegmentEncoding &tans = *findSegmentEncoding("dense+tans");
  auto coder = tans.train(viewsOf(blocks), options);
  ASSERT_TRUE(bool(coder));
  DecoderCost cost = (*coder)->cost().values;
  EXPECT_EQ(cost.lanes, 4u);
  EXPECT_EQ(cost.tablePorts(), 4u);
  EXPECT_EQ(cost.symbolsPerCycle(), 4);
  // There are 2^8 entries of state (8), number of bits (4), symbol (4 to 8) and
  // a mark. The table of symbols has their first words and the number of extra
  // bits (4).
  EXPECT_GE(cost.tableBits, 256u * (8 + 4 + 4 + 1));
  EXPECT_LE(cost.tableBits, 256u * (8 + 4 + 8 + 1) + 256 * (8 + 4));
  EXPECT_EQ((*coder)->decodeCycles(4096, 4096), 1024u);

  auto raw = findSegmentEncoding("dense+raw")->train(viewsOf(blocks), options);
  ASSERT_TRUE(bool(raw));
  EXPECT_EQ((*raw)->cost().tableBits(), 0u);
  EXPECT_EQ((*raw)->cost().values.tablePorts(), 0u);
  EXPECT_LT((*raw)->cost().areaUm2(), (*coder)->cost().areaUm2());
  EXPECT_LT((*raw)->cost().values.picojoulesPerSymbol(),
            cost.picojoulesPerSymbol());
}

TEST(SegmentRegistry, BuiltInsAreThere) {
  EXPECT_EQ(segmentEncodingIds().size(), 33u);
  for (const std::string &id : segmentEncodingIds()) {
    ASSERT_TRUE(findSegmentEncoding(id)) << id;
    EXPECT_EQ(findSegmentEncoding(id)->id(), id);
  }
  EXPECT_FALSE(findSegmentEncoding("raw")->hasTables());
  EXPECT_TRUE(findSegmentEncoding("dense+raw")->hasTables());
  EXPECT_EQ(findSegmentEncoding("dense"), nullptr);
  EXPECT_FALSE(registerSegmentEncoding(*findSegmentEncoding("dense+raw")));
}

} // namespace
} // namespace crania::encoding
