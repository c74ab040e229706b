// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Passes of the reference path that keep a module at its level.

#ifndef CRANIA_TRANSFORMS_PASSES_TD
#define CRANIA_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def ExpandMaterialize : Pass<"crania-expand-materialize", "::mlir::ModuleOp"> {
  let summary = "Compute weights and constants of known rounds at compile time";
  let description = [{
    Replaces each `crania.materialize` of a `crania.get` by a constant, if its
    round is a constant of at least 1 and its result is a tensor. From the last
    cluster on, the constant is the values of the weights themselves. For earlier
    rounds it is new data of the same size, in a resource blob if the values are in
    one. This costs memory, so it is not a folder. Constants of the round
    (`crania.per_round`) are replaced as well. All other operations are left
    unchanged, without an error.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def DecomposeAggregates : Pass<"crania-decompose-aggregates"> {
  let summary = "Decompose linalg.softmax and similar operations into structured ones";
  let description = [{
    Replaces each linalg operation that is not structured itself, but decomposes
    into structured ones (`AggregatedOpInterface`: softmax, Winograd transforms).
    Upstream offers the decomposition in the transform dialect only, although its
    lowering to loops requires it. The operations must be on tensors.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::math::MathDialect",   "::mlir::tensor::TensorDialect",
  ];
}

def LowerQuantCasts : Pass<"crania-lower-quant-casts"> {
  let summary = "Quantize the input of a classifier with arith and math ops";
  let description = [{
    A `quant.scast` of a `quant.qcast` of f32, with one scale and no zero point,
    becomes an element-wise op: clamp(roundeven(x / scale)) with a division in f32,
    as in the runtime (docs/Arithmetic.md). Upstream's `lower-quant-ops` truncates
    instead of rounding.

    The pass refuses other casts to storage.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::tensor::TensorDialect"];
}

#endif // CRANIA_TRANSFORMS_PASSES_TD
