// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DIALECT_CRANIAHW_IR_ELEMENTTYPES_H
#define CRANIA_DIALECT_CRANIAHW_IR_ELEMENTTYPES_H

#include "crania/DeviceBinary/ElementTypes.h"
#include "mlir/IR/Types.h"

#include <optional>

namespace crania::hw {

/// Returns the type by which MLIR knows an element type of the machine: f32, a
/// signless integer, or ui8.
mlir::Type typeOf(binary::ElementType element, mlir::MLIRContext *context);

/// Returns the element type of the machine that MLIR knows as `type`, or
/// nullopt if the machine does not have the type.
std::optional<binary::ElementType> elementTypeOf(mlir::Type type);

/// Returns true if `type` is f32 or a signless integer of the machine. Ops of
/// `arith` and `math` compute with these types.
bool isSignlessElement(mlir::Type type);

} // namespace crania::hw

#endif // CRANIA_DIALECT_CRANIAHW_IR_ELEMENTTYPES_H
