// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DIALECT_CRANIAHW_IR_CRANIAHWTYPES_H
#define CRANIA_DIALECT_CRANIAHW_IR_CRANIAHWTYPES_H

#include "mlir/IR/BuiltinTypes.h"

#define GET_TYPEDEF_CLASSES
#include "crania/Dialect/CraniaHW/IR/CraniaHWTypes.h.inc"

#endif // CRANIA_DIALECT_CRANIAHW_IR_CRANIAHWTYPES_H
