// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Dialect/CraniaHW/IR/CraniaHWOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace crania::hw;

//===----------------------------------------------------------------------===//
// Custom directives
//===----------------------------------------------------------------------===//

/// Parses the name of an enumerator. (The printer of an EnumAttr adds a space
/// before the name, and so would the operation's.)
template <typename AttrT>
static ParseResult parseEnumerator(OpAsmParser &parser, AttrT &attribute) {
  auto value = FieldParser<decltype(attribute.getValue())>::parse(parser);
  if (failed(value))
    return failure();
  attribute = AttrT::get(parser.getContext(), *value);
  return success();
}

template <typename AttrT>
static void printEnumerator(OpAsmPrinter &printer, Operation *,
                            AttrT attribute) {
  printer << stringifyEnum(attribute.getValue());
}

/// Parses a list of attributes of one kind, without their dialect and mnemonic.
template <typename AttrT>
static ParseResult parseStripped(OpAsmParser &parser, ArrayAttr &list) {
  SmallVector<Attribute> elements;
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&] {
        AttrT element;
        if (parser.parseCustomAttributeWithFallback(element))
          return failure();
        elements.push_back(element);
        return success();
      }))
    return failure();
  list = parser.getBuilder().getArrayAttr(elements);
  return success();
}

template <typename AttrT>
static void printStripped(OpAsmPrinter &printer, ArrayAttr list) {
  printer << "[";
  llvm::interleaveComma(list.getAsRange<AttrT>(), printer, [&](AttrT element) {
    printer.printStrippedAttrOrType(element);
  });
  printer << "]";
}

static ParseResult parseSegments(OpAsmParser &parser, ArrayAttr &segments) {
  return parseStripped<SegmentAttr>(parser, segments);
}

static void printSegments(OpAsmPrinter &printer, Operation *,
                          ArrayAttr segments) {
  printStripped<SegmentAttr>(printer, segments);
}

static ParseResult parseAccesses(OpAsmParser &parser, ArrayAttr &accesses) {
  return parseStripped<AccessAttr>(parser, accesses);
}

static void printAccesses(OpAsmPrinter &printer, Operation *,
                          ArrayAttr accesses) {
  printStripped<AccessAttr>(printer, accesses);
}

/// Parses the instruction that defines register `number`, such as `r3 = max
/// f32(r0, r2)`.
static FailureOr<InstructionAttr> parseDefinition(OpAsmParser &parser,
                                                  size_t number) {
  std::string expected = "r" + std::to_string(number);
  StringRef found;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseKeyword(&found))
    return failure();
  if (found != expected) {
    parser.emitError(loc) << "this instruction defines " << expected
                          << ", found '" << found << "'";
    return failure();
  }
  if (parser.parseEqual())
    return failure();
  return InstructionAttr::parseBody(parser);
}

/// Parses code, such as `{r2 = constant f32(0.0), r3 = max f32(r0, r2)}`. The
/// first register follows those of the inputs and the output.
static ParseResult parseCode(OpAsmParser &parser, ArrayAttr &code,
                             ArrayAttr inputs) {
  SmallVector<Attribute> instructions;
  auto parseNext = [&]() -> ParseResult {
    FailureOr<InstructionAttr> instruction =
        parseDefinition(parser, inputs.size() + 1 + instructions.size());
    if (failed(instruction))
      return failure();
    instructions.push_back(*instruction);
    return success();
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Braces, parseNext))
    return failure();
  code = parser.getBuilder().getArrayAttr(instructions);
  return success();
}

static void printCode(OpAsmPrinter &printer, Operation *, ArrayAttr code,
                      ArrayAttr inputs) {
  size_t next = inputs.size() + 1;
  printer << "{";
  llvm::interleaveComma(code.getAsRange<InstructionAttr>(), printer,
                        [&](InstructionAttr instruction) {
                          printer << "r" << next++ << " = ";
                          instruction.printBody(printer);
                        });
  printer << "}";
}

#include "crania/Dialect/CraniaHW/IR/CraniaHWInterfaces.cpp.inc"

#define GET_OP_CLASSES
#include "crania/Dialect/CraniaHW/IR/CraniaHWOps.cpp.inc"

//===----------------------------------------------------------------------===//
// ProgramOp
//===----------------------------------------------------------------------===//

void ProgramOp::build(OpBuilder &builder, OperationState &state, StringRef name,
                      crania::ir::TargetAttr target, Type precision,
                      crania::ir::ExitAttr exit, PortAttr input,
                      PortAttr logits, ElementsAttr image, int64_t dramBytes) {
  Properties &properties = state.getOrAddProperties<Properties>();
  properties.sym_name = builder.getStringAttr(name);
  properties.target = target;
  properties.precision = TypeAttr::get(precision);
  properties.exit = exit;
  properties.input = input;
  properties.logits = logits;
  properties.image = image;
  properties.dram_bytes = builder.getI64IntegerAttr(dramBytes);
  state.addRegion()->emplaceBlock();
}

ArrayRef<uint8_t> ProgramOp::getImageBytes(SmallVectorImpl<char> &storage) {
  ArrayRef<char> bytes;
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(getImage())) {
    if (AsmResourceBlob *blob = resource.getRawHandle().getBlob())
      bytes = blob->getData();
  } else {
    auto dense = cast<DenseElementsAttr>(getImage());
    bytes = dense.getRawData();
    if (dense.isSplat() && dense.getNumElements() > 0) {
      storage.assign(dense.getNumElements(), bytes.front());
      bytes = storage;
    }
  }
  return {reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()};
}

