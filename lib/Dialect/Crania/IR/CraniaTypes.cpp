// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Dialect/Crania/IR/CraniaTypes.h"
#include "crania/Dialect/Crania/IR/CraniaDialect.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

#include <limits>

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

/// The largest number of weights. It is far above any layer and keeps counts of
/// bits and bytes within 64 bits.
static constexpr int64_t maxWeights = std::numeric_limits<int32_t>::max();
/// The largest number of clusters: a byte per weight holds the cluster's
/// number.
static constexpr int64_t maxClusters = 255;

static bool hasTooManyElements(RankedTensorType tensor) {
  int64_t count = 1;
  for (int64_t size : tensor.getShape()) {
    if (size > maxWeights / count)
      return true;
    count *= size;
  }
  return false;
}

LogicalResult
ClusteredType::verify(function_ref<InFlightDiagnostic()> emitError,
                      RankedTensorType tensor, int64_t clusters) {
  if (!tensor.hasStaticShape() || llvm::is_contained(tensor.getShape(), 0))
    return emitError() << "clustered weights need a static, non-empty shape, "
                       << "found " << tensor;
  if (hasTooManyElements(tensor))
    return emitError() << "clustered weights are at most " << maxWeights
                       << ", found " << tensor;
  Type element = tensor.getElementType();
  if (!element.isF32() && !element.isInteger(8) && !element.isInteger(16))
    return emitError() << "clustered weights are f32, i16 or i8, found "
                       << element;
  if (clusters < 1 || clusters > maxClusters)
    return emitError() << "expected 1 to " << maxClusters << " clusters, found "
                       << clusters;
  return success();
}
