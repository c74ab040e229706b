// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The translation of programs of crania_hw to a device binary.

#include "ProgramEncoding.h"
#include "crania/Translation/DeviceBinary/DeviceBinaryTranslation.h"
#include "crania/Translation/DeviceBinary/VerifyProgram.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/StringSet.h"

#include <memory>

using namespace mlir;
using namespace crania;

static constexpr const char *producer = "CRANIA";

namespace {

/// A list of programs for the writer, which reads their images in place.
class Programs {
public:
  void add(hw::ProgramOp program) {
    operations.push_back(program);
    storages.push_back(std::make_unique<SmallVector<char, 0>>());
    ArrayRef<uint8_t> image = program.getImageBytes(*storages.back());
    programs.push_back(
        {hw::encodeProgram(program), {image.data(), image.size()}});
  }

  bool empty() const { return programs.empty(); }

  /// Reports an error at the command or program that the machine refuses, and
  /// any other error at `op`.
  FailureOr<std::vector<uint8_t>> write(Operation *op) {
    Result<std::vector<uint8_t>> bytes =
        binary::assemble(std::move(programs), producer);
    if (bytes)
      return std::move(*bytes);
    for (hw::ProgramOp program : operations)
      if (failed(hw::verifyForMachine(program)))
        return failure();
    return op->emitOpError()
           << "does not make a valid device binary: " << bytes.error().message;
  }

private:
  SmallVector<hw::ProgramOp> operations;
  std::vector<binary::ProgramWithImageView> programs;
  /// The bytes of images that are splats.
  std::vector<std::unique_ptr<SmallVector<char, 0>>> storages;
};

} // namespace

/// Warns of the work of the host before and after a program, because a device
/// binary does not contain it. Softmax and reshapes after the logits are
/// exempt, since they change no prediction.
static void warnOfHostWork(ModuleOp module) {
  static const llvm::StringSet<> harmless = {
      "arith.constant",        "func.func",
      "func.return",           "linalg.softmax",
      "tensor.collapse_shape", "tensor.empty",
      "tensor.expand_shape",   "crania_hw.execute"};
  for (Operation &function : *module.getBody()) {
    auto executes = [](hw::ExecuteOp) { return WalkResult::interrupt(); };
    if (isa<hw::ProgramOp>(function) ||
        !function.walk(executes).wasInterrupted())
      continue;
    function.walk<WalkOrder::PreOrder>(
        [](Operation *op) {
          if (harmless.contains(op->getName().getStringRef()))
            return WalkResult::advance();
          op->emitWarning()
              << "'" << op->getName()
              << "' is work of the host, which a device binary does not "
              << "contain; its programs compute without it";
          return WalkResult::interrupt();
        });
  }
}

FailureOr<std::vector<uint8_t>>
crania::translateToDeviceBinary(ModuleOp module) {
  warnOfHostWork(module);
  Programs programs;
  for (auto program : module.getOps<hw::ProgramOp>())
    programs.add(program);
  if (programs.empty())
    return module.emitOpError() << "has no crania_hw.program to translate; run "
                                   "crania-pipeline first";
  return programs.write(module);
}

FailureOr<std::vector<uint8_t>>
crania::translateToDeviceBinary(hw::ProgramOp program) {
  Programs programs;
  programs.add(program);
  return programs.write(program);
}
