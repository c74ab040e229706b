// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace crania::ir;

static ParseResult parseRoundBody(OpAsmParser &parser, Region &body) {
  OpAsmParser::Argument round;
  round.type = parser.getBuilder().getIndexType();
  return failure(parser.parseKeyword("round") || parser.parseLParen() ||
                 parser.parseArgument(round) || parser.parseRParen() ||
                 parser.parseRegion(body, round));
}

static void printRoundBody(OpAsmPrinter &printer, Operation *, Region &body) {
  printer << "round(" << body.getArgument(0) << ") ";
  printer.printRegion(body, /*printEntryBlockArgs=*/false);
}

#define GET_OP_CLASSES
#include "crania/Dialect/Crania/IR/CraniaOps.cpp.inc"

//===----------------------------------------------------------------------===//
// WeightsOp
//===----------------------------------------------------------------------===//

ArrayRef<char> WeightsOp::rawBytes(ElementsAttr elements,
                                   SmallVectorImpl<char> &storage) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(elements)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    return blob ? blob->getData() : ArrayRef<char>();
  }
  auto dense = cast<DenseElementsAttr>(elements);
  if (!dense.isSplat())
    return dense.getRawData();
  ArrayRef<char> element = dense.getRawData();
  storage.clear();
  storage.reserve(element.size() * dense.getNumElements());
  for (int64_t i = 0; i < dense.getNumElements(); ++i)
    storage.append(element.begin(), element.end());
  return storage;
}

ArrayRef<char> WeightsOp::getValueBytes(SmallVectorImpl<char> &storage) {
  return rawBytes(getValues(), storage);
}

ArrayRef<uint8_t>
WeightsOp::getAssignmentBytes(SmallVectorImpl<char> &storage) {
  ArrayRef<char> bytes = rawBytes(getAssignment(), storage);
  return {reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()};
}

/// Checks that `elements` is dense data of `type`, all of it there.
static LogicalResult verifyData(WeightsOp op, StringRef name,
                                ElementsAttr elements, Type type) {
  if (elements.getType() != type)
    return op.emitOpError() << name << " must be of type " << type << ", found "
                            << elements.getType();
  if (!isa<DenseElementsAttr, DenseResourceElementsAttr>(elements))
    return op.emitOpError()
           << name << " must be a dense or dense_resource attribute";
  SmallVector<char> storage;
  auto shaped = cast<ShapedType>(type);
  size_t expected =
      shaped.getNumElements() * (shaped.getElementTypeBitWidth() / 8);
  size_t found = WeightsOp::rawBytes(elements, storage).size();
  if (found != expected)
    return op.emitOpError()
           << name << " must have " << expected << " bytes of data, found "
           << found << ": is the resource section missing?";
  return success();
}

LogicalResult WeightsOp::verify() {
  RankedTensorType tensor = getClusteredType().getTensor();
  auto bytes = RankedTensorType::get(tensor.getShape(),
                                     IntegerType::get(getContext(), 8));
  if (failed(verifyData(*this, "values", getValues(), tensor)) ||
      failed(verifyData(*this, "assignment", getAssignment(), bytes)))
    return failure();
  return getScheme().verifyWeights(getOperation());
}

void WeightsOp::getAsmResultNames(OpAsmSetValueNameFn) {}

//===----------------------------------------------------------------------===//
// GetOp
//===----------------------------------------------------------------------===//

LogicalResult GetOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto weights = symbols.lookupNearestSymbolFrom<WeightsOp>(getOperation(),
                                                            getWeightsAttr());
  if (!weights)
    return emitOpError() << "refers to " << getWeightsAttr()
                         << ", which is no crania.weights of this module";
  if (weights.getClusteredType() != getType())
    return emitOpError() << "has type " << getType() << ", but "
                         << getWeightsAttr() << " is "
                         << weights.getClusteredType();
  return success();
}

//===----------------------------------------------------------------------===//
// MaterializeOp
//===----------------------------------------------------------------------===//

LogicalResult MaterializeOp::inferReturnTypes(MLIRContext *context,
                                              std::optional<Location> location,
                                              ValueRange operands,
                                              DictionaryAttr, OpaqueProperties,
                                              RegionRange,
                                              SmallVectorImpl<Type> &results) {
  auto type = dyn_cast<ClusteredType>(operands[0].getType());
  if (!type)
    return emitOptionalError(location, "expected clustered weights");
  results.push_back(type.getTensor());
  return success();
}

//===----------------------------------------------------------------------===//
// PerRoundOp
//===----------------------------------------------------------------------===//

LogicalResult PerRoundOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> location, ValueRange operands,
    DictionaryAttr attributes, OpaqueProperties properties, RegionRange regions,
    SmallVectorImpl<Type> &results) {
  Adaptor adaptor(operands, attributes, properties, regions);
  if (adaptor.getConstants().empty())
    return emitOptionalError(location, "needs a constant per round");
  results.push_back(cast<TypedAttr>(adaptor.getConstants()[0]).getType());
  return success();
}

LogicalResult PerRoundOp::verify() {
  for (auto [i, constant] : llvm::enumerate(getConstants())) {
    Type type = cast<TypedAttr>(constant).getType();
    if (type != getType())
      return emitOpError() << "constant of round " << i + 1 << " has type "
                           << type << ", but that of round 1 has " << getType();
  }
  auto iterate = (*this)->getParentOfType<IterateOp>();
  if (iterate && getRound() == iterate.getRound() &&
      getConstants().size() != iterate.getRounds())
    return emitOpError() << "has " << getConstants().size() << " constants for "
                         << iterate.getRounds() << " rounds";
  return success();
}

OpFoldResult PerRoundOp::fold(FoldAdaptor adaptor) {
  ArrayAttr constants = getConstants();
  if (llvm::all_equal(constants))
    return constants[0];
  auto round = dyn_cast_or_null<IntegerAttr>(adaptor.getRound());
  if (!round || round.getInt() < 1 ||
      round.getInt() > int64_t(constants.size()))
    return {};
  return constants[round.getInt() - 1];
}

Operation *CraniaDialect::materializeConstant(OpBuilder &builder,
                                              Attribute value, Type type,
                                              Location loc) {
  return arith::ConstantOp::materialize(builder, value, type, loc);
}
