// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DIALECT_CRANIAHW_IR_OPERANDACCESS_H
#define CRANIA_DIALECT_CRANIAHW_IR_OPERANDACCESS_H

#include "crania/DeviceBinary/OperandElements.h"
#include "mlir/IR/BuiltinAttributes.h"

namespace crania::hw {

/// A buffer that a command uses, and the elements that it may touch.
struct OperandAccess : binary::OperandElements {
  mlir::FlatSymbolRefAttr buffer;
};

} // namespace crania::hw

#endif // CRANIA_DIALECT_CRANIAHW_IR_OPERANDACCESS_H
