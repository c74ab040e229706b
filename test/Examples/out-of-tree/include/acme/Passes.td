// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef ACME_PASSES_TD
#define ACME_PASSES_TD

include "mlir/Pass/PassBase.td"

def ScrambleWeights : Pass<"acme-scramble-weights", "::mlir::ModuleOp"> {
  let summary = "Give the most important cluster of each weight tensor the layout #acme.scrambled";
  let description = [{
    Runs between `crania-form-rounds` and `crania-assign-layouts`, which keeps what is
    decided and decides the rest.
  }];
  let dependentDialects = ["::acme::AcmeDialect"];
}

#endif // ACME_PASSES_TD
