// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef ACME_PASSES_TD
#define ACME_PASSES_TD

include "mlir/Pass/PassBase.td"

def ScrambleWeights : Pass<"acme-scramble-weights", "::mlir::ModuleOp"> {
  let summary = "Give the most important cluster of each weight tensor the encoding #acme.scrambled";
  let description = [{
    Runs between `crania-form-rounds` and `crania-assign-encodings`, which keeps
    existing encodings and assigns the others.
  }];
  let dependentDialects = ["::acme::AcmeDialect"];
}

def StripeWeights : Pass<"acme-stripe-weights", "::mlir::ModuleOp"> {
  let summary = "Give clustered weights the scheme #acme.striped";
  let description = [{
    Runs after `crania-cluster-weights`, whose number of clusters it keeps.
  }];
  let dependentDialects = ["::acme::AcmeDialect"];
}

def SignWeights : Pass<"acme-sign-weights", "::mlir::ModuleOp"> {
  let summary = "Give weights of two clusters the scheme #acme.signs";
  let description = [{
    Runs behind `crania-cluster-weights`. The magnitude is the mean of the
    magnitudes of the tensor.
  }];
  let dependentDialects = ["::acme::AcmeDialect"];
}

def StopAtClearWinner : Pass<"acme-stop-at-clear-winner", "::mlir::ModuleOp"> {
  let summary = "Give iterations the exit rule #acme.clear_winner";
  let dependentDialects = ["::acme::AcmeDialect"];
  let options = [
    Option<"margin", "margin", "double", "4.0",
           "Difference of the two largest logits that stops a round">
  ];
}

def RetainFirstClusters : Pass<"acme-retain-first-clusters", "::mlir::ModuleOp"> {
  let summary = "Retain first clusters, in the order of use, while the weight store has room";
  let description = [{
    A scheduling solver that runs between `crania-assign-encodings` and
    `crania-place-segments`, instead of `crania-schedule-fetches`.
  }];
}

#endif // ACME_PASSES_TD
