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

/// Parses `-> memref<...>`, which is present if the result is not the tensor or
/// scalar that the op returns by default.
static ParseResult parseTypeUnlessInferred(OpAsmParser &parser, Type inferred,
                                           Type &result) {
  if (succeeded(parser.parseOptionalArrow()))
    return parser.parseType(result);
  result = inferred;
  return success();
}

static void printTypeUnlessInferred(OpAsmPrinter &printer, Type inferred,
                                    Type result) {
  if (result != inferred)
    printer << " -> " << result;
}

static ParseResult parseBufferType(OpAsmParser &parser, Type weights,
                                   Type &result) {
  auto type = dyn_cast<ClusteredType>(weights);
  if (!type)
    return parser.emitError(parser.getNameLoc())
           << "expected clustered weights, found " << weights;
  return parseTypeUnlessInferred(parser, type.getTensor(), result);
}

static void printBufferType(OpAsmPrinter &printer, Operation *, Type weights,
                            Type result) {
  printTypeUnlessInferred(printer, cast<ClusteredType>(weights).getTensor(),
                          result);
}

static ParseResult parseBufferType(OpAsmParser &parser, ArrayAttr constants,
                                   Type &result) {
  auto first =
      constants.empty() ? TypedAttr() : dyn_cast<TypedAttr>(constants[0]);
  if (!first)
    return parser.emitError(parser.getNameLoc())
           << "crania.per_round needs a typed constant per round";
  return parseTypeUnlessInferred(parser, first.getType(), result);
}

static void printBufferType(OpAsmPrinter &printer, Operation *,
                            ArrayAttr constants, Type result) {
  printTypeUnlessInferred(printer, cast<TypedAttr>(constants[0]).getType(),
                          result);
}

/// Parses `tested %value : type`, which is present if the tested value is not
/// the logits themselves.
static ParseResult parseTested(OpAsmParser &parser,
                               OpAsmParser::UnresolvedOperand logits,
                               Type logitsType,
                               OpAsmParser::UnresolvedOperand &tested,
                               Type &testedType) {
  tested = logits;
  testedType = logitsType;
  if (failed(parser.parseOptionalKeyword("tested")))
    return success();
  return failure(parser.parseOperand(tested) ||
                 parser.parseColonType(testedType));
}

static void printTested(OpAsmPrinter &printer, Operation *, Value logits, Type,
                        Value tested, Type testedType) {
  if (tested != logits)
    printer << " tested " << tested << " : " << testedType;
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

/// Checks that `elements` is complete dense data of `type`.
static LogicalResult verifyData(WeightsOp op, StringRef name,
                                ElementsAttr elements, ShapedType type) {
  if (elements.getType() != type)
    return op.emitOpError() << name << " must be of type " << type << ", found "
                            << elements.getType();
  if (isa<DenseElementsAttr>(elements))
    return success();
  auto resource = dyn_cast<DenseResourceElementsAttr>(elements);
  if (!resource)
    return op.emitOpError()
           << name << " must be a dense or dense_resource attribute";
  AsmResourceBlob *blob = resource.getRawHandle().getBlob();
  int64_t expected =
      type.getNumElements() * (type.getElementTypeBitWidth() / 8);
  int64_t found = blob ? blob->getData().size() : 0;
  if (found != expected)
    return op.emitOpError()
           << name << " must have " << expected << " bytes of data, found "
           << found << ": is the resource section missing?";
  return success();
}

/// Checks that scales are positive numbers. The extent of each dimension is 1
/// or that of the tensor.
static LogicalResult verifyScales(WeightsOp op, RankedTensorType tensor) {
  if (!op.getScales())
    return success();
  auto scales = dyn_cast<DenseElementsAttr>(*op.getScales());
  if (!scales || !scales.getElementType().isF32())
    return op.emitOpError() << "scales must be dense f32 elements";
  ArrayRef<int64_t> shape = scales.getType().getShape();
  bool fits = shape.size() == size_t(tensor.getRank()) &&
              llvm::all_of(llvm::zip(shape, tensor.getShape()), [](auto pair) {
                auto [scale, extent] = pair;
                return scale == 1 || scale == extent;
              });
  if (!fits)
    return op.emitOpError() << "scales of type " << scales.getType()
                            << " do not broadcast to " << tensor;
  for (const APFloat &scale : scales.getValues<APFloat>())
    if (!scale.isFiniteNonZero() || scale.isNegative())
      return op.emitOpError() << "scales must be positive and finite";
  return success();
}

LogicalResult WeightsOp::verify() {
  RankedTensorType tensor = getClusteredType().getTensor();
  auto bytes = RankedTensorType::get(tensor.getShape(),
                                     IntegerType::get(getContext(), 8));
  if (failed(verifyData(*this, "values", getValues(), tensor)) ||
      failed(verifyData(*this, "assignment", getAssignment(), bytes)) ||
      failed(verifyScales(*this, tensor)))
    return failure();
  return getScheme().verifyWeights(getOperation());
}

//===----------------------------------------------------------------------===//
// GetOp
//===----------------------------------------------------------------------===//

LogicalResult GetOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto weights = symbols.lookupNearestSymbolFrom<WeightsOp>(getOperation(),
                                                            getWeightsAttr());
  if (!weights)
    return emitOpError() << "refers to " << getWeightsAttr()
                         << ", which is not a crania.weights of this module";
  if (weights.getClusteredType() != getType())
    return emitOpError() << "has type " << getType() << ", but "
                         << getWeightsAttr() << " is "
                         << weights.getClusteredType();
  return success();
}

