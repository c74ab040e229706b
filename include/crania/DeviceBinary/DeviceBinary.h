// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DEVICEBINARY_DEVICEBINARY_H
#define CRANIA_DEVICEBINARY_DEVICEBINARY_H

#include "crania/DeviceBinary/DeviceBinary_generated.h"
#include "crania/DeviceBinary/ElementTypes.h"
#include "crania/Encoding/Tiling.h"
#include "crania/Support/Result.h"
#include "crania/Support/Span.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace crania::binary {

/// The version of the file format: major << 16 | minor. A reader accepts files
/// of its own major version, up to its own minor version.
constexpr uint32_t formatVersion = 3 << 16 | 2;

/// A device binary that has been verified as a whole. The checks cover the
/// magic, version, sizes, checksum and FlatBuffers structure. For each program
/// they cover everything that a machine relies on: indices, ranges, the order
/// of tokens, capacities against the target, directories against segments, and
/// that weights are used only after their fetch. No content is read before it
/// is verified.
class DeviceBinary {
public:
  /// Verifies `bytes` and takes ownership of them. Fails if they are not a
  /// valid device binary.
  static Result<DeviceBinary> parse(std::vector<uint8_t> bytes);
  /// Reads a file and verifies it. Fails if it cannot be read or is not valid.
  static Result<DeviceBinary> load(const std::string &path);

  const Bundle &bundle() const;
  size_t programCount() const { return bundle().programs()->size(); }
  const Program &program(size_t index) const {
    return *bundle().programs()->Get(index);
  }
  /// Returns the DRAM image of a program.
  Span<const uint8_t> image(size_t program) const;
  Span<const uint8_t> bytes() const;

private:
  struct Storage;
  std::shared_ptr<const Storage> storage;
};

/// A program and the image that it owns, for writing.
struct ProgramWithImage {
  ProgramT program; // the writer sets image_offset and image_bytes
  std::vector<uint8_t> image;
};

/// A program and a view of its image, for writing.
struct ProgramWithImageView {
  ProgramT program;
  Span<const uint8_t> image;
};

/// Assembles the bytes of a device binary. Programs with equal images share one
/// copy. Fails with the reason if a program is not valid; otherwise
/// DeviceBinary::parse accepts the result.
Result<std::vector<uint8_t>>
assemble(std::vector<ProgramWithImageView> programs, std::string producer);
/// Assembles a device binary from programs that own their images.
Result<std::vector<uint8_t>> write(std::vector<ProgramWithImage> programs,
                                   std::string producer);

/// The position of a command: the numbers of its round and of the command in
/// the round, both from 0.
struct CommandPlace {
  std::optional<size_t> round, command;
};

/// Verifies one program as DeviceBinary::parse does, for the compiler, which
/// has no file yet. `imageBytes` is the size of the program's image. If a
/// command is at fault, `failed` receives its position.
Status verify(ProgramT program, uint64_t imageBytes,
              CommandPlace *failed = nullptr);

/// Recomputes the checksum of a device binary after its bytes were changed. It
/// serves tools and tests that alter files on purpose.
Status repairChecksum(std::vector<uint8_t> &bytes);

/// Returns the tiling of a weight tensor.
encoding::Tiling tilingOf(const Weights &weights);

/// Returns true if each cluster holds all positions and replaces the cluster
/// before it.
bool isRefining(const Weights &weights);

} // namespace crania::binary

#endif // CRANIA_DEVICEBINARY_DEVICEBINARY_H
