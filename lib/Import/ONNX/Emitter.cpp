// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Emitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"
#include "mlir/Dialect/Utils/StructuredOpsUtils.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace crania::importer;
using namespace mlir;

SmallVector<int64_t> crania::importer::shapeOf(const Tensor &tensor) {
  if (const auto *constant = std::get_if<ConstantTensor>(&tensor))
    return SmallVector<int64_t>(constant->shape());
  return SmallVector<int64_t>(shapeOf(std::get<Value>(tensor)));
}

ArrayRef<int64_t> crania::importer::shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

FailureOr<SmallVector<int64_t>>
crania::importer::broadcastShapes(ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  if (a.size() < b.size())
    std::swap(a, b);
  SmallVector<int64_t> result(a);
  auto tail = MutableArrayRef<int64_t>(result).take_back(b.size());
  for (auto [dim, other] : llvm::zip_equal(tail, b)) {
    if (dim != other && dim != 1 && other != 1)
      return failure();
    dim = dim == 1 ? other : dim;
  }
  return result;
}

RankedTensorType Emitter::tensorType(ArrayRef<int64_t> shape) {
  return RankedTensorType::get(shape, builder.getF32Type());
}

/// Returns a blob of the constant's own bytes, which live as long as the
/// constant.
static AsmResourceBlob
shareBytes(const std::shared_ptr<const ConstantData> &data) {
  return AsmResourceBlob(
      data->floatBytes, alignof(float), [data](void *, size_t, size_t) {},
      /*dataIsMutable=*/false);
}

ElementsAttr Emitter::elementsOf(const ConstantTensor &tensor) {
  RankedTensorType type = tensorType(tensor.shape());
  // Upstream folders read the element of a rank 0 constant through iterators,
  // which resources do not have.
  if (type.getRank() == 0)
    return DenseElementsAttr::getFromRawBuffer(type,
                                               tensor.storage()->floatBytes);
  auto found = blobs.find(tensor.storage());
  if (found == blobs.end()) {
    auto &manager =
        DenseResourceElementsHandle::getManagerInterface(builder.getContext());
    // The manager makes the name unique.
    found = blobs
                .emplace(tensor.storage(),
                         manager.insert(tensor.storage()->name,
                                        shareBytes(tensor.storage())))
                .first;
  }
  return DenseResourceElementsAttr::get(type, found->second);
}

Value Emitter::constant(const ConstantTensor &tensor) {
  ElementsAttr elements = elementsOf(tensor);
  Value &emitted = constants[elements];
  if (!emitted)
    emitted = arith::ConstantOp::create(builder, cast<TypedAttr>(elements));
  return emitted;
}

Value Emitter::value(const Tensor &tensor) {
  if (const auto *known = std::get_if<ConstantTensor>(&tensor))
    return constant(*known);
  return std::get<Value>(tensor);
}

Value Emitter::scalar(float number) {
  return arith::ConstantOp::create(builder, builder.getF32FloatAttr(number));
}

Value Emitter::empty(ArrayRef<int64_t> shape) {
  return tensor::EmptyOp::create(builder, shape, builder.getF32Type());
}

Value Emitter::filled(ArrayRef<int64_t> shape, float number) {
  return linalg::FillOp::create(builder, scalar(number), empty(shape))
      .getResult(0);
}

Tensor Emitter::reshape(const Tensor &tensor, ArrayRef<int64_t> shape) {
  if (const auto *known = std::get_if<ConstantTensor>(&tensor))
    return known->withShape(shape);
  return reshape(std::get<Value>(tensor), shape);
}

/// Returns the grouping that reshapes `from` to `to` in one step, if there is
/// one.
static std::optional<SmallVector<ReassociationIndices>>
reassociate(RankedTensorType from, RankedTensorType to) {
  if (from.getRank() == to.getRank())
    return std::nullopt;
  // A scalar has no dimensions to group.
  if (from.getRank() == 0 || to.getRank() == 0)
    return SmallVector<ReassociationIndices>{};
  return getReassociationIndicesForReshape(from, to);
}

Value Emitter::reshape(Value value, ArrayRef<int64_t> shape) {
  auto from = cast<RankedTensorType>(value.getType());
  RankedTensorType to = tensorType(shape);
  if (from == to)
    return value;
  if (auto groups = reassociate(from, to)) {
    if (from.getRank() > to.getRank())
      return tensor::CollapseShapeOp::create(builder, to, value, *groups);
    return tensor::ExpandShapeOp::create(builder, to, value, *groups);
  }
  return reshape(reshape(value, {from.getNumElements()}), shape);
}

Value Emitter::broadcastAlong(const Tensor &tensor, ArrayRef<int64_t> shape,
                              ArrayRef<int64_t> dimensions) {
  if (dimensions.empty())
    return value(tensor);
  return linalg::BroadcastOp::create(builder, value(tensor), empty(shape),
                                     dimensions)
      ->getResult(0);
}

