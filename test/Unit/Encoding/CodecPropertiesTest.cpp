// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Properties of every codec of the registry.

#include "TestBlocks.h"

#include "crania/Encoding/Codec.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <functional>

namespace crania::encoding {

namespace {

/// A block, its occupied positions, and codes that its codec supports.
struct Block {
  std::vector<uint8_t> occupied;
  unsigned valueBits;
  BlockCodes codes;

  BlockContext context() const {
    return {codes.present.size(), valueBits, occupied, {}};
  }
};

uint32_t wordMask(unsigned bits) {
  return uint32_t(~uint64_t(0) >> (64 - bits));
}

rc::Gen<uint32_t> genWord(unsigned bits) {
  uint32_t mask = wordMask(bits);
  return rc::gen::map(
      rc::gen::oneOf(rc::gen::arbitrary<uint32_t>(),
                     rc::gen::element<uint32_t>(0, mask, mask ^ (mask >> 1))),
      [=](uint32_t word) { return word & mask; });
}

/// Generates codes at random positions. Densities of 0 and 1 are frequent.
Block genSparseBlock() {
  Block block;
  block.valueBits = *rc::gen::element(8u, 16u, 32u);
  size_t positions = *rc::gen::inRange<size_t>(0, 200);
  int density = *rc::gen::element(0, 10, 50, 90, 100);
  int occupancy = *rc::gen::element(0, 0, 30, 100);
  for (size_t i = 0; i < positions; ++i) {
    bool occupied = *rc::gen::inRange(0, 100) < occupancy;
    bool present = !occupied && *rc::gen::inRange(0, 100) < density;
    block.occupied.push_back(occupied);
    block.codes.present.push_back(present);
    if (present)
      block.codes.values.push_back(*genWord(block.valueBits));
  }
  if (occupancy == 0 && *rc::gen::arbitrary<bool>())
    block.occupied.clear();
  return block;
}

/// Generates codes at all positions, which every codec supports.
Block genDenseBlock() {
  Block block;
  block.valueBits = *rc::gen::element(8u, 16u, 32u);
  block.codes.present.assign(*rc::gen::inRange<size_t>(0, 200), 1);
  for (size_t i = 0; i < block.codes.present.size(); ++i)
    block.codes.values.push_back(*genWord(block.valueBits));
  return block;
}

Block genBlockFor(const Codec &codec) {
  Block block = genSparseBlock();
  return codec.supports(block.codes, block.context()) ? block : genDenseBlock();
}

void forEachCodec(const std::function<void(const Codec &)> &check) {
  for (const std::string &id : codecIds())
    check(*findCodec(id));
}

RC_GTEST_PROP(CodecProperties, RoundTrip, ()) {
  forEachCodec([](const Codec &codec) {
    Block block = genBlockFor(codec);
    std::vector<uint8_t> bytes = codec.encode(block.codes, block.context());
    Result<BlockCodes> decoded = codec.decode(bytes, block.context());
    RC_ASSERT(bool(decoded));
    RC_ASSERT(*decoded == block.codes);
  });
}

RC_GTEST_PROP(CodecProperties, PredictedSizeIsTheSize, ()) {
  forEachCodec([](const Codec &codec) {
    Block block = genBlockFor(codec);
    BlockContext context = block.context();
    size_t bytes = codec.encode(block.codes, context).size();
    RC_ASSERT(codec.encodedBytes(block.codes, context) == bytes);
    bool free =
        std::count(block.occupied.begin(), block.occupied.end(), 1) == 0;
    if (free)
      RC_ASSERT(codec.minimumBytes(context.positions, block.valueBits) <=
                bytes);
  });
}

RC_GTEST_PROP(CodecProperties, EveryOtherLengthIsAnErrorOrOtherCodes, ()) {
  forEachCodec([](const Codec &codec) {
    Block block = genBlockFor(codec);
    std::vector<uint8_t> bytes = codec.encode(block.codes, block.context());
    for (size_t size = 0; size < bytes.size() + 8; ++size) {
      std::vector<uint8_t> changed = bytes;
      changed.resize(size);
      Result<BlockCodes> decoded = codec.decode(changed, block.context());
      if (size != bytes.size())
        RC_ASSERT(differs(decoded, block.codes));
    }
  });
}

RC_GTEST_PROP(CodecProperties, EveryBitMatters, ()) {
  forEachCodec([](const Codec &codec) {
    Block block = genBlockFor(codec);
    std::vector<uint8_t> bytes = codec.encode(block.codes, block.context());
    for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      bytes[bit / 8] ^= 1 << (bit % 8);
      Result<BlockCodes> decoded = codec.decode(bytes, block.context());
      RC_ASSERT(differs(decoded, block.codes));
      bytes[bit / 8] ^= 1 << (bit % 8);
    }
  });
}

/// Accepted bytes are canonical: encoding the result gives the same bytes.
RC_GTEST_PROP(CodecProperties, RandomBytesDecodeCanonicallyOrNot,
              (std::vector<uint8_t> bytes)) {
  forEachCodec([&](const Codec &codec) {
    Block block = genSparseBlock();
    BlockContext context = block.context();
    Result<BlockCodes> decoded = codec.decode(bytes, context);
    if (!decoded)
      return;
    RC_ASSERT(codec.supports(*decoded, context));
    RC_ASSERT(codec.encode(*decoded, context) == bytes);
  });
}

RC_GTEST_PROP(CodecProperties, MoreLanesAreNotSlower, ()) {
  forEachCodec([](const Codec &codec) {
    size_t positions = *rc::gen::inRange<size_t>(0, 100000);
    size_t values = *rc::gen::inRange<size_t>(0, positions + 1);
    unsigned lanes = *rc::gen::inRange(1, 64);
    uint64_t cycles = codec.decodeCycles(positions, values, lanes);
    RC_ASSERT(cycles >= codec.decodeCycles(positions, values, 2 * lanes));
    RC_ASSERT(cycles * lanes >= values);
  });
}

} // namespace
} // namespace crania::encoding
