// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Verify.h"

#include "Format.h"

#include <string>

namespace crania::binary {

namespace {

/// The largest number of programs, one per baseline row. Programs may share an
/// image, so this bounds the work that a small file can cause a reader.
constexpr size_t maxPrograms = 64;

Status verifyImageRange(const Program &program, uint64_t imageBytes) {
  if (program.image_offset() % imageAlignment == 0 &&
      program.image_offset() <= imageBytes &&
      program.image_bytes() <= imageBytes - program.image_offset())
    return {};
  return Error{"program \"" + program.name()->str() + "\": its image [" +
               std::to_string(program.image_offset()) + ", +" +
               std::to_string(program.image_bytes()) +
               ") is misaligned or outside the image segment of " +
               std::to_string(imageBytes) + " bytes"};
}

} // namespace

Status verifyBundle(const Bundle &bundle, uint64_t imageBytes) {
  if (Status status = verifyPresence(bundle); !status)
    return status;
  size_t count = bundle.programs()->size();
  if (count == 0 || count > maxPrograms)
    return Error{"device binary has " + std::to_string(count) +
                 " programs, but must have 1 to " +
                 std::to_string(maxPrograms)};
  for (const Program *program : *bundle.programs()) {
    if (Status status = verifyImageRange(*program, imageBytes); !status)
      return status;
    if (Status status = verifyProgram(*program); !status)
      return status;
  }
  return {};
}

Status verify(ProgramT program, uint64_t imageBytes, CommandPlace *failed) {
  program.image_offset = 0;
  program.image_bytes = imageBytes;
  BundleT bundle;
  bundle.programs.push_back(std::make_unique<ProgramT>(std::move(program)));
  flatbuffers::FlatBufferBuilder builder;
  FinishBundleBuffer(builder, Bundle::Pack(builder, &bundle));
  const Bundle &packed = *GetBundle(builder.GetBufferPointer());
  if (Status status = verifyPresence(packed); !status)
    return status;
  return verifyProgram(*packed.programs()->Get(0), failed);
}

} // namespace crania::binary
