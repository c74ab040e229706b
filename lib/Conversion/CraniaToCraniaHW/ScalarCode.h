// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_SCALARCODE_H
#define CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_SCALARCODE_H

#include "ElementTypes.h"
#include "crania/Dialect/CraniaHW/IR/CraniaHWOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace crania::lowering {

/// The body of a structured op as a program of the vector unit.
struct ScalarCode {
  /// The content of registers 0, 1, ...: an operand of the op, or a scalar
  /// value of the surrounding code.
  struct Input {
    mlir::OpOperand *operand = nullptr;
    mlir::Value scalar;
  };
  llvm::SmallVector<Input> inputs;
  llvm::SmallVector<hw::InstructionAttr> instructions;
  /// True if the code reads the present value of the output.
  bool readsOutput = false;
};

/// Translates the body of `op`, which yields one value, in floats or integers.
/// With `reduces`, the present value of the output is register n; otherwise it
/// is one more input. Reports an op that the vector unit does not have.
mlir::FailureOr<ScalarCode> translateScalarCode(mlir::linalg::LinalgOp op,
                                                bool reduces,
                                                const ElementTypes &types);

} // namespace crania::lowering

#endif // CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_SCALARCODE_H
