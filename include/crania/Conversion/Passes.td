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
    Lowers the dialect to upstream operations, on tensors or, after
    bufferization, on memrefs. The result defines the meaning of the dialect:

    - `crania.iterate` becomes an `scf.while` that counts rounds from 1 and
      stops when the exit rule holds or the last round is over. With one round,
      only the body remains.
    - `crania.materialize` becomes the code that the clustering scheme emits. This
      is an element-wise selection for the importance scheme, or the values
      themselves if the round is known to be that of the last cluster or later.
    - `crania.per_round` becomes a selection among its constants.
    - `crania.weights`, plans and `crania.*` attributes are erased.

    No operation of the dialect remains in the module. Values that are memrefs
    already stay memrefs (`one-shot-bufferize` works on `crania.iterate`, too).
    Weights and constants become tensors behind a read-only
    `bufferization.to_buffer`, so the module must be bufferized once more. The pass
    refuses a `crania.materialize` whose weights are not the result of a
    `crania.get`; inline functions that pass clustered weights around first.

    Resource blobs of erased weights belong to the context, and another module,
    such as a clone, may share them. They are kept unless `release-blobs` is set.
  }];
  let options = [
    Option<"releaseBlobs", "release-blobs", "bool", "false",
           "Free the data of erased weights that this module no longer uses; set "
           "it only if no other module of the context shares the data">,
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

//===----------------------------------------------------------------------===//
// DecomposeAggregates
//===----------------------------------------------------------------------===//

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

#endif // CRANIA_CONVERSION_PASSES_TD
