// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Properties of every encoding with tables.

#include "TestBlocks.h"

#include "crania/Encoding/BlockDirectory.h"
#include "crania/Encoding/SegmentEncoding.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <functional>

namespace crania::encoding {
namespace {

bool startsWith(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

bool endsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() &&
         text.substr(text.size() - end.size()) == end;
}

/// Returns true if the encoding can express only dense clusters.
bool isDense(std::string_view id) { return startsWith(id, "dense+"); }
bool hasCodebook(std::string_view id) {
  return endsWith(id, "+codebook") || endsWith(id, "+packed");
}

uint32_t wordMask(unsigned bits) {
  return uint32_t(~uint64_t(0) >> (64 - bits));
}

/// The values of a segment: one word, few, many, or all words.
struct Palette {
  std::vector<uint32_t> words; // empty means any word
  unsigned valueBits;
  unsigned zeroLowBits = 0; // of each word
};

Palette genPalette(std::string_view id) {
  Palette palette;
  palette.valueBits = *rc::gen::element(8u, 8u, 16u, 32u);
  palette.zeroLowBits = *rc::gen::element(0u, 0u, 1u, palette.valueBits / 2);
  bool isSmall = hasCodebook(id) || *rc::gen::arbitrary<bool>();
  if (!isSmall)
    return palette;
  size_t count = *rc::gen::element<size_t>(1, 2, 3, 16, 255, 256);
  for (size_t i = 0; i < count; ++i)
    palette.words.push_back(*rc::gen::arbitrary<uint32_t>()
                                << palette.zeroLowBits &
                            wordMask(palette.valueBits));
  return palette;
}

uint32_t genWord(const Palette &palette) {
  if (!palette.words.empty())
    return palette.words[*rc::gen::inRange<size_t>(0, palette.words.size())];
  return *rc::gen::arbitrary<uint32_t>() << palette.zeroLowBits &
         wordMask(palette.valueBits);
}

/// Generates a block. Blocks of no, one, few and all positions are frequent.
TestBlock genBlock(std::string_view id, const Palette &palette,
                   unsigned conditions) {
  TestBlock block;
  block.valueBits = palette.valueBits;
  size_t positions =
      *rc::gen::oneOf(rc::gen::inRange<size_t>(0, 80),
                      rc::gen::element<size_t>(0, 1, 7, 8, 9, 64));
  int density = isDense(id) ? 100 : *rc::gen::element(0, 5, 50, 95, 100);
  int occupancy = *rc::gen::element(0, 0, 30, 100);
  for (size_t i = 0; i < positions; ++i) {
    bool occupied = *rc::gen::inRange(0, 100) < occupancy;
    bool present = !occupied && *rc::gen::inRange(0, 100) < density;
    block.occupied.push_back(occupied);
    block.codes.present.push_back(present);
    if (present)
      block.codes.values.push_back(genWord(palette));
    if (conditions > 1)
      block.conditions.push_back(uint8_t(*rc::gen::inRange(0u, conditions)));
  }
  if (occupancy == 0 && *rc::gen::arbitrary<bool>())
    block.occupied.clear();
  return block;
}

/// The blocks of a segment and a coder trained on them.
struct Segment {
  std::vector<TestBlock> blocks;
  std::unique_ptr<SegmentCoder> coder;
};

Segment genSegment(const SegmentEncoding &encoding) {
  Segment segment;
  Palette palette = genPalette(encoding.id());
  unsigned conditions = *rc::gen::element(1u, 1u, 2u, 5u, maxConditions);
  size_t count = *rc::gen::inRange<size_t>(1, 4);
  for (size_t i = 0; i < count; ++i)
    segment.blocks.push_back(genBlock(encoding.id(), palette, conditions));
  TrainingOptions options;
  options.valueLanes = *rc::gen::element(0u, 1u, 2u, 4u, 8u, 16u);
  options.positionLanes = *rc::gen::element(1u, 2u, 4u, 8u, 16u);
  options.tableLog = *rc::gen::element(maxTableLog, defaultTableLog, 5u, 2u);
  options.mostTables = *rc::gen::element(maxConditions, 1u, 2u, 4u);
  options.mostExtraBits = *rc::gen::element(maxExtraBits, 0u, 2u);
  auto coder = encoding.train(viewsOf(segment.blocks), options);
  RC_ASSERT(bool(coder));
  segment.coder = std::move(*coder);
  return segment;
}

/// Calls `check` for each encoding with tables. CodecPropertiesTest covers the
/// others.
void forEachEncoding(
    const std::function<void(const SegmentEncoding &)> &check) {
  for (const std::string &id : segmentEncodingIds())
    if (findSegmentEncoding(id)->hasTables())
      check(*findSegmentEncoding(id));
}

/// Returns the coder of a decoder, which is parsed from the bytes of the
/// tables.
std::unique_ptr<SegmentCoder> reparse(const SegmentEncoding &encoding,
                                      const Segment &segment) {
  auto coder =
      encoding.parse(segment.coder->tables(), segment.blocks[0].valueBits);
  RC_ASSERT(bool(coder));
  return std::move(*coder);
}

RC_GTEST_PROP(SegmentProperties, RoundTrip, ()) {
  forEachEncoding([](const SegmentEncoding &encoding) {
    Segment segment = genSegment(encoding);
    std::unique_ptr<SegmentCoder> decoder = reparse(encoding, segment);
    RC_ASSERT(decoder->tables() == segment.coder->tables());
    for (const TestBlock &block : segment.blocks) {
      RC_ASSERT(decoder->supports(block.codes, block.context()));
      auto bytes = segment.coder->encode(block.codes, block.context());
      RC_ASSERT(decoder->encode(block.codes, block.context()) == bytes);
      Result<BlockCodes> decoded = decoder->decode(bytes, block.context());
      RC_ASSERT(bool(decoded));
      RC_ASSERT(*decoded == block.codes);
    }
  });
}

RC_GTEST_PROP(SegmentProperties, MinimumBytesAreAMinimum, ()) {
  forEachEncoding([](const SegmentEncoding &encoding) {
    Segment segment = genSegment(encoding);
    for (const TestBlock &block : segment.blocks) {
      size_t free = block.codes.present.size() -
                    std::count(block.occupied.begin(), block.occupied.end(), 1);
      auto bytes = segment.coder->encode(block.codes, block.context());
      RC_ASSERT(segment.coder->minimumBytes(free) <= bytes.size());
    }
    size_t many = *rc::gen::inRange<size_t>(1, 1 << 20);
    RC_ASSERT(segment.coder->minimumBytes(many) * maxPositionsPerByte >= many);
  });
}

RC_GTEST_PROP(SegmentProperties, EveryOtherLengthIsAnErrorOrOtherCodes, ()) {
  forEachEncoding([](const SegmentEncoding &encoding) {
    Segment segment = genSegment(encoding);
    const TestBlock &block = segment.blocks[0];
    auto bytes = segment.coder->encode(block.codes, block.context());
    for (size_t size = 0; size < bytes.size() + 4; ++size) {
      std::vector<uint8_t> changed = bytes;
      changed.resize(size);
      auto decoded = segment.coder->decode(changed, block.context());
      if (size != bytes.size())
        RC_ASSERT(differs(decoded, block.codes));
    }
  });
}

RC_GTEST_PROP(SegmentProperties, EveryBitMatters, ()) {
  forEachEncoding([](const SegmentEncoding &encoding) {
    Segment segment = genSegment(encoding);
    const TestBlock &block = segment.blocks[0];
    auto bytes = segment.coder->encode(block.codes, block.context());
    for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      bytes[bit / 8] ^= 1 << (bit % 8);
      RC_ASSERT(
          differs(segment.coder->decode(bytes, block.context()), block.codes));
      bytes[bit / 8] ^= 1 << (bit % 8);
    }
  });
}

/// Accepted bytes are canonical: encoding the result gives the same bytes.
RC_GTEST_PROP(SegmentProperties, RandomBytesDecodeCanonicallyOrNot,
              (std::vector<uint8_t> bytes)) {
  forEachEncoding([&](const SegmentEncoding &encoding) {
    Segment segment = genSegment(encoding);
    BlockContext context = segment.blocks[0].context();
    Result<BlockCodes> decoded = segment.coder->decode(bytes, context);
    if (!decoded)
      return;
    RC_ASSERT(segment.coder->supports(*decoded, context));
    RC_ASSERT(segment.coder->encode(*decoded, context) == bytes);
  });
}

/// Expects that damaged tables are an error, or other tables in canonical form.
/// With these, a block is an error or decodes to other codes.
void tryTables(const SegmentEncoding &encoding,
               const std::vector<uint8_t> &tables, const TestBlock &block,
               const std::vector<uint8_t> &bytes) {
  auto coder = encoding.parse(tables, block.valueBits);
  if (!coder)
    return;
  RC_ASSERT((*coder)->tables() == tables);
  auto decoded = (*coder)->decode(bytes, block.context());
  if (decoded)
    RC_ASSERT((*coder)->encode(*decoded, block.context()) == bytes);
}

RC_GTEST_PROP(SegmentProperties, DamagedTablesAreErrorsOrOtherTables, ()) {
  forEachEncoding([](const SegmentEncoding &encoding) {
    Segment segment = genSegment(encoding);
    const TestBlock &block = segment.blocks[0];
    auto bytes = segment.coder->encode(block.codes, block.context());
    std::vector<uint8_t> tables = segment.coder->tables();
    size_t step = std::max<size_t>(1, tables.size() / 16);
    for (size_t size = 0; size < tables.size(); size += step)
      tryTables(encoding, {tables.begin(), tables.begin() + ptrdiff_t(size)},
                block, bytes);
    for (int i = 0; i < 64 && !tables.empty(); ++i) {
      size_t bit = *rc::gen::inRange<size_t>(0, tables.size() * 8);
      tables[bit / 8] ^= 1 << (bit % 8);
      tryTables(encoding, tables, block, bytes);
      tables[bit / 8] ^= 1 << (bit % 8);
    }
  });
}

RC_GTEST_PROP(SegmentProperties, RandomTablesAreErrorsOrTables,
              (std::vector<uint8_t> tables, std::vector<uint8_t> bytes)) {
  forEachEncoding([&](const SegmentEncoding &encoding) {
    TestBlock block;
    block.codes.present.resize(*rc::gen::inRange<size_t>(0, 80));
    tryTables(encoding, tables, block, bytes);
  });
}

RC_GTEST_PROP(SegmentProperties, CostsAreConsistent, ()) {
  forEachEncoding([](const SegmentEncoding &encoding) {
    Segment segment = genSegment(encoding);
    SegmentCost cost = segment.coder->cost();
    RC_ASSERT(cost.values.lanes >= 1u);
    RC_ASSERT(cost.areaUm2() > 0);
    RC_ASSERT(cost.values.picojoulesPerSymbol() > 0);
    RC_ASSERT((cost.positions.lanes == 0) == isDense(encoding.id()));
    size_t positions = *rc::gen::inRange<size_t>(0, maxBlockPositions);
    size_t present = *rc::gen::inRange<size_t>(0, positions + 1);
    uint64_t cycles = segment.coder->decodeCycles(positions, present);
    RC_ASSERT(double(cycles) * cost.values.symbolsPerCycle() >=
              double(present));
    // Several blocks at once share the time; the rate of the decoder's exit
    // stays a limit.
    DecoderShape shape{*rc::gen::inRange(1u, 64u), *rc::gen::inRange(1u, 9u)};
    uint64_t shared = segment.coder->decodeCycles(positions, present, shape);
    RC_ASSERT(shared * shape.blocks >= cycles);
    RC_ASSERT(shared * shape.wordsPerCycle >= present);
    RC_ASSERT(segment.coder->decodePicojoules(positions, present) >= 0);
  });
}

RC_GTEST_PROP(Directory, RoundTripsInOneForm, (std::vector<uint32_t> sizes)) {
  std::vector<uint8_t> bytes = encodeDirectory(sizes);
  auto parsed = parseDirectory(bytes, sizes.size());
  RC_ASSERT(bool(parsed));
  RC_ASSERT(*parsed == sizes);
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    bytes[bit / 8] ^= 1 << (bit % 8);
    auto damaged = parseDirectory(bytes, sizes.size());
    if (damaged)
      RC_ASSERT(*damaged != sizes);
    bytes[bit / 8] ^= 1 << (bit % 8);
  }
  for (size_t size = 0; size < bytes.size(); ++size)
    RC_ASSERT(!parseDirectory(Span<const uint8_t>(bytes).slice(0, size),
                              sizes.size()));
}

RC_GTEST_PROP(Directory, RandomBytesAreErrorsOrSizes,
              (std::vector<uint8_t> bytes)) {
  size_t count = *rc::gen::inRange<size_t>(0, 200);
  auto parsed = parseDirectory(bytes, count);
  if (parsed)
    RC_ASSERT(encodeDirectory(*parsed) == bytes);
}

} // namespace
} // namespace crania::encoding
