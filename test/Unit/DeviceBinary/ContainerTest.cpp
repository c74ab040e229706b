// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Tests of the container of a device binary: header, sizes, checksum, images.

#include "TestPrograms.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <fstream>

namespace crania::binary {
namespace {

std::vector<uint8_t> tinyFile() {
  std::vector<ProgramWithImage> programs;
  programs.push_back(test::tinyProgram());
  Result<std::vector<uint8_t>> bytes = write(std::move(programs), "test");
  EXPECT_TRUE(bytes) << bytes.error().message;
  return bytes ? *bytes : std::vector<uint8_t>();
}

std::string messageOf(std::vector<uint8_t> bytes) {
  Result<DeviceBinary> binary = DeviceBinary::parse(std::move(bytes));
  return binary ? "" : binary.error().message;
}

TEST(Container, RoundTrip) {
  std::vector<uint8_t> image = test::tinyProgram().image;
  Result<DeviceBinary> binary = DeviceBinary::parse(tinyFile());
  ASSERT_TRUE(binary) << binary.error().message;
  ASSERT_EQ(binary->programCount(), 1u);
  EXPECT_EQ(binary->bundle().producer()->str(), "test");
  EXPECT_EQ(binary->program(0).name()->str(), "crania");
  EXPECT_EQ(binary->program(0).rounds()->size(), 2u);
  Span<const uint8_t> read = binary->image(0);
  EXPECT_EQ(std::vector<uint8_t>(read.begin(), read.end()), image);
  encoding::Tiling tiling = tilingOf(*binary->program(0).weights()->Get(0));
  EXPECT_EQ(tiling.tiles(), 4u);
  EXPECT_EQ(tiling.elements(), 12u);
}

TEST(Container, ImageSegmentIsPageAligned) {
  std::vector<uint8_t> bytes = tinyFile();
  Result<DeviceBinary> binary = DeviceBinary::parse(bytes);
  ASSERT_TRUE(binary);
  EXPECT_EQ((binary->image(0).data() - binary->bytes().data()) % 4096, 0);
}

TEST(Container, EqualImagesAreStoredOnce) {
  std::vector<ProgramWithImage> programs;
  for (int i = 0; i < 3; ++i)
    programs.push_back(test::tinyProgram());
  programs[1].image.resize(programs[1].image.size() + 100, 7);
  Result<std::vector<uint8_t>> bytes = write(std::move(programs), "test");
  ASSERT_TRUE(bytes) << bytes.error().message;
  Result<DeviceBinary> binary = DeviceBinary::parse(*bytes);
  ASSERT_TRUE(binary) << binary.error().message;
  EXPECT_EQ(binary->image(0).data(), binary->image(2).data());
  EXPECT_NE(binary->image(0).data(), binary->image(1).data());
  EXPECT_EQ(binary->image(1)[binary->image(1).size() - 1], 7);
}

TEST(Container, EveryTruncationIsAnError) {
  std::vector<uint8_t> bytes = tinyFile();
  for (size_t size = 0; size < bytes.size(); ++size)
    ASSERT_NE(messageOf({bytes.begin(), bytes.begin() + size}), "") << size;
}

TEST(Container, ExtensionIsAnError) {
  std::vector<uint8_t> bytes = tinyFile();
  bytes.push_back(0);
  EXPECT_NE(messageOf(bytes).find("was extended"), std::string::npos);
}

TEST(Container, EveryBitFlipIsAnError) {
  std::vector<uint8_t> bytes = tinyFile();
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    bytes[bit / 8] ^= 1 << (bit % 8);
    ASSERT_NE(messageOf(bytes), "") << "bit " << bit;
    bytes[bit / 8] ^= 1 << (bit % 8);
  }
}

/// Returns the end of the metadata according to the header.
size_t metadataEnd(const std::vector<uint8_t> &bytes) {
  return 64 + (bytes[24] | bytes[25] << 8);
}

/// With the checksum repaired, damage reaches the verifiers. They may accept a
/// program that is still valid, but must neither crash nor read out of bounds,
/// which the sanitizers detect.
TEST(Container, DamagedMetadataNeverCrashes) {
  const std::vector<uint8_t> bytes = tinyFile();
  size_t end = metadataEnd(bytes);
  ASSERT_GT(end, 2000u);
  ASSERT_LT(end, bytes.size());
  size_t accepted = 0, refused = 0;
  for (size_t i = 64; i < end; ++i) {
    for (unsigned change : {1, 2, 4, 8, 16, 32, 64, 128, 255}) {
      std::vector<uint8_t> damaged = bytes;
      damaged[i] ^= change;
      ASSERT_TRUE(repairChecksum(damaged));
      Result<DeviceBinary> binary = DeviceBinary::parse(std::move(damaged));
      ++(binary ? accepted : refused);
    }
  }
  EXPECT_EQ(accepted + refused, (end - 64) * 9);
  EXPECT_GT(refused, accepted);
}

uint32_t wordAt(const std::vector<uint8_t> &bytes, size_t offset) {
  uint32_t word;
  std::memcpy(&word, bytes.data() + offset, sizeof(word));
  return word;
}

/// The FlatBuffers verifier accepts a vector of doubles at any multiple of 4.
/// Here the vector of thresholds starts 4 bytes late. The low word of the
/// number, 1, becomes the length of a vector that still lies within the
/// metadata.
TEST(Container, MisalignedVectorsAreRefused) {
  std::vector<ProgramWithImage> programs;
  programs.push_back(test::tinyProgram());
  const uint64_t half = 0x3fe0000000000001;
  std::memcpy(&programs[0].program.thresholds[0], &half, sizeof(half));
  Result<std::vector<uint8_t>> written = write(std::move(programs), "test");
  ASSERT_TRUE(written);
  std::vector<uint8_t> bytes = *written;

  Result<DeviceBinary> binary = DeviceBinary::parse(bytes);
  ASSERT_TRUE(binary);
  const auto *table =
      reinterpret_cast<const flatbuffers::Table *>(&binary->program(0));
  size_t reference =
      table->GetAddressOf(Program::VT_THRESHOLDS) - binary->bytes().data();
  uint32_t moved = wordAt(bytes, reference) + 4;
  std::memcpy(bytes.data() + reference, &moved, sizeof(moved));
  ASSERT_TRUE(repairChecksum(bytes));
  EXPECT_NE(messageOf(bytes).find("Program.thresholds are not aligned"),
            std::string::npos)
      << messageOf(bytes);
}

TEST(Container, PaddingIsZero) {
  std::vector<uint8_t> bytes = tinyFile();
  bytes[metadataEnd(bytes)] = 1;
  ASSERT_TRUE(repairChecksum(bytes));
  EXPECT_NE(messageOf(bytes).find("padding"), std::string::npos);
}

TEST(Container, RepairedChecksumIsAccepted) {
  std::vector<uint8_t> bytes = tinyFile();
  bytes.back() ^= 1; // a weight
  EXPECT_NE(messageOf(bytes).find("checksum"), std::string::npos);
  ASSERT_TRUE(repairChecksum(bytes));
  EXPECT_EQ(messageOf(bytes), "");
}

TEST(Container, RepairNeedsAHeader) {
  std::vector<uint8_t> bytes(63);
  EXPECT_FALSE(repairChecksum(bytes));
}

TEST(Container, OtherFilesAreNamedAsSuch) {
  std::vector<uint8_t> bytes(1000, 'x');
  EXPECT_NE(messageOf(bytes).find("not a CRANIA device binary"),
            std::string::npos);
}

TEST(Container, VersionsFromTheFutureAreRefused) {
  std::vector<uint8_t> bytes = tinyFile();
  bytes[8] = 3; // minor
  ASSERT_TRUE(repairChecksum(bytes));
  EXPECT_NE(messageOf(bytes).find("version 3.3"), std::string::npos);
  bytes[8] = 0;
  bytes[10] = 4; // major
  ASSERT_TRUE(repairChecksum(bytes));
  EXPECT_NE(messageOf(bytes).find("version 4.0"), std::string::npos);
}

/// No field changed its meaning since 3.0.
TEST(Container, EarlierMinorVersionsAreRead) {
  for (uint8_t minor : {0, 1}) {
    std::vector<uint8_t> bytes = tinyFile();
    bytes[8] = minor;
    ASSERT_TRUE(repairChecksum(bytes));
    EXPECT_TRUE(DeviceBinary::parse(std::move(bytes)));
  }
}

TEST(Container, OtherMajorVersionsAreRefused) {
  std::vector<uint8_t> bytes = tinyFile();
  bytes[8] = 0;
  bytes[10] = 1;
  ASSERT_TRUE(repairChecksum(bytes));
  EXPECT_NE(messageOf(bytes).find("version 1.0, but this reader supports 3.0"),
            std::string::npos);
}

TEST(Container, ContradictingSizesAreRefused) {
  const std::vector<uint8_t> bytes = tinyFile();
  for (size_t offset : {24, 32, 40}) {
    std::vector<uint8_t> changed = bytes;
    changed[offset + 1] ^= 0x10;
    ASSERT_TRUE(repairChecksum(changed));
    EXPECT_NE(messageOf(changed).find("sizes"), std::string::npos) << offset;
    changed[offset + 7] = 0xff; // the sum exceeds 64 bits
    ASSERT_TRUE(repairChecksum(changed));
    EXPECT_NE(messageOf(changed).find("sizes"), std::string::npos) << offset;
  }
}

TEST(Container, NoProgramIsAnError) {
  Result<std::vector<uint8_t>> bytes = write({}, "test");
  ASSERT_FALSE(bytes);
  EXPECT_NE(bytes.error().message.find("0 programs"), std::string::npos);
}

TEST(Container, LoadNamesTheFile) {
  Result<DeviceBinary> absent = DeviceBinary::load("/nonexistent/net.crania");
  ASSERT_FALSE(absent);
  EXPECT_NE(absent.error().message.find("/nonexistent/net.crania"),
            std::string::npos);

  std::string path =
      testing::TempDir() + "crania-container-" + std::to_string(::getpid());
  std::ofstream(path) << "no device binary";
  Result<DeviceBinary> other = DeviceBinary::load(path);
  std::remove(path.c_str());
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().message.find(path), std::string::npos);
}

} // namespace
} // namespace crania::binary
