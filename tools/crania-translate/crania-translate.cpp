// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Translates between CRANIA's IR and other formats: ONNX models, device
// binaries.

#include "crania/Driver/MlirOutput.h"
#include "crania/Driver/ToolVersion.h"
#include "crania/InitAllTranslations.h"
#include "crania/Support/ToolProcess.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/InitAllDialects.h"
#include "mlir/Support/LLVM.h"
#include "mlir/Tools/mlir-translate/MlirTranslateMain.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/WithColor.h"

#include <sys/mman.h>

using namespace mlir;

/// Runs the main function of MLIR, with a file in memory as the output.
static LogicalResult translate(int argc, char **argv) {
  crania::MlirOutput output(argc, argv);
  const int memory = ::memfd_create("output", MFD_CLOEXEC);
  if (memory < 0) {
    llvm::WithColor::error() << "no memory for the output\n";
    return failure();
  }
  if (failed(output.open()))
    return failure();
  const std::string path = "/proc/self/fd/" + std::to_string(memory);
  SmallVector<std::string> line = output.redirect(path);
  SmallVector<char *> pointers;
  for (std::string &argument : line)
    pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  LogicalResult result = mlirTranslateMain(line.size(), pointers.data(),
                                           "CRANIA translation tool");
  auto contents = llvm::MemoryBuffer::getFile(path);
  if (!contents) {
    llvm::WithColor::error()
        << "cannot read the output back: " << contents.getError().message()
        << "\n";
    return failure();
  }
  return output.finish(result, (*contents)->getBuffer());
}

int main(int argc, char **argv) {
  crania::prepareTool();
  crania::setToolVersion("crania-translate");
  crania::registerAllTranslations(
      [](DialectRegistry &registry) { registerAllDialects(registry); });
  return failed(translate(argc, argv));
}
