// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DIALECT_CRANIA_IR_CRANIADIALECT_H
#define CRANIA_DIALECT_CRANIA_IR_CRANIADIALECT_H

#include "mlir/IR/Dialect.h"

#include "crania/Dialect/Crania/IR/CraniaDialect.h.inc"

namespace crania::ir {
/// Version of the dialect that bytecode is written with: major << 16 | minor.
/// Files of a later version are refused.
constexpr unsigned dialectVersion = 1 << 16 | 1;
} // namespace crania::ir

#endif // CRANIA_DIALECT_CRANIA_IR_CRANIADIALECT_H