//===----------------------------------------------------------------------===//
// WeightsOp
//===----------------------------------------------------------------------===//

crania::encoding::Tiling WeightsOp::getTiling() {
  return {uint32_t(getGroups()), uint32_t(getOutputs()), uint32_t(getDepth()),
          uint32_t(getTile()[0]), uint32_t(getTile()[1])};
}

//===----------------------------------------------------------------------===//
// RoundOp
//===----------------------------------------------------------------------===//

void RoundOp::build(OpBuilder &, OperationState &state) {
  state.addRegion()->emplaceBlock();
}

//===----------------------------------------------------------------------===//
// Commands
//===----------------------------------------------------------------------===//

static LogicalResult verifyPositive(Operation *op, StringRef what,
                                    ArrayRef<int64_t> values) {
  for (int64_t value : values)
    if (value < 1 || value > std::numeric_limits<uint32_t>::max())
      return op->emitOpError() << what << " must be positive, found " << value;
  return success();
}

LogicalResult ContractOp::verify() {
  if (failed(verifyPositive(*this, "kernel", getKernel())) ||
      failed(verifyPositive(*this, "stride", getStride())) ||
      failed(verifyPositive(*this, "dilation", getDilation())))
    return failure();
  for (int64_t pad : getPad())
    if (pad != int32_t(pad))
      return emitOpError() << "pad " << pad << " exceeds 32 bits";
  return success();
}

LogicalResult VectorOp::verify() {
  if (failed(verifyPositive(*this, "loops", getLoops())))
    return failure();
  auto verifyAccess = [&](AccessAttr access, const Twine &role) {
    if (access.getMap().getNumDims() == getLoops().size())
      return success();
    return LogicalResult(emitOpError()
                         << role << " is indexed by "
                         << access.getMap().getNumDims() << " loops, but the "
                         << "command has " << getLoops().size());
  };
  for (auto [i, input] : llvm::enumerate(getInputs().getAsRange<AccessAttr>()))
    if (failed(verifyAccess(input, "input " + Twine(i))))
      return failure();
  if (failed(verifyAccess(getOutput(), "output")))
    return failure();
  if (getInitial() && !getReduces())
    return emitOpError() << "has an initial value but reduces nothing";
  if (getFollows() && !getFollows().getDefiningOp<ContractOp>())
    return emitOpError() << "can follow a crania_hw.contract only";
  size_t inputs = getInputs().size();
  if (getCode().empty() && (inputs != 1 || getReduces()))
    return emitOpError()
           << "without code must copy one input and reduce nothing";
  for (auto [i, instruction] :
       llvm::enumerate(getCode().getAsRange<InstructionAttr>()))
    for (int64_t operand : instruction.getOperands()) {
      if (operand == int64_t(inputs) && !getReduces())
        return emitOpError() << "reads r" << operand
                             << ", what the output holds, which only a "
                             << "reduction may";
      if (operand >= int64_t(inputs + 1 + i))
        return emitOpError() << "reads r" << operand << " before it is defined";
    }
  return success();
}

LogicalResult CopyOp::verify() {
  if (failed(verifyPositive(*this, "extents", getExtents())))
    return failure();
  size_t rank = getExtents().size();
  for (BoxAttr box : {getSource(), getDestination()})
    if (size_t(box.getStrides().size()) != rank)
      return emitOpError() << "has " << rank << " extents, but "
                           << box.getStrides().size() << " strides in "
                           << box.getBuffer();
  return success();
}

//===----------------------------------------------------------------------===//
// Buffers and weights. VerifyProgram.cpp has the checks that span operations.
//===----------------------------------------------------------------------===//

LogicalResult BufferOp::verify() {
  int64_t size = getElementBytes();
  if (getBytes() == 0 || getBytes() % size != 0 || getOffset() % size != 0)
    return emitOpError() << "must hold whole, aligned " << getElement()
                         << " elements, found " << getBytes() << " bytes at "
                         << getOffset();
  return success();
}

LogicalResult WeightsOp::verify() {
  if (failed(verifyPositive(*this, "groups, outputs and depth",
                            {int64_t(getGroups()), int64_t(getOutputs()),
                             int64_t(getDepth())})) ||
      failed(verifyPositive(*this, "tile", getTile())))
    return failure();
  if (getSegments().empty())
    return emitOpError() << "needs a segment per cluster, found none";
  int64_t tiles = getNumTiles();
  for (auto [i, segment] :
       llvm::enumerate(getSegments().getAsRange<SegmentAttr>())) {
    if (segment.getCluster() != int64_t(i + 1))
      return emitOpError() << "segment " << i << " must be that of cluster "
                           << i + 1 << ", found cluster "
                           << segment.getCluster();
    if (segment.getBlockTiles().asArrayRef().back() != tiles)
      return emitOpError() << "blocks of cluster " << i + 1 << " hold "
                           << segment.getBlockTiles().asArrayRef().back()
                           << " tiles, but the weights have " << tiles;
    bool isLast = i + 1 == getSegments().size();
    if (segment.isRefined() != (isRefining() && !isLast))
      return emitOpError() << "cluster " << i + 1
                           << (isLast
                                   ? " is the last one, which nothing refines"
                                   : " and the first one disagree whether the "
                                     "next one refines them");
  }
  return success();
}
