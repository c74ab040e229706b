// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TensorPlaces.h"
#include "crania/Quantization/IntegerFormat.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"

#include <cassert>

using namespace mlir;
using namespace crania;
using namespace crania::lowering;

std::string crania::lowering::nameOf(Location loc, StringRef fallback) {
  std::string name = fallback.str();
  loc->walk([&](Location inner) {
    // The last name of a fused op is that of the op computed last.
    if (auto named = dyn_cast<NameLoc>(inner))
      name = named.getName().str();
    return WalkResult::advance();
  });
  return name;
}

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

StorageId TensorPlaces::addStorage(StringRef name, int64_t elements,
                                   Type element, Storage::Origin origin) {
  Storage storage;
  storage.name = name.str();
  storage.elements = elements;
  storage.element = element;
  storage.origin = origin;
  network.storages.push_back(std::move(storage));
  return network.storages.size() - 1;
}

View TensorPlaces::addTensor(StringRef name, ArrayRef<int64_t> shape,
                             Type element) {
  StorageId storage = addStorage(name, llvm::product_of(shape), element,
                                 Storage::Origin::computed);
  return View::rowMajor(storage, shape);
}

//===----------------------------------------------------------------------===//
// Destinations
//===----------------------------------------------------------------------===//

/// Returns true if a command may write the result, so that it needs a place.
static bool hasPlace(Operation &op) {
  return op.getNumResults() == 1 &&
         isa<RankedTensorType>(op.getResult(0).getType()) &&
         isa<linalg::LinalgOp, tensor::ConcatOp>(op);
}

void TensorPlaces::chooseDestinations() {
  // Consumers come first, because they decide the places of their operands.
  for (Operation &op : llvm::reverse(iterate.getBody().front())) {
    if (!hasPlace(op))
      continue;
    Value result = op.getResult(0);
    if (!destinations.contains(result))
      destinations[result] =
          addTensor(nameOf(op.getLoc(), op.getName().stripDialect()),
                    shapeOf(result), types.of(result));
    View place = destinations[result];
    if (auto structured = dyn_cast<linalg::LinalgOp>(op))
      shareWithOperand(structured, place);
    if (auto concat = dyn_cast<tensor::ConcatOp>(op))
      for (auto [index, operand] : llvm::enumerate(concat.getInputs()))
        assign(operand, sliceOf(concat, index), overwritten.contains(result));
  }
}

View TensorPlaces::sliceOf(Operation *op, unsigned index) const {
  auto concat = cast<tensor::ConcatOp>(op);
  assert(index < concat.getInputs().size() && "no such operand");
  int64_t rank = concat.getRank(), dim = concat.getDim();
  SmallVector<int64_t> offsets(rank, 0), strides(rank, 1);
  for (Value before : concat.getInputs().take_front(index))
    offsets[dim] += shapeOf(before)[dim];
  // A place is not padded, so slicing it cannot fail.
  return *destinationOf(concat.getResult())
              .sliced(offsets, shapeOf(concat.getInputs()[index]), strides);
}

bool TensorPlaces::assign(Value value, const View &place, bool isOverwritten) {
  Operation *op = value.getDefiningOp();
  if (!op || op->getBlock() != &iterate.getBody().front() ||
      (isOverwritten && !value.hasOneUse()))
    return false;
  auto pass = [&](Value source, FailureOr<View> sourcePlace) {
    return succeeded(sourcePlace) &&
           assign(source, *sourcePlace, isOverwritten);
  };
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op))
    return pass(collapse.getSrc(),
                place.expanded(collapse.getReassociationIndices(),
                               shapeOf(collapse.getSrc())));
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op))
    return pass(expand.getSrc(),
                place.collapsed(expand.getReassociationIndices()));
  if (!hasPlace(*op) || !hasType(place, value))
    return false;
  if (!destinations.try_emplace(value, place).second)
    return false;
  if (isOverwritten)
    overwritten.insert(value);
  return true;
}

bool TensorPlaces::hasType(const View &place, Value value) const {
  assert(place.storage < network.storages.size() && "no such storage");
  return network.storages[place.storage].element == types.of(value);
}

