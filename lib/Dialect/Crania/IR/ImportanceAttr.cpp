// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace crania::ir;

LogicalResult ImportanceAttr::verifyWeights(Operation *op) const {
  auto weights = cast<WeightsOp>(op);
  int64_t clusters = weights.getClusters();
  // The raw data of a splat is one byte and need not be expanded here.
  auto dense = dyn_cast<DenseElementsAttr>(weights.getAssignment());
  SmallVector<char> storage;
  ArrayRef<char> assignment =
      dense ? dense.getRawData()
            : WeightsOp::rawBytes(weights.getAssignment(), storage);
  const char *outside = llvm::find_if(
      assignment, [&](char cluster) { return uint8_t(cluster) >= clusters; });
  if (outside == assignment.end())
    return success();
  return op->emitOpError() << "assigns weight "
                           << std::distance(assignment.begin(), outside)
                           << " to cluster " << int(uint8_t(*outside))
                           << " (counted from 0), but there are only "
                           << clusters << " clusters";
}

void ImportanceAttr::materialize(Operation *op, int64_t round,
                                 MutableArrayRef<char> result) const {
  auto weights = cast<WeightsOp>(op);
  SmallVector<char> valueStorage, assignmentStorage;
  ArrayRef<char> values = weights.getValueBytes(valueStorage);
  ArrayRef<uint8_t> assignment = weights.getAssignmentBytes(assignmentStorage);
  size_t width = values.size() / assignment.size();
  llvm::fill(result, 0);
  for (auto [i, cluster] : llvm::enumerate(assignment))
    if (cluster < round)
      llvm::copy(values.slice(i * width, width), &result[i * width]);
}

/// Emits select(assignment < round, values, 0), element by element.
static Value emitSelection(OpBuilder &builder, Location loc, WeightsOp weights,
                           Value values, Value round) {
  RankedTensorType type = weights.getClusteredType().getTensor();
  Value assignment = arith::ConstantOp::create(
      builder, loc, cast<TypedAttr>(weights.getAssignment()));
  Value zero = arith::ConstantOp::create(
      builder, loc, builder.getZeroAttr(type.getElementType()));
  Value empty = tensor::EmptyOp::create(builder, loc, type.getShape(),
                                        type.getElementType());
  AffineMap identity = builder.getMultiDimIdentityMap(type.getRank());
  SmallVector<AffineMap> maps(3, identity);
  SmallVector<utils::IteratorType> iterators(type.getRank(),
                                             utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      builder, loc, type, ValueRange{values, assignment}, ValueRange{empty},
      maps, iterators, [&](OpBuilder &b, Location l, ValueRange args) {
        Value cluster =
            arith::IndexCastUIOp::create(b, l, b.getIndexType(), args[1]);
        Value present = arith::CmpIOp::create(b, l, arith::CmpIPredicate::ult,
                                              cluster, round);
        Value value = arith::SelectOp::create(b, l, present, args[0], zero);
        linalg::YieldOp::create(b, l, value);
      });
  return generic.getResult(0);
}

Value ImportanceAttr::emitMaterialize(OpBuilder &builder, Location loc,
                                      Operation *op, Value round) const {
  auto weights = cast<WeightsOp>(op);
  Value values = arith::ConstantOp::create(
      builder, loc, cast<TypedAttr>(weights.getValues()));
  std::optional<int64_t> known = getConstantIntValue(round);
  if (known && *known >= weights.getClusters())
    return values;
  return emitSelection(builder, loc, weights, values, round);
}
