// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_CONVERSION_PASSES_TD
#define CRANIA_CONVERSION_PASSES_TD

include "mlir/Pass/PassBase.td"

//===----------------------------------------------------------------------===//
// CraniaToSCF
//===----------------------------------------------------------------------===//

def ConvertCraniaToSCF : Pass<"convert-crania-to-scf", "::mlir::ModuleOp"> {
  let summary = "Lower the crania dialect to scf, linalg and arith: the reference path";
  let description = [{
    Says with upstream operations what the dialect means, on tensors or, after
    bufferization, on memrefs:

    - `crania.iterate` becomes an `scf.while` that counts rounds from 1 and
      stops when the exit rule holds or the last round is over; with one round,
      the body alone;
    - `crania.materialize` becomes what the clustering scheme emits: an
      element-wise selection for the importance scheme, the values themselves
      where the round is known to be that of the last cluster or a later one;
    - `crania.per_round` becomes a selection among its constants;
    - `crania.weights` are erased, and so are plans and `crania.*` attributes.

    Nothing of the dialect is left in the module. What the module has in memrefs
    already (`one-shot-bufferize` works on `crania.iterate` too) stays there;
    weights and constants are tensors behind a read-only
    `bufferization.to_buffer`, so bufferize once more. Refuses a
    `crania.materialize` whose weights are not the result of a `crania.get`
    (inline functions that pass clustered weights around first).

    Resource blobs of erased weights belong to the context and may be shared with
    another module, a clone for instance, so they are kept unless
    `release-blobs` is set.
  }];
  let options = [
    Option<"releaseBlobs", "release-blobs", "bool", "false",
           "Free the data of erased weights that nothing in this module uses any "
           "more; only if no other module of the context shares it">,
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect",   "::mlir::bufferization::BufferizationDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect",
  ];
}

//===----------------------------------------------------------------------===//
// ExpandMaterialize
//===----------------------------------------------------------------------===//

def ExpandMaterialize : Pass<"crania-expand-materialize", "::mlir::ModuleOp"> {
  let summary = "Compute weights and constants of known rounds at compile time";
  let description = [{
    Replaces every `crania.materialize` of a `crania.get` whose round is a
    constant of at least 1, and whose result is a tensor, by a constant: the
    values of the weights themselves from the last cluster on, else new data of
    their size, in a resource blob if the values are in one. That costs memory,
    which is why it is no folder. Constants of the round (`crania.per_round`) go
    with them. What is left alone is not an error.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

//===----------------------------------------------------------------------===//
// DecomposeAggregates
//===----------------------------------------------------------------------===//

def DecomposeAggregates : Pass<"crania-decompose-aggregates"> {
  let summary = "Decompose linalg.softmax and its kind into structured operations";
  let description = [{
    Replaces every linalg operation that is not structured itself but knows how to
    say itself in structured ones (`AggregatedOpInterface`: softmax, Winograd
    transforms) by those. Upstream offers this to the transform dialect only, and
    its lowering to loops wants it done. Needs tensors.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::math::MathDialect",   "::mlir::tensor::TensorDialect",
  ];
}

def LowerQuantCasts : Pass<"crania-lower-quant-casts"> {
  let summary = "Quantise the input of a classifier with arith and math ops";
  let description = [{
    `quant.scast` of a `quant.qcast` of f32, with one scale and no zero point,
    becomes an element-wise op: clamp(roundeven(x / scale)), the division in f32,
    as the runtime computes it (docs/Arithmetic.md). Upstream's `lower-quant-ops`
    cuts instead of rounding.

    Refuses other casts to storage.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::tensor::TensorDialect"];
}

#endif // CRANIA_CONVERSION_PASSES_TD
