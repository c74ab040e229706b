// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Dialect/CraniaHW/IR/CraniaHWAttributes.h"
#include "crania/DeviceBinary/VectorTraits.h"
#include "crania/Dialect/CraniaHW/IR/CraniaHWDialect.h"
#include "crania/Dialect/CraniaHW/IR/ElementTypes.h"
#include "crania/Encoding/SegmentEncoding.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/CheckedArithmetic.h"

using namespace mlir;
using namespace crania::hw;

//===----------------------------------------------------------------------===//
// Custom directives
//===----------------------------------------------------------------------===//

/// Parses channels, height and width, such as `6x28x28`.
static ParseResult parseExtents(AsmParser &parser, int64_t &channels,
                                int64_t &height, int64_t &width) {
  SmallVector<int64_t, 3> extents;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseDimensionList(extents, /*allowDynamic=*/false,
                                /*withTrailingX=*/false))
    return failure();
  if (extents.size() != 3)
    return parser.emitError(loc) << "expected channels x height x width";
  channels = extents[0];
  height = extents[1];
  width = extents[2];
  return success();
}

static void printExtents(AsmPrinter &printer, int64_t channels, int64_t height,
                         int64_t width) {
  printer << channels << "x" << height << "x" << width;
}

/// Parses `encoding "bitmap"`. In version 0.1.0 the keyword was `layout`.
static ParseResult parseEncoding(AsmParser &parser, StringAttr &encoding) {
  if (failed(parser.parseOptionalKeyword("layout")) &&
      parser.parseKeyword("encoding"))
    return failure();
  return parser.parseAttribute(encoding);
}

static void printEncoding(AsmPrinter &printer, StringAttr encoding) {
  printer << "encoding " << encoding;
}

/// Parses an f64 without its type. Values that decimals cannot express are
/// printed in hex.
static ParseResult parseDouble(AsmParser &parser, FloatAttr &value) {
  return parser.parseAttribute(value, parser.getBuilder().getF64Type());
}

static void printDouble(AsmPrinter &printer, FloatAttr value) {
  printer.printAttributeWithoutType(value);
}

/// Parses `streamed` or `retained at 64`.
static ParseResult parseResidency(AsmParser &parser, Residency &residency,
                                  int64_t &storeOffset) {
  storeOffset = 0;
  StringRef keyword;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseKeyword(&keyword))
    return failure();
  std::optional<Residency> value = symbolizeResidency(keyword);
  if (!value)
    return parser.emitError(loc)
           << "expected streamed or retained, found '" << keyword << "'";
  residency = *value;
  if (residency == Residency::Streamed)
    return success();
  return failure(parser.parseKeyword("at") || parser.parseInteger(storeOffset));
}

static void printResidency(AsmPrinter &printer, Residency residency,
                           int64_t storeOffset) {
  printer << stringifyResidency(residency);
  if (residency == Residency::Retained)
    printer << " at " << storeOffset;
}

/// Parses the parts that only some segments have: tables and refined words.
static ParseResult parseSegmentTail(AsmParser &parser, int64_t &tableBytes,
                                    DenseI64ArrayAttr &refinedWords) {
  tableBytes = 0;
  refinedWords = DenseI64ArrayAttr::get(parser.getContext(), {});
  while (succeeded(parser.parseOptionalComma())) {
    if (succeeded(parser.parseOptionalKeyword("tables"))) {
      if (parser.parseInteger(tableBytes))
        return failure();
      continue;
    }
    SmallVector<int64_t> words;
    if (parser.parseKeyword("refined_words") ||
        parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&] {
          return parser.parseInteger(words.emplace_back());
        }))
      return failure();
    refinedWords = DenseI64ArrayAttr::get(parser.getContext(), words);
  }
  return success();
}

static void printSegmentTail(AsmPrinter &printer, int64_t tableBytes,
                             DenseI64ArrayAttr refinedWords) {
  if (tableBytes != 0)
    printer << ", tables " << tableBytes;
  if (refinedWords.empty())
    return;
  printer << ", refined_words [";
  llvm::interleaveComma(refinedWords.asArrayRef(), printer);
  printer << "]";
}

#include "crania/Dialect/CraniaHW/IR/CraniaHWEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "crania/Dialect/CraniaHW/IR/CraniaHWAttributes.cpp.inc"

void CraniaHWDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "crania/Dialect/CraniaHW/IR/CraniaHWAttributes.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

