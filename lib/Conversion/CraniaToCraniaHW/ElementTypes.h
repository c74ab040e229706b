// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_ELEMENTTYPES_H
#define CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_ELEMENTTYPES_H

#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "llvm/ADT/EquivalenceClasses.h"

#include <optional>

namespace crania::lowering {

/// Whether an op takes its operands as numbers without sign, with one, or says
/// nothing of it.
std::optional<bool> readsUnsigned(mlir::Operation *op);

/// The element types of the tensors of a body as the machine stores them.
/// MLIR's bytes have no sign, and the ops that read them say whether they do
/// (`extsi` or `extui`); the machine's bytes are i8 or ui8.
class ElementTypes {
public:
  /// Reports a type that the machine does not have, and a tensor of bytes that
  /// is read with and without sign.
  static mlir::FailureOr<ElementTypes> create(ir::IterateOp iterate);

  /// The stored element type of a tensor; the type itself of a scalar.
  mlir::Type of(mlir::Value value) const;

private:
  mlir::LogicalResult visit(mlir::Operation &op);
  mlir::LogicalResult readBody(mlir::Operation *op);
  mlir::LogicalResult noteQuantized(mlir::Value tensor,
                                    mlir::Operation *reader);
  mlir::LogicalResult note(mlir::Value tensor, bool isUnsigned,
                           mlir::Operation *reader);
  void join(mlir::Value a, mlir::Value b);
  mlir::LogicalResult checkType(mlir::Operation *op, mlir::Type type);
  mlir::Value leader(mlir::Value value) const;

  llvm::EquivalenceClasses<const void *> classes;
  /// By the leader of a class.
  llvm::DenseMap<const void *, bool> isUnsigned;
};

} // namespace crania::lowering

#endif // CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_ELEMENTTYPES_H
