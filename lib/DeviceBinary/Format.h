// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DEVICEBINARY_FORMAT_H
#define CRANIA_DEVICEBINARY_FORMAT_H

#include "crania/Support/Result.h"
#include "crania/Support/Span.h"

#include <array>
#include <cstdint>
#include <vector>

namespace crania::binary {

/// The fixed part at the start of a file, little-endian:
///
///   byte  0  magic, "CRANIA\0\n"
///         8  format version: major << 16 | minor
///        12  bytes of this header, 64
///        16  bytes of the file
///        24  bytes of the metadata (a FlatBuffer), which follows the header
///        32  offset of the image segment: the end of the metadata, rounded up
///            to `imageAlignment`
///        40  bytes of the image segment, which ends the file
///        48  XXH3-128 checksum, canonical (big-endian), of the whole file with
///            this field as zeros
///
/// Bytes between metadata and image segment are zero.
struct Header {
  uint32_t version = 0;
  uint64_t fileBytes = 0;
  uint64_t metadataBytes = 0;
  uint64_t imageOffset = 0;
  uint64_t imageBytes = 0;
};

constexpr size_t headerBytes = 64;
constexpr size_t metadataOffset = headerBytes;
/// A page, so that the segment can be mapped into memory.
constexpr uint64_t imageAlignment = 4096;

constexpr uint64_t alignUp(uint64_t value, uint64_t alignment) {
  return (value + alignment - 1) / alignment * alignment;
}

/// The header of a file with that metadata and image segment.
Header headerFor(uint64_t metadataBytes, uint64_t imageBytes);

/// Puts the header in front of the file's bytes, the checksum field excepted.
void writeHeader(const Header &header, std::vector<uint8_t> &bytes);

/// Reads the header and checks it against the bytes that are there.
Result<Header> readHeader(Span<const uint8_t> bytes);

/// Compares the checksum of a file, at least a header long, with its bytes.
bool checksumMatches(Span<const uint8_t> bytes);

/// Stores the checksum of a file at least a header long.
void writeChecksum(std::vector<uint8_t> &bytes);

} // namespace crania::binary

#endif // CRANIA_DEVICEBINARY_FORMAT_H