using EmitError = function_ref<InFlightDiagnostic()>;

static constexpr int64_t maxU32 = std::numeric_limits<uint32_t>::max();

static LogicalResult verifyNotNegative(EmitError emitError, StringRef what,
                                       int64_t value) {
  if (value >= 0)
    return success();
  return emitError() << what << " must not be negative, found " << value;
}

/// Checks that extents fit the 32 bits that the device binary has for them.
static LogicalResult verifyExtents(EmitError emitError,
                                   ArrayRef<int64_t> extents) {
  for (int64_t extent : extents)
    if (extent < 1 || extent > maxU32)
      return emitError() << "extents must be between 1 and " << maxU32
                         << ", found " << extent;
  return success();
}

PortAttr PortAttr::get(MLIRContext *context, FlatSymbolRefAttr buffer,
                       RankedTensorType type) {
  return get(context, buffer, type, FloatAttr(), PortLayout::NCHW);
}

PortAttr PortAttr::get(MLIRContext *context, FlatSymbolRefAttr buffer,
                       RankedTensorType type, double scale, PortLayout layout) {
  FloatAttr attribute;
  if (scale != 0)
    attribute = Builder(context).getF64FloatAttr(scale);
  return get(context, buffer, type, attribute, layout);
}

RankedTensorType PortAttr::getHostType() const {
  if (!getScale())
    return getType();
  return RankedTensorType::get(getType().getShape(),
                               Float32Type::get(getContext()));
}

LogicalResult PortAttr::verify(EmitError emitError, FlatSymbolRefAttr buffer,
                               RankedTensorType type, FloatAttr scale,
                               PortLayout layout) {
  constexpr int64_t imageRank = 4;
  if (layout != PortLayout::NCHW && type.getRank() != imageRank)
    return emitError() << "only a port of rank 4 has a layout, found " << type;
  Type element = type.getElementType();
  if (!type.hasStaticShape() || !elementTypeOf(element))
    return emitError() << "a port needs a static shape of f32, i8, ui8, i16, "
                       << "i32 or i64, found " << type;
  if (scale && !scale.getType().isF64())
    return emitError() << "a scale must be of type f64, found "
                       << scale.getType();
  if (scale && !element.isInteger(8) && !element.isInteger(16))
    return emitError() << "only a port of i8, ui8 or i16 has a scale, found "
                       << type;
  return verifyExtents(emitError, type.getShape());
}

LogicalResult PlaneAttr::verify(EmitError emitError, FlatSymbolRefAttr buffer,
                                int64_t offset, int64_t channels,
                                int64_t height, int64_t width,
                                DenseI64ArrayAttr strides) {
  if (failed(verifyNotNegative(emitError, "offset of a plane", offset)) ||
      failed(verifyExtents(emitError, {channels, height, width})))
    return failure();
  if (strides.size() != 3)
    return emitError() << "a plane has strides of channel, row and column, "
                       << "found " << strides.size();
  return success();
}

LogicalResult BoxAttr::verify(EmitError emitError, FlatSymbolRefAttr buffer,
                              int64_t offset, DenseI64ArrayAttr strides) {
  return verifyNotNegative(emitError, "offset of a box", offset);
}

//===----------------------------------------------------------------------===//
// AccessAttr
//===----------------------------------------------------------------------===//

AccessAttr AccessAttr::get(FlatSymbolRefAttr buffer, int64_t offset,
                           AffineMap map, ArrayRef<int64_t> extents,
                           ArrayRef<int64_t> strides, double padding) {
  MLIRContext *context = buffer.getContext();
  return get(context, buffer, offset, map,
             DenseI64ArrayAttr::get(context, extents),
             DenseI64ArrayAttr::get(context, strides),
             Builder(context).getF64FloatAttr(padding));
}

