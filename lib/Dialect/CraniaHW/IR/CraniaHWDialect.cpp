// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Dialect/CraniaHW/IR/CraniaHWDialect.h"
#include "CraniaHWBytecode.h"
#include "crania/Dialect/Crania/IR/CraniaDialect.h"
#include "crania/Dialect/CraniaHW/IR/CraniaHWOps.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace crania::hw;

#include "crania/Dialect/CraniaHW/IR/CraniaHWDialect.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "crania/Dialect/CraniaHW/IR/CraniaHWTypes.cpp.inc"

void CraniaHWDialect::initialize() {
  registerTypes();
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "crania/Dialect/CraniaHW/IR/CraniaHWOps.cpp.inc"
      >();
  addBytecodeInterface(this);
}

void CraniaHWDialect::registerTypes() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "crania/Dialect/CraniaHW/IR/CraniaHWTypes.cpp.inc"
      >();
}
