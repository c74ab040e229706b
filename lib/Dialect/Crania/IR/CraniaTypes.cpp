// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Dialect/Crania/IR/CraniaTypes.h"
#include "crania/Dialect/Crania/IR/CraniaDialect.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace crania::ir;

#define GET_TYPEDEF_CLASSES
#include "crania/Dialect/Crania/IR/CraniaTypes.cpp.inc"

void CraniaDialect::registerTypes() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "crania/Dialect/Crania/IR/CraniaTypes.cpp.inc"
      >();
}

LogicalResult
ClusteredType::verify(function_ref<InFlightDiagnostic()> emitError,
                      RankedTensorType tensor, int64_t clusters) {
  if (!tensor.hasStaticShape() || tensor.getNumElements() == 0)
    return emitError() << "clustered weights need a static, non-empty shape, "
                       << "found " << tensor;
  Type element = tensor.getElementType();
  if (!element.isF32() && !element.isInteger(8) && !element.isInteger(16))
    return emitError() << "clustered weights are f32, i16 or i8, found "
                       << element;
  // Clusters are numbered in a byte per weight.
  if (clusters < 1 || clusters > 255)
    return emitError() << "expected 1 to 255 clusters, found " << clusters;
  return success();
}