Emitter::Indexed Emitter::dropBroadcastDims(const Tensor &tensor,
                                            ArrayRef<int64_t> resultShape) {
  SmallVector<int64_t> shape = shapeOf(tensor);
  unsigned rank = resultShape.size();
  if (ArrayRef<int64_t>(shape) == resultShape)
    return {tensor, builder.getMultiDimIdentityMap(rank)};
  SmallVector<int64_t> kept;
  SmallVector<AffineExpr> coordinates;
  unsigned offset = rank - shape.size();
  for (auto [index, dim] : llvm::enumerate(shape)) {
    if (dim == 1)
      continue;
    kept.push_back(dim);
    coordinates.push_back(builder.getAffineDimExpr(offset + index));
  }
  return {reshape(tensor, kept),
          AffineMap::get(rank, 0, coordinates, builder.getContext())};
}

Value Emitter::broadcastTo(const Tensor &tensor, ArrayRef<int64_t> shape) {
  Indexed source = dropBroadcastDims(tensor, shape);
  SmallVector<int64_t> added;
  for (unsigned dim = 0; dim < shape.size(); ++dim)
    if (!source.map.isFunctionOfDim(dim))
      added.push_back(dim);
  return broadcastAlong(source.tensor, shape, added);
}

Value Emitter::pad(Value value, ArrayRef<int64_t> low, ArrayRef<int64_t> high,
                   float padding) {
  auto isZero = [](int64_t count) { return count == 0; };
  if (llvm::all_of(low, isZero) && llvm::all_of(high, isZero))
    return value;
  SmallVector<int64_t> shape(shapeOf(value));
  for (auto [dim, before, after] : llvm::zip_equal(shape, low, high))
    dim += before + after;
  return tensor::PadOp::create(
      builder, tensorType(shape), value,
      getAsIndexOpFoldResult(builder.getContext(), low),
      getAsIndexOpFoldResult(builder.getContext(), high), scalar(padding));
}

Value Emitter::transpose(Value value, ArrayRef<int64_t> permutation) {
  SmallVector<int64_t> shape;
  for (int64_t dim : permutation)
    shape.push_back(shapeOf(value)[dim]);
  return linalg::TransposeOp::create(builder, value, empty(shape), permutation)
      ->getResult(0);
}

Value Emitter::elementwise(ValueRange inputs, ArrayRef<AffineMap> maps,
                           ArrayRef<int64_t> shape, Body body) {
  SmallVector<AffineMap> allMaps(maps);
  allMaps.push_back(builder.getMultiDimIdentityMap(shape.size()));
  SmallVector<utils::IteratorType> iterators(shape.size(),
                                             utils::IteratorType::parallel);
  auto buildBody = [&](OpBuilder &nested, Location loc, ValueRange arguments) {
    linalg::YieldOp::create(nested, loc,
                            body(nested, loc, arguments.drop_back()));
  };
  Value init = empty(shape);
  return linalg::GenericOp::create(builder, init.getType(), inputs, init,
                                   allMaps, iterators, buildBody)
      .getResult(0);
}

Value Emitter::scale(Value value, float factor) {
  ArrayRef<int64_t> shape = shapeOf(value);
  return elementwise(
      value, builder.getMultiDimIdentityMap(shape.size()), shape,
      [&](OpBuilder &nested, Location loc, ValueRange x) -> Value {
        Value number = arith::ConstantOp::create(
            nested, loc, nested.getF32FloatAttr(factor));
        return arith::MulFOp::create(nested, loc, x[0], number);
      });
}

Value Emitter::broadcasting(const Tensor &a, const Tensor &b,
                            ArrayRef<int64_t> shape, Body body) {
  Indexed lhs = dropBroadcastDims(a, shape);
  Indexed rhs = dropBroadcastDims(b, shape);
  return elementwise({value(lhs.tensor), value(rhs.tensor)}, {lhs.map, rhs.map},
                     shape, body);
}

Value Emitter::add(const Tensor &a, const Tensor &b, ArrayRef<int64_t> shape) {
  return broadcasting(
      a, b, shape, [](OpBuilder &nested, Location loc, ValueRange x) -> Value {
        return arith::AddFOp::create(nested, loc, x[0], x[1]);
      });
}

Value Emitter::reduce(Value value, ArrayRef<bool> isReduced, float start,
                      Body combine) {
  SmallVector<int64_t> kept;
  SmallVector<AffineExpr> keptDims;
  SmallVector<utils::IteratorType> iterators;
  for (auto [axis, extent] : llvm::enumerate(shapeOf(value))) {
    iterators.push_back(isReduced[axis] ? utils::IteratorType::reduction
                                        : utils::IteratorType::parallel);
    if (isReduced[axis])
      continue;
    kept.push_back(extent);
    keptDims.push_back(builder.getAffineDimExpr(axis));
  }
  Value init = filled(kept, start);
  unsigned rank = isReduced.size();
  AffineMap result = AffineMap::get(rank, 0, keptDims, builder.getContext());
  auto body = [&](OpBuilder &nested, Location loc, ValueRange x) {
    linalg::YieldOp::create(nested, loc, combine(nested, loc, x));
  };
  return linalg::GenericOp::create(
             builder, init.getType(), value, init,
             ArrayRef<AffineMap>{builder.getMultiDimIdentityMap(rank), result},
             iterators, body)
      .getResult(0);
}
