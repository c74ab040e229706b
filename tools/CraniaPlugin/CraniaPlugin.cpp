// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Dialects, passes and pipelines for tools that load plugins:
//   mlir-opt-22 --load-dialect-plugin=CraniaPlugin.so
//               --load-pass-plugin=CraniaPlugin.so

#include "crania/InitAllDialects.h"
#include "crania/InitAllPasses.h"
#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"

extern "C" LLVM_ATTRIBUTE_WEAK mlir::DialectPluginLibraryInfo
mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "Crania", CRANIA_VERSION,
          [](mlir::DialectRegistry *registry) {
            crania::registerAllDialects(*registry);
          }};
}

extern "C" LLVM_ATTRIBUTE_WEAK mlir::PassPluginLibraryInfo
mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "Crania", CRANIA_VERSION,
          crania::registerAllPasses};
}