/// Adds `factor` times `expr` to `index`. Fails if the expression is not linear
/// in the loops, or if a number exceeds the 32 bits that the device binary has
/// for it.
static LogicalResult addLinear(AffineExpr expr, int64_t factor,
                               AccessAttr::LinearIndex &index) {
  auto add = [](int64_t &sum, std::optional<int64_t> term) {
    if (!term || *term != int32_t(*term))
      return failure();
    sum += *term;
    return success(sum == int32_t(sum));
  };
  switch (expr.getKind()) {
  case AffineExprKind::Constant:
    return add(
        index.start,
        llvm::checkedMul(factor, cast<AffineConstantExpr>(expr).getValue()));
  case AffineExprKind::DimId:
    return add(index.coefficients[cast<AffineDimExpr>(expr).getPosition()],
               factor);
  case AffineExprKind::Add: {
    auto sum = cast<AffineBinaryOpExpr>(expr);
    return success(succeeded(addLinear(sum.getLHS(), factor, index)) &&
                   succeeded(addLinear(sum.getRHS(), factor, index)));
  }
  case AffineExprKind::Mul: {
    auto product = cast<AffineBinaryOpExpr>(expr);
    auto constant = dyn_cast<AffineConstantExpr>(product.getRHS());
    if (!constant)
      return failure();
    std::optional<int64_t> scaled =
        llvm::checkedMul(factor, constant.getValue());
    return scaled ? addLinear(product.getLHS(), *scaled, index) : failure();
  }
  default:
    return failure();
  }
}

static FailureOr<AccessAttr::LinearIndex> linearIndex(AffineMap map,
                                                      unsigned dimension) {
  AccessAttr::LinearIndex index;
  index.coefficients.resize(map.getNumDims());
  if (failed(addLinear(map.getResult(dimension), 1, index)))
    return failure();
  return index;
}

static bool isLinear(AffineMap map) {
  return map.getNumSymbols() == 0 &&
         llvm::all_of(llvm::seq(map.getNumResults()), [&](unsigned i) {
           return succeeded(linearIndex(map, i));
         });
}

AccessAttr::LinearIndex AccessAttr::getIndex(unsigned dimension) const {
  // The verifier has checked the map.
  // NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign)
  return *linearIndex(getMap(), dimension);
}

LogicalResult AccessAttr::verify(EmitError emitError, FlatSymbolRefAttr buffer,
                                 int64_t offset, AffineMap map,
                                 DenseI64ArrayAttr extents,
                                 DenseI64ArrayAttr strides, FloatAttr padding) {
  if (failed(verifyNotNegative(emitError, "offset of an access", offset)) ||
      failed(verifyExtents(emitError, extents.asArrayRef())))
    return failure();
  if (map.getNumResults() != extents.size() ||
      map.getNumResults() != strides.size())
    return emitError() << "an access has an index, an extent and a stride per "
                       << "dimension, found " << map.getNumResults() << ", "
                       << extents.size() << " and " << strides.size();
  if (!isLinear(map))
    return emitError() << "indices must be linear in the loops, with numbers "
                       << "of 32 bits, found " << AffineMapAttr::get(map);
  if (!padding.getType().isF64())
    return emitError() << "padding must be of type f64, found "
                       << padding.getType();
  return success();
}

//===----------------------------------------------------------------------===//
// InstructionAttr
//===----------------------------------------------------------------------===//

InstructionAttr InstructionAttr::get(VectorOpcode opcode, Type type,
                                     ArrayRef<int64_t> operands) {
  return get(type.getContext(), opcode, type, operands, TypedAttr());
}

InstructionAttr InstructionAttr::get(Type type, double immediate) {
  return get(type.getContext(), VectorOpcode::Constant, type, {},
             Builder(type.getContext()).getF64FloatAttr(immediate));
}

InstructionAttr InstructionAttr::getInteger(Type type, int64_t immediate) {
  return get(type.getContext(), VectorOpcode::Constant, type, {},
             Builder(type.getContext()).getI64IntegerAttr(immediate));
}

InstructionAttr InstructionAttr::getRescale(MLIRContext *context,
                                            ArrayRef<int64_t> operands,
                                            int64_t shift) {
  Builder builder(context);
  return get(context, VectorOpcode::Rescale, builder.getI64Type(), operands,
             builder.getI64IntegerAttr(shift));
}

/// Converts an opcode to that of the device binary. The dialect uses the
/// numbers of the schema.
static crania::binary::VectorOp binaryOpOf(VectorOpcode opcode) {
  return static_cast<crania::binary::VectorOp>(opcode);
}

unsigned InstructionAttr::getNumOperands(VectorOpcode opcode) {
  return crania::binary::operandsOf(binaryOpOf(opcode));
}

static bool hasType(VectorOpcode opcode, Type type) {
  std::optional<crania::binary::ElementType> element = elementTypeOf(type);
  return element && crania::binary::hasType(binaryOpOf(opcode), *element);
}

