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

#endif // CRANIA_CONVERSION_PASSES_TD
