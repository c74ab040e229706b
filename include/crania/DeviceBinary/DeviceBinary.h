// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DEVICEBINARY_DEVICEBINARY_H
#define CRANIA_DEVICEBINARY_DEVICEBINARY_H

#include "crania/DeviceBinary/DeviceBinary_generated.h"
#include "crania/Layout/Tiling.h"
#include "crania/Support/Result.h"
#include "crania/Support/Span.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace crania::binary {

/// Version of the file format: major << 16 | minor. A reader accepts its own
/// major version and any minor version up to its own.
constexpr uint32_t formatVersion = 3 << 16 | 1;

/// A device binary that has been verified as a whole: magic, version, sizes,
/// checksum, FlatBuffers structure, and for each program everything a machine
/// may rely on (indices, ranges, token order, capacities against its target,
/// directories against segments, use of weights only after their fetch).
/// Nothing of the bytes is looked at before that.
class DeviceBinary {
public:
  /// Verifies `bytes`, which it takes over.
  static Result<DeviceBinary> parse(std::vector<uint8_t> bytes);
  /// Reads and verifies a file.
  static Result<DeviceBinary> load(const std::string &path);

  const Bundle &bundle() const;
  size_t programCount() const { return bundle().programs()->size(); }
  const Program &program(size_t index) const {
    return *bundle().programs()->Get(index);
  }
  /// The DRAM image of a program.
  Span<const uint8_t> image(size_t program) const;
  Span<const uint8_t> bytes() const;

private:
  struct Storage;
  std::shared_ptr<const Storage> storage;
};

/// One program and its image, for writing.
struct ProgramWithImage {
  ProgramT program; // image_offset and image_bytes are filled in by the writer
  std::vector<uint8_t> image;
};

/// The same with an image that somebody else owns.
struct ProgramWithImageView {
  ProgramT program;
  Span<const uint8_t> image;
};

/// Assembles the bytes of a device binary. Equal images are stored once. The
/// result passes DeviceBinary::parse, or the error says why the programs are
/// not valid.
Result<std::vector<uint8_t>>
assemble(std::vector<ProgramWithImageView> programs, std::string producer);
/// The same with images of its own.
Result<std::vector<uint8_t>> write(std::vector<ProgramWithImage> programs,
                                   std::string producer);

/// A command by the numbers of its round and of itself, both from 0.
struct CommandPlace {
  std::optional<size_t> round, command;
};

/// Verifies one program as DeviceBinary::parse does, for the compiler, which
/// has no file yet. `imageBytes` is the size of its image. Where the error is
/// one of a command, `failed` tells which.
Status verify(ProgramT program, uint64_t imageBytes,
              CommandPlace *failed = nullptr);

/// Recomputes the checksum of a device binary after a change of its bytes (for
/// tools and tests that alter files on purpose).
Status repairChecksum(std::vector<uint8_t> &bytes);

unsigned bytesOf(ElementType type);
/// Whether it is f32; all others are integers.
bool isFloat(ElementType type);

/// Registers that an instruction of a vector command reads: 0 to 3, from `a`
/// on.
unsigned operandsOf(VectorOp op);
/// Whether there is such an instruction of that type, and the types that there
/// are, for messages: "f32", "i64", "i32 or i64", or "f32, i32 or i64".
bool hasType(VectorOp op, ElementType type);
std::string_view typesOf(VectorOp op);
/// Whether the operands of an instruction are f32; the result is of `type`.
bool takesFloats(VectorOp op, ElementType type);

/// The tiling of a weight tensor.
layout::Tiling tilingOf(const Weights &weights);

/// Whether each cluster holds all positions and takes the place of the one
/// before.
bool isRefining(const Weights &weights);

} // namespace crania::binary

#endif // CRANIA_DEVICEBINARY_DEVICEBINARY_H
