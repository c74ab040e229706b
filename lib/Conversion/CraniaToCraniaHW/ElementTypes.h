// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_ELEMENTTYPES_H
#define CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_ELEMENTTYPES_H

#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "llvm/ADT/EquivalenceClasses.h"

#include <optional>

namespace crania::lowering {

/// Returns true if an op reads its operands as unsigned numbers, false if as
/// signed ones, and nullopt if the op does not determine it.
std::optional<bool> readsUnsigned(mlir::Operation *op);

/// The element types of the tensors of a body, as the machine stores them.
/// MLIR's bytes are signless, and the ops that read them decide the sign
/// (`extsi` or `extui`). The machine's bytes are i8 or ui8.
class ElementTypes {
public:
  /// Determines the types for the body of an iteration. Reports a type that the
  /// machine does not have, and a tensor of bytes that is read both as signed
  /// and as unsigned.
  static mlir::FailureOr<ElementTypes> create(ir::IterateOp iterate);

  /// Returns the stored element type of a tensor. For a scalar, returns its
  /// type.
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
  /// Signedness by the leader of an equivalence class.
  llvm::DenseMap<const void *, bool> isUnsigned;
};

} // namespace crania::lowering

#endif // CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_ELEMENTTYPES_H
