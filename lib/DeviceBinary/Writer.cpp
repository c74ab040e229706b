// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/DeviceBinary/DeviceBinary.h"

#include "Format.h"

namespace crania::binary {

namespace {

/// Gives each program its place in the image segment; equal images share one.
std::vector<uint8_t> placeImages(std::vector<ProgramWithImage> &programs) {
  std::vector<uint8_t> segment;
  for (size_t i = 0; i < programs.size(); ++i) {
    ProgramWithImage &current = programs[i];
    current.program.image_bytes = current.image.size();
    size_t equal = 0;
    while (programs[equal].image != current.image)
      ++equal;
    if (equal < i) {
      current.program.image_offset = programs[equal].program.image_offset;
      continue;
    }
    segment.resize(alignUp(segment.size(), imageAlignment));
    current.program.image_offset = segment.size();
    segment.insert(segment.end(), current.image.begin(), current.image.end());
  }
  return segment;
}

flatbuffers::DetachedBuffer packBundle(std::vector<ProgramWithImage> &programs,
                                       std::string producer) {
  BundleT bundle;
  bundle.producer = std::move(producer);
  for (ProgramWithImage &program : programs)
    bundle.programs.push_back(
        std::make_unique<ProgramT>(std::move(program.program)));
  flatbuffers::FlatBufferBuilder builder;
  FinishBundleBuffer(builder, Bundle::Pack(builder, &bundle));
  return builder.Release();
}

} // namespace

Result<std::vector<uint8_t>> write(std::vector<ProgramWithImage> programs,
                                   std::string producer) {
  std::vector<uint8_t> segment = placeImages(programs);
  flatbuffers::DetachedBuffer metadata =
      packBundle(programs, std::move(producer));

  Header header = headerFor(metadata.size(), segment.size());
  std::vector<uint8_t> bytes(header.fileBytes);
  writeHeader(header, bytes);
  std::copy(metadata.data(), metadata.data() + metadata.size(),
            bytes.begin() + metadataOffset);
  std::copy(segment.begin(), segment.end(), bytes.begin() + header.imageOffset);
  writeChecksum(bytes);

  Result<DeviceBinary> parsed = DeviceBinary::parse(std::move(bytes));
  if (!parsed)
    return parsed.error();
  Span<const uint8_t> valid = parsed->bytes();
  return std::vector<uint8_t>(valid.begin(), valid.end());
}

Status repairChecksum(std::vector<uint8_t> &bytes) {
  if (bytes.size() < headerBytes)
    return Error{"device binary is truncated: it has only " +
                 std::to_string(bytes.size()) + " bytes"};
  writeChecksum(bytes);
  return {};
}

} // namespace crania::binary