//===----------------------------------------------------------------------===//
// MaterializeOp
//===----------------------------------------------------------------------===//

/// Returns true if `type` is `tensor`, or a buffer of its shape and elements.
static bool isTensorOrItsBuffer(Type type, Type tensor) {
  if (type == tensor)
    return true;
  auto buffer = dyn_cast<MemRefType>(type);
  auto shaped = dyn_cast<RankedTensorType>(tensor);
  return buffer && shaped && buffer.getShape() == shaped.getShape() &&
         buffer.getElementType() == shaped.getElementType();
}

void MaterializeOp::build(OpBuilder &builder, OperationState &state,
                          Value weights, Value round) {
  build(builder, state, cast<ClusteredType>(weights.getType()).getTensor(),
        weights, round);
}

LogicalResult MaterializeOp::verify() {
  RankedTensorType tensor = getWeights().getType().getTensor();
  if (isTensorOrItsBuffer(getType(), tensor))
    return success();
  return emitOpError() << "gives " << tensor
                       << " or a memref of that shape, found " << getType();
}

//===----------------------------------------------------------------------===//
// PerRoundOp
//===----------------------------------------------------------------------===//

void PerRoundOp::build(OpBuilder &builder, OperationState &state, Value round,
                       ArrayAttr constants) {
  build(builder, state, cast<TypedAttr>(constants[0]).getType(), round,
        constants);
}

/// Checks that every constant has the type of the first one, and that
/// arith.constant can hold it.
static LogicalResult verifyConstants(PerRoundOp op) {
  Type expected = cast<TypedAttr>(op.getConstants()[0]).getType();
  for (auto [i, constant] : llvm::enumerate(op.getConstants())) {
    Type type = cast<TypedAttr>(constant).getType();
    if (type != expected)
      return op.emitOpError()
             << "constant of round " << i + 1 << " has type " << type
             << ", but that of round 1 has " << expected;
    if (!arith::ConstantOp::isBuildableWith(constant, type))
      return op.emitOpError()
             << "constant of round " << i + 1 << " is " << constant
             << ", which arith.constant cannot hold";
  }
  return success();
}

LogicalResult PerRoundOp::verify() {
  if (getConstants().empty())
    return emitOpError() << "needs a constant per round";
  if (failed(verifyConstants(*this)))
    return failure();
  Type type = cast<TypedAttr>(getConstants()[0]).getType();
  if (!isTensorOrItsBuffer(getType(), type))
    return emitOpError() << "has constants of type " << type
                         << ", but its result is " << getType();
  auto iterate = (*this)->getParentOfType<IterateOp>();
  if (iterate && getRound() == iterate.getRound() &&
      getConstants().size() != iterate.getRounds())
    return emitOpError() << "has " << getConstants().size() << " constants for "
                         << iterate.getRounds() << " rounds";
  return success();
}

/// Folds constants that are all equal. A constant round alone is not folded:
/// before crania-form-rounds, it stands for the round to come.
/// crania-expand-materialize takes it literally.
OpFoldResult PerRoundOp::fold(FoldAdaptor) {
  ArrayAttr constants = getConstants();
  if (isa<BaseMemRefType>(getType()) || !llvm::all_equal(constants))
    return {};
  return constants[0];
}

Operation *CraniaDialect::materializeConstant(OpBuilder &builder,
                                              Attribute value, Type type,
                                              Location loc) {
  return arith::ConstantOp::materialize(builder, value, type, loc);
}
