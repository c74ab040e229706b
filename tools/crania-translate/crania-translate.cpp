// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Between CRANIA's IR and other formats: ONNX models, device binaries.

#include "crania/Driver/KeepInput.h"
#include "crania/InitAllTranslations.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/InitAllDialects.h"
#include "mlir/Support/LLVM.h"
#include "mlir/Tools/mlir-translate/MlirTranslateMain.h"

int main(int argc, char **argv) {
  if (mlir::failed(crania::keepInput(argc, argv)))
    return 1;
  crania::registerAllTranslations([](mlir::DialectRegistry &registry) {
    mlir::registerAllDialects(registry);
  });
  return mlir::failed(
      mlir::mlirTranslateMain(argc, argv, "CRANIA translation tool"));
}
