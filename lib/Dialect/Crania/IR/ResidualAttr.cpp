// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace crania::ir;

LogicalResult
ResidualAttr::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                     DenseElementsAttr points) {
  ShapedType type = points.getType();
  if (type.getRank() != 2 || !type.getElementType().isSignlessInteger() ||
      type.getNumElements() == 0)
    return emitError() << "points are a matrix of integers, a row per round "
                          "but the last and a column per code; found "
                       << type;
  // A code is a byte.
  constexpr int64_t maxCodes = 256;
  if (type.getDimSize(1) > maxCodes)
    return emitError() << "points have " << type.getDimSize(1)
                       << " codes; there can be up to " << maxCodes;
  auto words = points.getValues<APInt>();
  for (int64_t row = 0; row < type.getDimSize(0); ++row) {
    llvm::SmallDenseSet<int64_t, maxWords> different;
    for (int64_t code = 0; code < type.getDimSize(1); ++code)
      different.insert(words[{uint64_t(row), uint64_t(code)}].getSExtValue());
    if (different.size() > maxWords)
      return emitError() << "points have " << different.size()
                         << " different words in round " << row + 1
                         << "; there can be up to " << maxWords;
  }
  return success();
}

SmallVector<int64_t> ResidualAttr::getRefinedWords(Operation *,
                                                   int64_t round) const {
  int64_t codes = getPoints().getType().getDimSize(1);
  SmallVector<int64_t> words;
  auto all = getPoints().getValues<APInt>();
  for (int64_t code = 0; code < codes; ++code)
    words.push_back(all[{uint64_t(round - 1), uint64_t(code)}].getSExtValue());
  return words;
}

bool ResidualAttr::isRefining() const { return true; }

LogicalResult ResidualAttr::verifyWeights(Operation *op) const {
  auto weights = cast<WeightsOp>(op);
  ShapedType type = getPoints().getType();
  Type element = weights.getClusteredType().getTensor().getElementType();
  if (type.getElementType() != element)
    return op->emitOpError() << "has values of " << element
                             << ", but points of " << type.getElementType();
  if (type.getDimSize(0) != weights.getClusters() - 1)
    return op->emitOpError()
           << "has " << weights.getClusters() << " clusters, but points for "
           << type.getDimSize(0) << "; each but the last needs a row";
  SmallVector<char> storage;
  ArrayRef<uint8_t> codes = weights.getAssignmentBytes(storage);
  const uint8_t *outside = llvm::find_if(
      codes, [&](uint8_t code) { return code >= type.getDimSize(1); });
  if (outside == codes.end())
    return success();
  return op->emitOpError() << "gives weight "
                           << std::distance(codes.begin(), outside)
                           << " the code " << int(*outside)
                           << ", but the points have only "
                           << type.getDimSize(1) << " codes";
}

void ResidualAttr::materialize(Operation *op, int64_t round,
                               MutableArrayRef<char> result) const {
  auto weights = cast<WeightsOp>(op);
  SmallVector<char> storage;
  if (round >= weights.getClusters()) {
    llvm::copy(weights.getValueBytes(storage), result.begin());
    return;
  }
  ArrayRef<uint8_t> codes = weights.getAssignmentBytes(storage);
  const size_t width = result.size() / codes.size();
  SmallVector<int64_t> words = getRefinedWords(op, round);
  // All values are little-endian.
  for (auto [i, code] : llvm::enumerate(codes))
    for (size_t byte = 0; byte < width; ++byte)
      result[i * width + byte] = char(words[code] >> (8 * byte));
}

/// Emits select(round < K, points[round - 1, code], value), element by element.
static Value emitLookup(OpBuilder &builder, Location loc, WeightsOp weights,
                        DenseElementsAttr points, Value values, Value round) {
  RankedTensorType type = weights.getClusteredType().getTensor();
  auto index = [&](OpBuilder &b, int64_t number) -> Value {
    return arith::ConstantIndexOp::create(b, loc, number);
  };
  Value codes = arith::ConstantOp::create(
      builder, loc, cast<TypedAttr>(weights.getAssignment()));
  Value table = arith::ConstantOp::create(builder, loc, points);
  // The row must exist in the last round as well.
  Value bounded = arith::MinUIOp::create(
      builder, loc, round, index(builder, weights.getClusters() - 1));
  Value row = arith::SubIOp::create(builder, loc, bounded, index(builder, 1));
  Value isWhole =
      arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::uge, round,
                            index(builder, weights.getClusters()));
  Value empty = tensor::EmptyOp::create(builder, loc, type.getShape(),
                                        type.getElementType());
  SmallVector<AffineMap> maps(3,
                              builder.getMultiDimIdentityMap(type.getRank()));
  SmallVector<utils::IteratorType> iterators(type.getRank(),
                                             utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      builder, loc, type, ValueRange{values, codes}, ValueRange{empty}, maps,
      iterators, [&](OpBuilder &b, Location l, ValueRange args) {
        Value code =
            arith::IndexCastUIOp::create(b, l, b.getIndexType(), args[1]);
        Value point =
            tensor::ExtractOp::create(b, l, table, ValueRange{row, code});
        Value word = arith::SelectOp::create(b, l, isWhole, args[0], point);
        linalg::YieldOp::create(b, l, word);
      });
  return generic.getResult(0);
}

Value ResidualAttr::emitMaterialize(OpBuilder &builder, Location loc,
                                    Operation *op, Value round) const {
  auto weights = cast<WeightsOp>(op);
  Value values = arith::ConstantOp::create(
      builder, loc, cast<TypedAttr>(weights.getValues()));
  std::optional<int64_t> known = getConstantIntValue(round);
  if (known && *known >= weights.getClusters())
    return values;
  return emitLookup(builder, loc, weights, getPoints(), values, round);
}
