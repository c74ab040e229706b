// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// From programs of crania_hw to a device binary.

#include "crania/Dialect/CraniaHW/IR/ProgramEncoding.h"
#include "crania/Translation/DeviceBinary/DeviceBinaryTranslation.h"
#include "mlir/IR/Diagnostics.h"

using namespace mlir;
using namespace crania;

static constexpr const char *producer = "CRANIA";

static binary::ProgramWithImage withImage(hw::ProgramOp program) {
  SmallVector<char> storage;
  ArrayRef<uint8_t> image = program.getImageBytes(storage);
  return {hw::encodeProgram(program), {image.begin(), image.end()}};
}

static FailureOr<std::vector<uint8_t>>
writeBinary(std::vector<binary::ProgramWithImage> programs, Operation *op) {
  Result<std::vector<uint8_t>> bytes =
      binary::write(std::move(programs), producer);
  if (!bytes)
    return op->emitError() << "makes no valid device binary: "
                           << bytes.error().message;
  return std::move(*bytes);
}

FailureOr<std::vector<uint8_t>>
crania::translateToDeviceBinary(ModuleOp module) {
  std::vector<binary::ProgramWithImage> programs;
  for (auto program : module.getOps<hw::ProgramOp>())
    programs.push_back(withImage(program));
  if (programs.empty())
    return module.emitError() << "has no crania_hw.program to translate";
  return writeBinary(std::move(programs), module);
}

FailureOr<std::vector<uint8_t>>
crania::translateToDeviceBinary(hw::ProgramOp program) {
  std::vector<binary::ProgramWithImage> programs;
  programs.push_back(withImage(program));
  return writeBinary(std::move(programs), program);
}
