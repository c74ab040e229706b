// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Dialects, passes and pipelines for tools that load plugins:
//   mlir-opt-22 --load-dialect-plugin=CraniaPlugin.so
//               --load-pass-plugin=CraniaPlugin.so

#include "crania/InitAllDialects.h"
#include "crania/InitAllPasses.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"
#include "llvm/Support/WithColor.h"

/// Warns that a tool has the dialects and passes already, as crania-opt. To
/// register them once more would end the process.
static void warnOfTool(llvm::StringRef what) {
  llvm::WithColor::warning() << "CraniaPlugin has no effect: this tool has "
                             << "CRANIA's " << what << " already\n";
}

static void registerDialects(mlir::DialectRegistry *registry) {
  if (registry->getDialectAllocator("crania"))
    return warnOfTool("dialects");
  crania::registerAllDialects(*registry);
}

static void registerPasses() {
  if (mlir::PassInfo::lookup("crania-cluster-weights"))
    return warnOfTool("passes");
  crania::registerAllPasses();
}

extern "C" LLVM_ATTRIBUTE_WEAK mlir::DialectPluginLibraryInfo
mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "Crania", CRANIA_VERSION, registerDialects};
}

extern "C" LLVM_ATTRIBUTE_WEAK mlir::PassPluginLibraryInfo
mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "Crania", CRANIA_VERSION, registerPasses};
}
