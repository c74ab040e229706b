// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/DeviceBinary/DeviceBinary.h"

#include "Format.h"
#include "Verify.h"

#include <algorithm>
#include <cassert>

namespace crania::binary {

namespace {

bool haveEqualImages(const ProgramWithImageView &a,
                     const ProgramWithImageView &b) {
  return a.image.data() == b.image.data() ||
         std::equal(a.image.begin(), a.image.end(), b.image.begin(),
                    b.image.end());
}

/// Assigns each program its place in the image segment, where equal images
/// share one place. Returns the size of the segment in bytes.
uint64_t placeImages(std::vector<ProgramWithImageView> &programs) {
  uint64_t end = 0;
  for (size_t i = 0; i < programs.size(); ++i) {
    ProgramWithImageView &current = programs[i];
    current.program.image_bytes = current.image.size();
    size_t equal = 0;
    while (!haveEqualImages(programs[equal], current))
      ++equal;
    if (equal < i) {
      current.program.image_offset = programs[equal].program.image_offset;
      continue;
    }
    current.program.image_offset = alignUp(end, imageAlignment);
    end = current.program.image_offset + current.image.size();
  }
  return end;
}

flatbuffers::DetachedBuffer
packBundle(std::vector<ProgramWithImageView> &programs, std::string producer) {
  BundleT bundle;
  bundle.producer = std::move(producer);
  for (ProgramWithImageView &program : programs)
    bundle.programs.push_back(
        std::make_unique<ProgramT>(std::move(program.program)));
  flatbuffers::FlatBufferBuilder builder;
  FinishBundleBuffer(builder, Bundle::Pack(builder, &bundle));
  return builder.Release();
}

} // namespace

Result<std::vector<uint8_t>>
assemble(std::vector<ProgramWithImageView> programs, std::string producer) {
  uint64_t imageBytes = placeImages(programs);
  std::vector<uint64_t> imageOffsets;
  for (const ProgramWithImageView &program : programs)
    imageOffsets.push_back(program.program.image_offset);
  flatbuffers::DetachedBuffer metadata =
      packBundle(programs, std::move(producer));

  Header header = headerFor(metadata.size(), imageBytes);
  // Most bytes are images, so they are copied to memory that was not zeroed
  // first.
  std::vector<uint8_t> bytes;
  bytes.reserve(header.fileBytes);
  bytes.resize(header.imageOffset);
  writeHeader(header, bytes);
  assert(metadataOffset + metadata.size() <= bytes.size() &&
         "the metadata reach into the images");
  std::copy(metadata.data(), metadata.data() + metadata.size(),
            bytes.begin() + metadataOffset);
  for (size_t i = 0; i < programs.size(); ++i) {
    const uint64_t begin = header.imageOffset + imageOffsets[i];
    if (begin < bytes.size())
      continue; // equal to an earlier one
    bytes.resize(begin);
    bytes.insert(bytes.end(), programs[i].image.begin(),
                 programs[i].image.end());
  }
  bytes.resize(header.fileBytes);
  writeChecksum(bytes);
  if (Result<const Bundle *> valid = verifyFile(bytes, header); !valid)
    return valid.error();
  return bytes;
}

Result<std::vector<uint8_t>> write(std::vector<ProgramWithImage> programs,
                                   std::string producer) {
  std::vector<ProgramWithImageView> views;
  for (ProgramWithImage &program : programs)
    views.push_back({std::move(program.program), program.image});
  return assemble(std::move(views), std::move(producer));
}

Status repairChecksum(std::vector<uint8_t> &bytes) {
  if (bytes.size() < headerBytes)
    return Error{"device binary is truncated: it has only " +
                 std::to_string(bytes.size()) + " bytes"};
  writeChecksum(bytes);
  return {};
}

} // namespace crania::binary
