// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_CONVERSION_CRANIATOCRANIAHW_PASSES_TD
#define CRANIA_CONVERSION_CRANIATOCRANIAHW_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertCraniaToHW : Pass<"convert-crania-to-hw", "::mlir::ModuleOp"> {
  let summary = "Turn iterations into programs of the machine";
  let description = [{
    Each `crania.iterate` becomes a `crania_hw.program`, with its weight image,
    and a `crania_hw.execute` of it. What is before and after the iteration stays
    on the host. `crania.weights` that nothing reads any more are erased.

    Needs a target (`crania-attach-target`) and a complete plan
    (`crania-assign-layouts`, `crania-schedule-fetches`,
    `crania-place-segments`), and a body of linalg on static f32 tensors with one
    input from outside:

    - contractions with clustered weights run on the PE array. They start from
      zero, and the bias is added behind them by the vector unit: the order of
      float additions differs from the body's, and with it the last bits of the
      result. Nothing else is reordered;
    - every other linalg op whose accesses are linear in its loops runs on the
      vector unit; its body may use the arith and math ops that are instructions
      of it;
    - pad, reshape, slice and concat move no data where the machine can address
      the result directly, and are copies where it cannot.

    Activations that do not fit in the global buffer are spilled to DRAM, and the
    layers that use them run in bands of rows (or of the outermost loop), two of
    which are in flight. The weights of such a layer are streamed once per band.
    What is spilled and how layers are cut is reported as remarks of the category
    `crania-memory`.

    Guarantees that commands are ordered by tokens wherever one depends on
    another, reuse of memory included, and that no more bytes are on chip than
    the machine has.

    Refuses, naming the op: ops and scalar ops that the machine does not have,
    products of two activations, a second use of the same weights, a second input,
    a layer of which not one band fits, and a plan that is incomplete or of other
    weights.
  }];
  let dependentDialects = [
    "::crania::hw::CraniaHWDialect", "::mlir::arith::ArithDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
    "::mlir::tensor::TensorDialect",
  ];
}

#endif // CRANIA_CONVERSION_CRANIATOCRANIAHW_PASSES_TD