/// Lets an element-wise op overwrite an operand that nothing else reads. The
/// best operand is one that was just computed, so that both can run together.
void TensorPlaces::shareWithOperand(linalg::LinalgOp op, const View &place) {
  if (op.getNumReductionLoops() > 0)
    return;
  OpOperand *init = op.getDpsInitOperand(0);
  AffineMap map = op.getMatchingIndexingMap(init);
  auto isLater = [](OpOperand *a, OpOperand *b) {
    return b->get().getDefiningOp()->isBeforeInBlock(a->get().getDefiningOp());
  };
  SmallVector<OpOperand *> candidates;
  for (OpOperand *operand : op.getDpsInputOperands()) {
    Operation *definition = operand->get().getDefiningOp();
    if (definition && definition->getBlock() == op->getBlock() &&
        operand->get().getType() == init->get().getType() &&
        op.getMatchingIndexingMap(operand) == map && map.isPermutation())
      candidates.push_back(operand);
  }
  llvm::sort(candidates, isLater);
  for (OpOperand *operand : candidates)
    if (assign(operand->get(), place, /*isOverwritten=*/true))
      return;
}

//===----------------------------------------------------------------------===//
// Constants and the input
//===----------------------------------------------------------------------===//

/// Returns the bytes of a number, little-endian.
static std::vector<char> bytesOf(const APInt &bits) {
  assert(bits.getBitWidth() % 8 == 0 && bits.getBitWidth() <= 64 &&
         "a number of whole bytes");
  std::vector<char> bytes(bits.getBitWidth() / 8);
  uint64_t word = bits.getZExtValue();
  for (size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = char(word >> (8 * i));
  return bytes;
}

/// Returns true if the machine has constants of that type.
static bool isStorable(Type type) {
  return type.isF32() || type.isInteger(8) || type.isInteger(16) ||
         type.isInteger(32) || type.isInteger(64);
}

/// Returns the bytes of the elements. If all elements are equal, returns those
/// of one element.
static FailureOr<std::vector<char>> bytesOf(Attribute attribute) {
  if (auto number = dyn_cast<FloatAttr>(attribute);
      number && isStorable(number.getType()))
    return bytesOf(number.getValue().bitcastToAPInt());
  if (auto number = dyn_cast<IntegerAttr>(attribute);
      number && isStorable(number.getType()))
    return bytesOf(number.getValue());
  auto elements = dyn_cast<ElementsAttr>(attribute);
  if (!elements || !isStorable(elements.getElementType()))
    return failure();
  if (auto dense = dyn_cast<DenseElementsAttr>(elements)) {
    ArrayRef<char> raw = dense.getRawData();
    return std::vector<char>(raw.begin(), raw.end());
  }
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(elements)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob)
      return failure();
    ArrayRef<char> raw = blob->getData();
    if (raw.size() != size_t(elements.getNumElements()) *
                          elements.getElementType().getIntOrFloatBitWidth() / 8)
      return failure();
    return std::vector<char>(raw.begin(), raw.end());
  }
  return failure();
}

static SmallVector<int64_t> shapeOfAny(Value value) {
  if (auto tensor = dyn_cast<RankedTensorType>(value.getType()))
    return SmallVector<int64_t>(tensor.getShape());
  return {};
}

FailureOr<View> TensorPlaces::addParameter(Value value,
                                           ArrayRef<Attribute> perRound,
                                           Operation *user) {
  assert(!perRound.empty() && "a constant per round or one for all");
  SmallVector<int64_t> shape = shapeOfAny(value);
  Type element = types.of(value);
  const size_t elementBytes = element.getIntOrFloatBitWidth() / 8;
  std::vector<std::vector<char>> contents;
  bool isSplat = true;
  for (Attribute attribute : perRound) {
    FailureOr<std::vector<char>> bytes = bytesOf(attribute);
    if (failed(bytes))
      return user->emitOpError()
             << "reads a constant of type " << value.getType()
             << ", but the machine has constants of f32, i8, i16, i32 and "
                "i64 only";
    isSplat &= bytes->size() == elementBytes;
    contents.push_back(std::move(*bytes));
  }
  if (contents.size() != 1 && contents.size() != iterate.getRounds())
    return user->emitOpError()
           << "reads a constant for " << contents.size()
           << " rounds, but the iteration has " << iterate.getRounds();
  int64_t elements = isSplat ? 1 : llvm::product_of(shape);
  for (std::vector<char> &bytes : contents)
    while (bytes.size() < elements * elementBytes)
      bytes.insert(bytes.end(), bytes.begin(), bytes.begin() + elementBytes);
  StorageId storage = addStorage(nameOf(value.getLoc(), "constant"), elements,
                                 element, Storage::Origin::parameter);
  network.storages[storage].contents = std::move(contents);
  return isSplat ? View::splat(storage, shape) : View::rowMajor(storage, shape);
}

