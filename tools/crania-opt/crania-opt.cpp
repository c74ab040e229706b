// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Runs passes and pipelines on any MLIR; loads dialect and pass plugins.

#include "crania/Driver/MlirOutput.h"
#include "crania/Driver/ModuleInput.h"
#include "crania/Driver/ToolVersion.h"
#include "crania/InitAllDialects.h"
#include "crania/InitAllPasses.h"
#include "crania/Support/ToolProcess.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Debug.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/WithColor.h"

using namespace mlir;

/// Runs the main function of MLIR on given files. It differs in the end of the
/// input, which gets a newline, and in how the output is written.
static LogicalResult optimize(int argc, char **argv, StringRef inputName,
                              StringRef outputName, DialectRegistry &registry) {
  auto config = MlirOptMainConfig::createFromCLOptions();
  if (config.shouldShowDialects() || config.shouldListPasses())
    return MlirOptMain(argc, argv, inputName, outputName, registry);

  llvm::InitLLVM init(argc, argv);
  crania::MlirOutput output(argc, argv);
  if (failed(output.open()))
    return failure();
  std::string error;
  std::unique_ptr<llvm::MemoryBuffer> input = openInputFile(inputName, &error);
  if (!input) {
    llvm::WithColor::error() << error << "\n";
    return failure();
  }
  if (!crania::printTextFault(*input))
    return failure();
  input = crania::alignBytecode(crania::endWithNewline(std::move(input)));
  std::string contents;
  llvm::raw_string_ostream stream(contents);
  LogicalResult result =
      MlirOptMain(stream, std::move(input), registry, config);
  return output.finish(result, contents);
}

#ifndef NDEBUG
/// The option `--debug-only`. The packaged LLVM was built with NDEBUG and lacks
/// it.
class DebugOnly {
public:
  /// Registers the option, unless LLVM has it.
  DebugOnly() {
    if (!llvm::cl::getRegisteredOptions().contains("debug-only"))
      types.emplace("debug-only",
                    llvm::cl::desc("Print what these passes decide"),
                    llvm::cl::value_desc("type,..."), llvm::cl::CommaSeparated);
  }

  /// Turns on the output of the types that were given.
  void apply() {
    if (!types || types->empty())
      return;
    std::vector<const char *> names;
    for (const std::string &type : *types)
      names.push_back(type.c_str());
    llvm::setCurrentDebugTypes(names.data(), names.size());
    llvm::DebugFlag = true;
  }

private:
  std::optional<llvm::cl::list<std::string>> types;
};
#else
struct DebugOnly {
  void apply() {}
};
#endif

int main(int argc, char **argv) {
  crania::prepareTool();
  crania::setToolVersion("crania-opt");
  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registerAllPasses();
  crania::registerAllDialects(registry);
  crania::registerAllPasses();
  DebugOnly debugOnly;
  auto [input, output] = registerAndParseCLIOptions(
      argc, argv, "CRANIA optimizer: iterative neural inference\n", registry);
  debugOnly.apply();
  return asMainReturnCode(optimize(argc, argv, input, output, registry));
}
