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

#include <cmath>

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

static LogicalResult verifyRange(Operation *op, NamedAttribute attribute) {
  auto range = dyn_cast<DenseF64ArrayAttr>(attribute.getValue());
  // The bounds are those of activations, which are f32.
  auto isFinite = [](double bound) { return std::isfinite(float(bound)); };
  if (!range || range.size() != 2 ||
      !llvm::all_of(range.asArrayRef(), isFinite) || range[0] > range[1])
    return op->emitError() << "'" << attribute.getName().getValue()
                           << "' must be array<f64: low, high>, finite in f32 "
                           << "and ascending, found " << attribute.getValue();
  return success();
}

static LogicalResult verifyPrecision(Operation *op, NamedAttribute attribute) {
  auto type = dyn_cast<TypeAttr>(attribute.getValue());
  if (!type || !(type.getValue().isF32() || type.getValue().isInteger(16) ||
                 type.getValue().isInteger(8)))
    return op->emitError() << "'" << attribute.getName().getValue()
                           << "' must be f32, i16 or i8, found "
                           << attribute.getValue();
  return success();
}

static LogicalResult verifyWeightScales(Operation *op,
                                        NamedAttribute attribute) {
  auto scales = dyn_cast<DenseElementsAttr>(attribute.getValue());
  if (!scales || !scales.getElementType().isF32())
    return op->emitError() << "'" << attribute.getName().getValue()
                           << "' must be dense f32 elements";
  return success();
}

bool CraniaDialect::isClassifier(FunctionOpInterface function) {
  if (!function->hasAttr(getClassifierAttrName()))
    return false;
  auto isTensor = [](Type type) { return isa<TensorType>(type); };
  return function.getNumArguments() == 0 ||
         llvm::any_of(function.getArgumentTypes(), isTensor) ||
         llvm::any_of(function.getResultTypes(), isTensor);
}

/// Verifies that a classifier has one block and one result, because passes rely
/// on it.
static LogicalResult verifyClassifier(Operation *op, NamedAttribute attribute) {
  StringRef name = attribute.getName();
  auto function = dyn_cast<FunctionOpInterface>(op);
  if (!function || !isa<UnitAttr>(attribute.getValue()))
    return op->emitError() << "'" << name
                           << "' must be a unit attribute of a function";
  if (!CraniaDialect::isClassifier(function))
    return success();
  if (!function.getFunctionBody().hasOneBlock())
    return op->emitError()
           << "a classifier has a body of one block: each round computes the "
              "whole network, and the exit rule decides between rounds; give "
              "the network without branches of its own";
  if (function.getNumResults() == 0)
    return op->emitError() << "a classifier returns logits, but the function "
                              "has no result";
  return success();
}

StringRef CraniaDialect::getImageLayout(Value tensor) {
  auto argument = dyn_cast<BlockArgument>(tensor);
  auto function =
      argument
          ? dyn_cast<FunctionOpInterface>(argument.getOwner()->getParentOp())
          : FunctionOpInterface();
  auto layout =
      function ? function.getArgAttrOfType<StringAttr>(argument.getArgNumber(),
                                                       getImageLayoutAttrName())
               : StringAttr();
  return layout ? layout.getValue() : StringRef("nchw");
}

static LogicalResult verifyImageLayout(Operation *op,
                                       NamedAttribute attribute) {
  auto layout = dyn_cast<StringAttr>(attribute.getValue());
  if (layout &&
      llvm::is_contained({"nchw", "nhwc", "unknown"}, layout.getValue()))
    return success();
  return op->emitError() << "'" << attribute.getName().getValue()
                         << "' must be \"nchw\", \"nhwc\" or \"unknown\", "
                         << "found " << attribute.getValue();
}

LogicalResult
CraniaDialect::verifyRegionArgAttribute(Operation *op, unsigned, unsigned,
                                        NamedAttribute attribute) {
  if (attribute.getName() == getImageLayoutAttrName())
    return verifyImageLayout(op, attribute);
  if (attribute.getName() == getRangeAttrName())
    return verifyRange(op, attribute);
  return success();
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
    return verifyClassifier(op, attribute);
  }
  if (name == getRangeAttrName())
    return verifyRange(op, attribute);
  if (name == getPrecisionAttrName())
    return verifyPrecision(op, attribute);
  if (name == getWeightScalesAttrName())
    return verifyWeightScales(op, attribute);
  return op->emitError() << "unknown attribute '" << name
                         << "' of the crania dialect";
}