/// Returns the cast that quantizes a tensor of f32 to the storage `value`, or
/// null if there is none.
static quant::QuantizeCastOp quantizedInput(Value value) {
  auto storage = value.getDefiningOp<quant::StorageCastOp>();
  auto cast = storage
                  ? storage.getInput().getDefiningOp<quant::QuantizeCastOp>()
                  : quant::QuantizeCastOp();
  if (!cast || !getElementTypeOrSelf(cast.getInput().getType()).isF32())
    return {};
  return cast;
}

/// Returns true if the machine's port quantizes to that type: all integers of 8
/// bits, signed or unsigned, or of 16 bits, signed and symmetric about 0.
static bool isPortType(quant::UniformQuantizedType type) {
  if (!type || type.getZeroPoint() != 0)
    return false;
  const unsigned bits = type.getStorageTypeIntegralWidth();
  if ((bits != 8 && bits != 16) || (bits == 16 && !type.isSigned()))
    return false;
  const quantization::IntegerFormat format{bits, type.isSigned()};
  return type.getStorageTypeMin() == format.low() &&
         type.getStorageTypeMax() == format.high();
}

FailureOr<View> TensorPlaces::addInput(Value value, Operation *user) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type)
    return user->emitOpError() << "reads a " << value.getType()
                               << " that is computed outside the iteration; "
                                  "compute it inside";
  quant::QuantizeCastOp cast = quantizedInput(value);
  if (!type.hasStaticShape() || (!type.getElementType().isF32() && !cast))
    return user->emitOpError()
           << "reads the input of type " << type
           << "; the machine needs a static shape of f32, or of integers that "
              "quant.qcast makes of it";
  quant::UniformQuantizedType quantized;
  if (cast) {
    Type element = getElementTypeOrSelf(cast.getResult().getType());
    quantized = dyn_cast<quant::UniformQuantizedType>(element);
    if (!isPortType(quantized))
      return user->emitOpError()
             << "reads the input as " << element
             << "; the machine quantizes its input to u8, i8<-127:127> or "
                "i16<-32767:32767>, with one scale and no zero point";
  }
  if (network.inputValue) {
    InFlightDiagnostic diagnostic = user->emitOpError()
                                    << "reads a second tensor from outside the "
                                       "iteration; the machine takes one input";
    diagnostic.attachNote(network.inputValue.getLoc()) << "the first one";
    diagnostic.attachNote(value.getLoc())
        << "the second one: compute it inside the iteration";
    return diagnostic;
  }
  network.inputValue = cast ? cast.getInput() : value;
  network.inputScale = cast ? quantized.getScale() : 0;
  network.inputType = type.clone(types.of(value));
  // By the same names.
  network.inputLayout = *hw::symbolizePortLayout(
      ir::CraniaDialect::getImageLayout(network.inputValue));
  network.input = addStorage("input", type.getNumElements(), types.of(value),
                             Storage::Origin::input);
  return View::rowMajor(network.input, type.getShape());
}

FailureOr<View> TensorPlaces::resolveOuter(Value value, Operation *user) {
  auto known = outer.find(value);
  if (known != outer.end())
    return known->second;
  Attribute constant;
  FailureOr<View> view = failure();
  if (auto perRound = value.getDefiningOp<ir::PerRoundOp>())
    view = addParameter(value, perRound.getConstants().getValue(), user);
  else if (matchPattern(value, m_Constant(&constant)))
    view = addParameter(value, constant, user);
  else if (value.getDefiningOp<ir::MaterializeOp>())
    return user->emitOpError()
           << "reads clustered weights, but is not a contraction "
              "of the PE array";
  else if (value.getDefiningOp<tensor::EmptyOp>())
    return user->emitOpError() << "reads a tensor that has no contents";
  else if (value.getParentRegion() == &iterate.getBody())
    return user->emitOpError()
           << "reads a result of "
           << (value.getDefiningOp()
                   ? value.getDefiningOp()->getName().getStringRef()
                   : StringRef("the round"))
           << ", which the machine cannot compute";
  else
    view = addInput(value, user);
  if (succeeded(view))
    outer[value] = *view;
  return view;
}
