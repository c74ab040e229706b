// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DIALECT_CRANIAHW_IR_CRANIAHWOPS_H
#define CRANIA_DIALECT_CRANIAHW_IR_CRANIAHWOPS_H

#include "crania/Dialect/CraniaHW/IR/CraniaHWAttributes.h"
#include "crania/Dialect/CraniaHW/IR/CraniaHWDialect.h"
#include "crania/Dialect/CraniaHW/IR/CraniaHWTypes.h"
#include "crania/Dialect/CraniaHW/IR/OperandAccess.h"
#include "crania/Encoding/Tiling.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "crania/Dialect/CraniaHW/IR/CraniaHWInterfaces.h.inc"

#define GET_OP_CLASSES
#include "crania/Dialect/CraniaHW/IR/CraniaHWOps.h.inc"

#endif // CRANIA_DIALECT_CRANIAHW_IR_CRANIAHWOPS_H
