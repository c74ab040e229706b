// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Tests of bytes, errors and costs of the built-in codecs, and of the registry.

#include "crania/Encoding/Codec.h"

#include <gtest/gtest.h>

namespace crania::encoding {
namespace {

using Bytes = std::vector<uint8_t>;

/// Returns codes with 0xaaaa, 0 and 0x1234 at positions 1, 3 and 9 of ten.
BlockCodes sparseCodes() {
  BlockCodes codes;
  codes.present = {0, 1, 0, 1, 0, 0, 0, 0, 0, 1};
  codes.values = {0xaaaa, 0, 0x1234};
  return codes;
}

std::string decodeError(const char *id, const Bytes &bytes,
                        const BlockContext &context) {
  Result<BlockCodes> codes = findCodec(id)->decode(bytes, context);
  return codes ? "" : codes.error().message;
}

TEST(Raw, BytesAreLittleEndianWords) {
  BlockCodes codes{{1, 1}, {0x1234, 0xff00}};
  EXPECT_EQ(findCodec("raw")->encode(codes, {2, 16, {}}),
            (Bytes{0x34, 0x12, 0x00, 0xff}));
}

/// A present weight of value 0 and an absent one have the same word. The codec
/// "raw" cannot distinguish them and rejects blocks with absent ones.
TEST(Raw, IsForDenseBlocksOnly) {
  const Codec &raw = *findCodec("raw");
  EXPECT_FALSE(raw.supports(sparseCodes(), {10, 16, {}}));
  EXPECT_TRUE(raw.supports({{1, 1}, {0, 0}}, {2, 16, {}}));
  Bytes occupied = {0, 1};
  EXPECT_NE(decodeError("raw", {1, 2}, {2, 8, occupied}).find("position 1"),
            std::string::npos);
}

TEST(Raw, LengthIsExact) {
  for (size_t size : {0, 3, 5, 6, 8})
    EXPECT_NE(decodeError("raw", Bytes(size), {2, 16, {}}), "") << size;
  EXPECT_EQ(decodeError("raw", Bytes(4), {2, 16, {}}), "");
}

TEST(Bitmap, BytesAreBitsThenWords) {
  EXPECT_EQ(findCodec("bitmap")->encode(sparseCodes(), {10, 16, {}}),
            (Bytes{0x0a, 0x02, 0xaa, 0xaa, 0, 0, 0x34, 0x12}));
}

TEST(Bitmap, PaddingIsZero) {
  EXPECT_NE(decodeError("bitmap", {0x00, 0x04}, {10, 8, {}}).find("padding"),
            std::string::npos);
}

TEST(Bitmap, OccupiedPositionsAreRefused) {
  Bytes occupied = {0, 0, 1, 0};
  EXPECT_NE(decodeError("bitmap", {0x04, 7}, {4, 8, occupied})
                .find("position 2 is already held by an earlier cluster"),
            std::string::npos);
}

TEST(BitmapFree, HasBitsForFreePositionsOnly) {
  Bytes occupied = {1, 0, 1, 0, 1, 1, 1, 1, 0, 0};
  const Codec &codec = *findCodec("bitmap-free");
  // Positions 1, 3, 8 and 9 are free; 1, 3 and 9 are present.
  EXPECT_EQ(codec.encode(sparseCodes(), {10, 16, occupied}),
            (Bytes{0x0b, 0xaa, 0xaa, 0, 0, 0x34, 0x12}));
}

TEST(BitmapFree, NothingFreeIsNoByte) {
  Bytes occupied(10, 1);
  BlockCodes none{Bytes(10, 0), {}};
  EXPECT_TRUE(
      findCodec("bitmap-free")->encode(none, {10, 32, occupied}).empty());
  EXPECT_NE(decodeError("bitmap-free", {0}, {10, 32, occupied}), "");
}

TEST(Codecs, UnknownWordSizesAreErrors) {
  for (const std::string &id : codecIds())
    for (unsigned bits : {0u, 1u, 12u, 64u}) {
      EXPECT_NE(decodeError(id.c_str(), Bytes(8), {4, bits, {}}), "");
      EXPECT_FALSE(findCodec(id)->supports({{1}, {0}}, {1, bits, {}}));
    }
}

TEST(Codecs, MalformedCodesAreNotSupported) {
  Bytes occupied = {1, 0};
  Bytes occupiedShort = {1};
  for (const std::string &id : codecIds()) {
    const Codec &codec = *findCodec(id);
    EXPECT_FALSE(codec.supports({{1}, {0}}, {2, 8, {}})) << "positions";
    EXPECT_FALSE(codec.supports({{1, 1}, {0}}, {2, 8, {}})) << "values";
    EXPECT_FALSE(codec.supports({{1, 2}, {0, 0}}, {2, 8, {}})) << "presence";
    EXPECT_FALSE(codec.supports({{1, 1}, {0, 256}}, {2, 8, {}})) << "width";
    EXPECT_FALSE(codec.supports({{1, 1}, {0, 0}}, {2, 8, occupied}));
    EXPECT_FALSE(codec.supports({{0, 1}, {0}}, {2, 8, occupiedShort}));
  }
}

/// A context whose occupancy does not match its positions comes from a bug or
/// damage elsewhere. Decoding reports it instead of reading past its end.
TEST(Codecs, OccupancyOfAnotherLengthIsAnError) {
  Bytes occupied = {0, 0, 0};
  for (const std::string &id : codecIds())
    EXPECT_NE(decodeError(id.c_str(), Bytes(16), {16, 8, occupied}), "") << id;
}

TEST(Codecs, DecodeCycles) {
  const Codec &raw = *findCodec("raw"), &bitmap = *findCodec("bitmap");
  EXPECT_EQ(raw.decodeCycles(4096, 4096, 16), 256u);
  EXPECT_EQ(raw.decodeCycles(1, 1, 16), 1u);
  EXPECT_EQ(bitmap.decodeCycles(4096, 4096, 16), 256u); // limited by words
  EXPECT_EQ(bitmap.decodeCycles(4096, 10, 16), 32u);    // limited by positions
  EXPECT_EQ(bitmap.decodeCycles(0, 0, 16), 0u);
}

TEST(Registry, BuiltInsAreThere) {
  for (const char *id : {"raw", "bitmap", "bitmap-free"}) {
    const Codec *codec = findCodec(id);
    ASSERT_TRUE(codec) << id;
    EXPECT_EQ(codec->id(), id);
  }
  EXPECT_EQ(findCodec("Raw"), nullptr);
  EXPECT_EQ(findCodec(""), nullptr);
  EXPECT_EQ(codecIds(),
            (std::vector<std::string>{"bitmap", "bitmap-free", "raw"}));
}

} // namespace
} // namespace crania::encoding
