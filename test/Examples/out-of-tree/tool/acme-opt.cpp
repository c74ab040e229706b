// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A version of mlir-opt with the dialects and passes of upstream, CRANIA and
// Acme.

#include "acme/Acme.h"
#include "crania/InitAllDialects.h"
#include "crania/InitAllPasses.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllPasses();
  crania::registerAllDialects(registry);
  crania::registerAllPasses();
  registry.insert<acme::AcmeDialect>();
  acme::registerAcmePasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "The Acme optimizer\n", registry));
}
