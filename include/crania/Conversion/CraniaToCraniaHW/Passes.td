// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_CONVERSION_CRANIATOCRANIAHW_PASSES_TD
#define CRANIA_CONVERSION_CRANIATOCRANIAHW_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertCraniaToHW : Pass<"convert-crania-to-hw", "::mlir::ModuleOp"> {
  let summary = "Turn iterations into programs of the machine";
  let description = [{
    Each `crania.iterate` becomes a `crania_hw.program`, with its weight image,
    and a `crania_hw.execute` of it. Code before and after the iteration stays on
    the host. `crania.weights` without any remaining reader are erased.

    The pass needs a target (`crania-attach-target`) and a complete plan
    (`crania-assign-encodings`, `crania-schedule-fetches`,
    `crania-place-segments`). The body must consist of linalg on static f32 tensors
    with one input from outside:

    - Contractions with clustered weights run on the PE array. They start from
      zero, and the vector unit adds the bias afterwards. The order of float
      additions therefore differs from that of the body, and so may the last bits
      of the result. Nothing else is reordered.
    - Every other linalg op whose accesses are linear in its loops runs on the
      vector unit. Its body may use the arith and math ops for which the unit has
      instructions.
    - pad, reshape, slice and concat move no data if the machine can address the
      result directly, and are copies otherwise.

    Activations that do not fit in the global buffer are spilled to DRAM. The
    layers that use them run in bands of rows (or of the outermost loop), two of
    which are in flight. The weights of such a layer are streamed once per band.
    Remarks of the category `crania-memory` report spilled tensors and cut layers.

    The pass guarantees that tokens order all dependent commands, reuse of memory
    included, and that no more bytes are on chip than the machine has.

    The pass refuses, and names the op: ops and scalar ops that the machine does
    not have, products of two activations, a second use of the same weights, a
    second input, a layer of which not even one band fits, and a plan that is
    incomplete or belongs to other weights.
  }];
  let dependentDialects = [
    "::crania::hw::CraniaHWDialect", "::mlir::arith::ArithDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
    "::mlir::tensor::TensorDialect",
  ];
}

#endif // CRANIA_CONVERSION_CRANIATOCRANIAHW_PASSES_TD
