// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DEVICEBINARY_FORMAT_H
#define CRANIA_DEVICEBINARY_FORMAT_H

#include "crania/Support/Result.h"
#include "crania/Support/Span.h"

#include <array>
#include <cassert>
#include <cstdint>
#include <vector>

namespace crania::binary {

/// The header at the start of a file, little-endian:
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
/// Bytes between the metadata and the image segment are zero.
struct Header {
  uint32_t version = 0;
  uint64_t fileBytes = 0;
  uint64_t metadataBytes = 0;
  uint64_t imageOffset = 0;
  uint64_t imageBytes = 0;
};

constexpr size_t headerBytes = 64;
constexpr size_t metadataOffset = headerBytes;
/// The alignment of the image segment, in bytes: a page, so that the segment
/// can be mapped into memory.
constexpr uint64_t imageAlignment = 4096;

constexpr uint64_t alignUp(uint64_t value, uint64_t alignment) {
  assert(alignment > 0 && "there is no multiple of 0");
  return (value + alignment - 1) / alignment * alignment;
}

/// Returns the header of a file with metadata and an image segment of these
/// sizes, in bytes.
Header headerFor(uint64_t metadataBytes, uint64_t imageBytes);

/// Writes the header to the start of the file's bytes, except the checksum
/// field.
void writeHeader(const Header &header, std::vector<uint8_t> &bytes);

/// Reads the header and checks it against the size of `bytes`. Fails if they do
/// not match.
Result<Header> readHeader(Span<const uint8_t> bytes);

/// Returns true if the checksum of a file matches its bytes. The file is at
/// least as long as a header.
bool checksumMatches(Span<const uint8_t> bytes);

/// Stores the checksum of a file, which is at least as long as a header.
void writeChecksum(std::vector<uint8_t> &bytes);

} // namespace crania::binary

#endif // CRANIA_DEVICEBINARY_FORMAT_H
