// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DIALECT_CRANIA_IR_CRANIADIALECT_H
#define CRANIA_DIALECT_CRANIA_IR_CRANIADIALECT_H

#include "mlir/IR/Dialect.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

#include "crania/Dialect/Crania/IR/CraniaDialect.h.inc"

namespace crania::ir {
/// The version of the dialect that bytecode is written with: major << 16 |
/// minor. Readers refuse files of a later version.
constexpr unsigned dialectVersion = 1 << 16 | 1;
} // namespace crania::ir

#endif // CRANIA_DIALECT_CRANIA_IR_CRANIADIALECT_H
