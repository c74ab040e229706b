// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/DeviceBinary/DeviceBinary.h"

#include "Format.h"
#include "Verify.h"

#include "crania/Support/File.h"

#include <algorithm>
#include <cassert>

namespace crania::binary {

struct DeviceBinary::Storage {
  std::vector<uint8_t> bytes;
  Header header;
  const Bundle *bundle;
};

namespace {

// Limits of the FlatBuffers verifier. The schema nests eight tables deep. A
// program of a large network has about ten thousand commands of up to a dozen
// tables each.
constexpr flatbuffers::uoffset_t maxTableDepth = 16;
constexpr flatbuffers::uoffset_t maxTables = 8'000'000;

/// Returns true if all bytes between the metadata and the image segment are
/// zero, so that nothing hides there.
bool hasZeroPadding(Span<const uint8_t> bytes, const Header &header) {
  const uint8_t *begin = bytes.begin() + metadataOffset + header.metadataBytes;
  const uint8_t *end = bytes.begin() + header.imageOffset;
  return std::all_of(begin, end, [](uint8_t byte) { return byte == 0; });
}

/// Returns the root of the metadata, or null if its structure is broken.
const Bundle *verifiedRoot(Span<const uint8_t> metadata) {
  if (metadata.size() >= FLATBUFFERS_MAX_BUFFER_SIZE)
    return nullptr;
  flatbuffers::Verifier verifier(metadata.data(), metadata.size(),
                                 maxTableDepth, maxTables);
  if (!VerifyBundleBuffer(verifier))
    return nullptr;
  return GetBundle(metadata.data());
}

} // namespace

Result<const Bundle *> verifyFile(Span<const uint8_t> bytes, Header &header) {
  Result<Header> read = readHeader(bytes);
  if (!read)
    return read.error();
  header = *read;
  if (!checksumMatches(bytes))
    return Error{"device binary is damaged: its checksum does not match; "
                 "compile the network again or copy the file again"};
  if (!hasZeroPadding(bytes, header))
    return Error{"device binary is damaged: the padding before its image "
                 "segment is not zero"};
  const Bundle *bundle =
      verifiedRoot(bytes.slice(metadataOffset, header.metadataBytes));
  if (!bundle)
    return Error{"device binary is damaged: its metadata is not a valid "
                 "FlatBuffer of the schema"};
  if (Status status = verifyBundle(*bundle, header.imageBytes); !status)
    return status.error();
  return bundle;
}

Result<DeviceBinary> DeviceBinary::parse(std::vector<uint8_t> bytes) {
  auto storage = std::make_shared<Storage>();
  storage->bytes = std::move(bytes);
  Result<const Bundle *> bundle = verifyFile(storage->bytes, storage->header);
  if (!bundle)
    return bundle.error();
  storage->bundle = *bundle;
  DeviceBinary binary;
  binary.storage = std::move(storage);
  return binary;
}

Result<DeviceBinary> DeviceBinary::load(const std::string &path) {
  Result<std::vector<uint8_t>> bytes = readFile(path);
  if (!bytes)
    return bytes.error();
  Result<DeviceBinary> binary = parse(std::move(*bytes));
  if (!binary)
    return Error{"cannot load '" + path + "': " + binary.error().message};
  return binary;
}

const Bundle &DeviceBinary::bundle() const {
  assert(storage && "the binary has been moved from");
  return *storage->bundle;
}

Span<const uint8_t> DeviceBinary::image(size_t index) const {
  assert(index < programCount() && "there is no such program");
  const Program &p = program(index);
  return bytes().slice(storage->header.imageOffset + p.image_offset(),
                       p.image_bytes());
}

Span<const uint8_t> DeviceBinary::bytes() const { return storage->bytes; }

bool isRefining(const Weights &weights) {
  return weights.segments()->Get(0)->refined_words()->size() != 0;
}

encoding::Tiling tilingOf(const Weights &weights) {
  encoding::Tiling tiling;
  tiling.groups = weights.groups();
  tiling.outputs = weights.outputs();
  tiling.depth = weights.depth();
  tiling.tileOutputs = weights.tile_outputs();
  tiling.tileDepth = weights.tile_depth();
  return tiling;
}

} // namespace crania::binary
