// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Dialect/Crania/IR/CraniaDialect.h"
#include "CraniaBytecode.h"
#include "crania/Dialect/Crania/IR/CraniaAttributes.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "crania/Dialect/Crania/IR/CraniaTypes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace crania::ir;

#include "crania/Dialect/Crania/IR/CraniaDialect.cpp.inc"

void CraniaDialect::initialize() {
  registerTypes();
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "crania/Dialect/Crania/IR/CraniaOps.cpp.inc"
      >();
  addBytecodeInterface(this);
}

LogicalResult
CraniaDialect::verifyOperationAttribute(Operation *op,
                                        NamedAttribute attribute) {
  StringRef name = attribute.getName();
  if (name == getTargetAttrName()) {
    if (!isa<TargetAttr>(attribute.getValue()))
      return op->emitError() << "'" << name << "' must be a #crania.target, "
                             << "e.g. #crania.target<\"edge\">";
    return success();
  }
  if (name == getClassifierAttrName()) {
    if (!isa<FunctionOpInterface>(op) || !isa<UnitAttr>(attribute.getValue()))
      return op->emitError()
             << "'" << name << "' must be a unit attribute of a function";
    return success();
  }
  return op->emitError() << "unknown attribute '" << name
                         << "' of the crania dialect";
}
