// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Format.h"

#include "crania/DeviceBinary/DeviceBinary.h"

#define XXH_INLINE_ALL
#include <cassert>
#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <string>

namespace crania::binary {

namespace {

constexpr std::array<uint8_t, 8> magic = {'C', 'R', 'A', 'N',
                                          'I', 'A', 0,   '\n'};
constexpr size_t versionOffset = 8, headerBytesOffset = 12,
                 fileBytesOffset = 16, metadataBytesOffset = 24,
                 imageOffsetOffset = 32, imageBytesOffset = 40,
                 checksumOffset = 48, checksumBytes = 16;

template <typename Integer>
void store(std::vector<uint8_t> &bytes, size_t offset, Integer value) {
  for (size_t i = 0; i < sizeof(Integer); ++i)
    bytes[offset + i] = uint8_t(value >> (8 * i));
}

template <typename Integer>
Integer fetch(Span<const uint8_t> bytes, size_t offset) {
  Integer value = 0;
  for (size_t i = 0; i < sizeof(Integer); ++i)
    value |= Integer(bytes[offset + i]) << (8 * i);
  return value;
}

XXH128_canonical_t checksumOf(Span<const uint8_t> bytes) {
  static_assert(checksumOffset + checksumBytes == headerBytes,
                "the checksum ends the header");
  assert(bytes.size() >= headerBytes && "the file has no header");
  constexpr uint8_t zeros[checksumBytes] = {};
  XXH3_state_t state;
  XXH3_128bits_reset(&state);
  XXH3_128bits_update(&state, bytes.data(), checksumOffset);
  XXH3_128bits_update(&state, zeros, checksumBytes);
  XXH3_128bits_update(&state, bytes.data() + headerBytes,
                      bytes.size() - headerBytes);
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(&state));
  return canonical;
}

std::string versionText(uint32_t version) {
  return std::to_string(version >> 16) + "." + std::to_string(version & 0xffff);
}

Status checkVersion(uint32_t version) {
  if (version >> 16 == formatVersion >> 16 && version <= formatVersion)
    return {};
  return Error{"device binary has format version " + versionText(version) +
               ", but this reader supports " +
               std::to_string(formatVersion >> 16) + ".0 to " +
               versionText(formatVersion) +
               "; compile the network again or update the tools"};
}

Status checkSizes(const Header &header, uint64_t fileBytes) {
  if (header.fileBytes != fileBytes)
    return Error{"device binary has " + std::to_string(fileBytes) +
                 " bytes, but its header says " +
                 std::to_string(header.fileBytes) +
                 "; the file is truncated or was extended"};
  if (header.metadataBytes > fileBytes - headerBytes ||
      header.imageOffset !=
          alignUp(headerBytes + header.metadataBytes, imageAlignment) ||
      header.imageOffset > fileBytes ||
      header.imageBytes != fileBytes - header.imageOffset)
    return Error{"device binary is damaged: the sizes in its header "
                 "contradict each other"};
  return {};
}

} // namespace

Header headerFor(uint64_t metadataBytes, uint64_t imageBytes) {
  Header header;
  header.version = formatVersion;
  header.metadataBytes = metadataBytes;
  header.imageOffset = alignUp(headerBytes + metadataBytes, imageAlignment);
  header.imageBytes = imageBytes;
  header.fileBytes = header.imageOffset + imageBytes;
  return header;
}

void writeHeader(const Header &header, std::vector<uint8_t> &bytes) {
  assert(bytes.size() >= headerBytes && "there is no room for the header");
  std::copy(magic.begin(), magic.end(), bytes.begin());
  store(bytes, versionOffset, header.version);
  store(bytes, headerBytesOffset, uint32_t(headerBytes));
  store(bytes, fileBytesOffset, header.fileBytes);
  store(bytes, metadataBytesOffset, header.metadataBytes);
  store(bytes, imageOffsetOffset, header.imageOffset);
  store(bytes, imageBytesOffset, header.imageBytes);
}

Result<Header> readHeader(Span<const uint8_t> bytes) {
  size_t known = std::min(bytes.size(), magic.size());
  if (known == 0 ||
      !std::equal(magic.begin(), magic.begin() + known, bytes.begin()))
    return Error{"this is not a CRANIA device binary: it does not start with "
                 "the magic bytes"};
  if (bytes.size() < headerBytes)
    return Error{"device binary is truncated: it has only " +
                 std::to_string(bytes.size()) + " bytes"};
  Header header;
  header.version = fetch<uint32_t>(bytes, versionOffset);
  header.fileBytes = fetch<uint64_t>(bytes, fileBytesOffset);
  header.metadataBytes = fetch<uint64_t>(bytes, metadataBytesOffset);
  header.imageOffset = fetch<uint64_t>(bytes, imageOffsetOffset);
  header.imageBytes = fetch<uint64_t>(bytes, imageBytesOffset);
  if (Status status = checkVersion(header.version); !status)
    return status.error();
  if (fetch<uint32_t>(bytes, headerBytesOffset) != headerBytes)
    return Error{"device binary is damaged: its header has a wrong size"};
  if (Status status = checkSizes(header, bytes.size()); !status)
    return status.error();
  return header;
}

bool checksumMatches(Span<const uint8_t> bytes) {
  XXH128_canonical_t checksum = checksumOf(bytes);
  return std::memcmp(checksum.digest, bytes.data() + checksumOffset,
                     checksumBytes) == 0;
}

void writeChecksum(std::vector<uint8_t> &bytes) {
  XXH128_canonical_t checksum = checksumOf(bytes);
  std::memcpy(bytes.data() + checksumOffset, checksum.digest, checksumBytes);
}

} // namespace crania::binary