/// Returns the type of an instruction's immediate, or null if it has none.
static Type immediateTypeOf(VectorOpcode opcode, Type type) {
  using crania::binary::Immediate;
  Builder builder(type.getContext());
  switch (crania::binary::traitsOf(binaryOpOf(opcode)).immediate) {
  case Immediate::none:
    return {};
  case Immediate::shift:
    return builder.getI64Type();
  case Immediate::value:
    return type.isF32() ? Type(builder.getF64Type()) : builder.getI64Type();
  }
  llvm_unreachable("the kinds of immediates are covered");
}

LogicalResult InstructionAttr::verify(EmitError emitError, VectorOpcode opcode,
                                      Type type, ArrayRef<int64_t> operands,
                                      TypedAttr immediate) {
  StringRef name = stringifyVectorOpcode(opcode);
  if (!hasType(opcode, type))
    return emitError() << name << " works on "
                       << StringRef(crania::binary::typesOf(binaryOpOf(opcode)))
                       << ", found " << type;
  if (operands.size() != getNumOperands(opcode))
    return emitError() << name << " has " << getNumOperands(opcode)
                       << " operands, found " << operands.size();
  for (int64_t operand : operands)
    if (operand < 0 || operand > std::numeric_limits<uint16_t>::max())
      return emitError() << "there is no register " << operand;
  Type found = immediate ? immediate.getType() : Type();
  if (found != immediateTypeOf(opcode, type))
    return emitError() << "constants of f32 have an immediate of f64, those of "
                       << "integers and rescale one of i64, and nothing else "
                       << "has one";
  return success();
}

static ParseResult parseRegister(AsmParser &parser,
                                 SmallVectorImpl<int64_t> &operands) {
  StringRef name;
  SMLoc loc = parser.getCurrentLocation();
  uint16_t number;
  if (parser.parseKeyword(&name))
    return failure();
  if (!name.consume_front("r") || name.getAsInteger(10, number))
    return parser.emitError(loc) << "expected a register such as r0";
  operands.push_back(number);
  return success();
}

static ParseResult parseInteger(AsmParser &parser, TypedAttr &immediate) {
  int64_t value;
  if (parser.parseInteger(value))
    return failure();
  immediate = parser.getBuilder().getI64IntegerAttr(value);
  return success();
}

/// Parses the arguments between the parentheses: registers and an immediate.
static ParseResult parseArguments(AsmParser &parser, VectorOpcode opcode,
                                  Type type, SmallVectorImpl<int64_t> &operands,
                                  TypedAttr &immediate) {
  if (opcode == VectorOpcode::Constant && type.isF32()) {
    FloatAttr value;
    if (parseDouble(parser, value))
      return failure();
    immediate = value;
    return success();
  }
  if (opcode == VectorOpcode::Constant)
    return parseInteger(parser, immediate);
  unsigned last = InstructionAttr::getNumOperands(opcode);
  return parser.parseCommaSeparatedList([&]() -> ParseResult {
    if (opcode == VectorOpcode::Rescale && operands.size() == last)
      return parseInteger(parser, immediate);
    return parseRegister(parser, operands);
  });
}

FailureOr<InstructionAttr> InstructionAttr::parseBody(AsmParser &parser) {
  StringRef name;
  Type type;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseKeyword(&name))
    return failure();
  std::optional<VectorOpcode> opcode = symbolizeVectorOpcode(name);
  if (!opcode) {
    parser.emitError(loc) << "unknown instruction '" << name << "'";
    return failure();
  }
  SmallVector<int64_t> operands;
  TypedAttr immediate;
  if (parser.parseType(type) || parser.parseLParen() ||
      parseArguments(parser, *opcode, type, operands, immediate) ||
      parser.parseRParen())
    return failure();
  auto instruction =
      getChecked([&] { return parser.emitError(loc); }, parser.getContext(),
                 *opcode, type, operands, immediate);
  if (!instruction)
    return failure();
  return instruction;
}

void InstructionAttr::printBody(AsmPrinter &printer) const {
  printer << stringifyVectorOpcode(getOpcode()) << " " << getType() << "(";
  llvm::interleaveComma(getOperands(), printer.getStream(),
                        [&](int64_t operand) { printer << "r" << operand; });
  if (getImmediate() && !getOperands().empty())
    printer << ", ";
  if (getImmediate())
    printer.printAttributeWithoutType(getImmediate());
  printer << ")";
}

Attribute InstructionAttr::parse(AsmParser &parser, Type) {
  if (parser.parseLess())
    return {};
  FailureOr<InstructionAttr> instruction = parseBody(parser);
  if (failed(instruction) || parser.parseGreater())
    return {};
  return *instruction;
}

void InstructionAttr::print(AsmPrinter &printer) const {
  printer << "<";
  printBody(printer);
  printer << ">";
}

//===----------------------------------------------------------------------===//
// SegmentAttr
//===----------------------------------------------------------------------===//

SegmentAttr SegmentAttr::get(MLIRContext *context, int64_t cluster,
                             StringRef encoding, int64_t address, int64_t bytes,
                             Residency residency, int64_t storeOffset,
                             ArrayRef<int64_t> blockOffsets,
                             ArrayRef<int64_t> blockTiles, int64_t tableBytes,
                             ArrayRef<int64_t> refinedWords) {
  return get(context, cluster, StringAttr::get(context, encoding), address,
             bytes, residency, storeOffset,
             DenseI64ArrayAttr::get(context, blockOffsets),
             DenseI64ArrayAttr::get(context, blockTiles), tableBytes,
             DenseI64ArrayAttr::get(context, refinedWords));
}

/// Checks that the directory covers all bytes behind the tables and ascends.
/// The blocks of a cluster without weights are empty.
static LogicalResult verifyDirectory(EmitError emitError, int64_t bytes,
                                     int64_t tableBytes,
                                     ArrayRef<int64_t> offsets,
                                     ArrayRef<int64_t> tiles) {
  if (offsets.size() < 2 || offsets.size() != tiles.size())
    return emitError() << "a segment of n blocks has n + 1 block_offsets and "
                       << "block_tiles, found " << offsets.size() << " and "
                       << tiles.size();
  if (tableBytes < 0)
    return emitError() << "tables must have no negative size, found "
                       << tableBytes;
  if (offsets.front() < tableBytes || offsets.back() != bytes ||
      !llvm::is_sorted(offsets))
    return emitError() << "block_offsets must ascend from the end of the "
                       << tableBytes << " bytes of tables to the " << bytes
                       << " bytes of the segment";
  bool ascends = std::is_sorted(tiles.begin(), tiles.end(),
                                [](int64_t a, int64_t b) { return a <= b; });
  if (tiles.front() != 0 || tiles.back() > maxU32 || !ascends)
    return emitError() << "block_tiles must ascend strictly from 0";
  return success();
}

static LogicalResult verifyWords(EmitError emitError, ArrayRef<int64_t> words) {
  bool ascends = std::is_sorted(words.begin(), words.end(),
                                [](int64_t a, int64_t b) { return a <= b; });
  if (!words.empty() &&
      (words.front() < 0 || words.back() > maxU32 || !ascends))
    return emitError() << "refined_words must ascend strictly, and are numbers "
                          "without sign of up to 32 bits";
  if (words.size() > crania::encoding::maxConditions)
    return emitError() << "a segment has " << words.size()
                       << " refined_words; there can be up to "
                       << crania::encoding::maxConditions;
  return success();
}

LogicalResult
SegmentAttr::verify(EmitError emitError, int64_t cluster, StringAttr encoding,
                    int64_t address, int64_t bytes, Residency residency,
                    int64_t storeOffset, DenseI64ArrayAttr blockOffsets,
                    DenseI64ArrayAttr blockTiles, int64_t tableBytes,
                    DenseI64ArrayAttr refinedWords) {
  if (cluster < 1 || cluster > std::numeric_limits<uint16_t>::max())
    return emitError() << "clusters count from 1 to "
                       << std::numeric_limits<uint16_t>::max() << ", found "
                       << cluster;
  if (failed(verifyNotNegative(emitError, "address of a segment", address)) ||
      failed(verifyNotNegative(emitError, "bytes of a segment", bytes)) ||
      failed(verifyNotNegative(emitError, "store offset", storeOffset)))
    return failure();
  if (residency == Residency::Streamed && storeOffset != 0)
    return emitError() << "only a retained segment has a store offset";
  if (failed(verifyWords(emitError, refinedWords)))
    return failure();
  return verifyDirectory(emitError, bytes, tableBytes, blockOffsets,
                         blockTiles);
}
