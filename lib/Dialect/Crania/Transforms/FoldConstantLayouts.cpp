// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Dialect/Crania/IR/CraniaDialect.h"
#include "crania/Dialect/Crania/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"

namespace crania {
#define GEN_PASS_DEF_FOLDCONSTANTLAYOUTS
#include "crania/Dialect/Crania/Transforms/Passes.h.inc"
} // namespace crania

using namespace mlir;

namespace {

/// Returns the bytes of an element, or 0 if an element is not made of whole
/// bytes.
unsigned elementBytes(ShapedType type) {
  Type element = type.getElementType();
  if (!element.isIntOrFloat() || element.getIntOrFloatBitWidth() % 8 != 0)
    return 0;
  return element.getIntOrFloatBitWidth() / 8;
}

/// Returns the row-major elements of shape `from`, of `bytes` each, in the
/// order of a transposed tensor. Dimension i of the result is dimension
/// permutation[i] of the source.
std::vector<char> transpose(ArrayRef<char> data, ArrayRef<int64_t> from,
                            ArrayRef<int64_t> permutation, unsigned bytes) {
  SmallVector<int64_t> strides(from.size(), 1);
  for (size_t i = from.size(); i-- > 1;)
    strides[i - 1] = strides[i] * from[i];
  SmallVector<int64_t> extents, steps, index(from.size(), 0);
  for (int64_t dimension : permutation) {
    extents.push_back(from[dimension]);
    steps.push_back(strides[dimension]);
  }
  std::vector<char> result(data.size());
  int64_t source = 0;
  for (size_t at = 0; at < result.size(); at += bytes) {
    std::copy_n(data.begin() + source * bytes, bytes, result.begin() + at);
    for (size_t i = extents.size(); i-- > 0;) {
      source += steps[i];
      if (++index[i] < extents[i])
        break;
      source -= extents[i] * steps[i];
      index[i] = 0;
    }
  }
  return result;
}

/// Returns a resource with a copy of `bytes`, named after `original`.
DenseResourceElementsAttr
makeResource(RankedTensorType type, StringRef original, ArrayRef<char> bytes) {
  return DenseResourceElementsAttr::get(
      type, original,
      HeapAsmResourceBlob::allocateAndCopyWithAlign(bytes, elementBytes(type)));
}

/// Returns the constant in another shape, or null if it is neither dense nor a
/// resource.
TypedAttr reshaped(Attribute constant, RankedTensorType type) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(constant))
    return DenseResourceElementsAttr::get(type, resource.getRawHandle());
  if (auto dense = dyn_cast<DenseElementsAttr>(constant))
    return dense.reshape(type);
  return {};
}

/// Returns the constant with its dimensions in another order, or null if it has
/// no data.
TypedAttr transposed(Attribute constant, RankedTensorType type,
                     ArrayRef<int64_t> permutation) {
  unsigned bytes = elementBytes(type);
  auto dense = dyn_cast<DenseElementsAttr>(constant);
  if (dense && dense.isSplat())
    return dense.resizeSplat(type);
  if (bytes == 0)
    return {};
  if (dense)
    return DenseElementsAttr::getFromRawBuffer(
        type, transpose(dense.getRawData(), dense.getType().getShape(),
                        permutation, bytes));
  auto resource = dyn_cast<DenseResourceElementsAttr>(constant);
  if (!resource || int64_t(resource.getData().size()) !=
                       type.getNumElements() * int64_t(bytes))
    return {};
  return makeResource(type, resource.getRawHandle().getKey(),
                      transpose(resource.getData(),
                                resource.getType().getShape(), permutation,
                                bytes));
}

/// Returns the constant result of an op that only changes the shape or the
/// order of a constant, or null.
TypedAttr foldLayout(Operation *op) {
  auto type = op->getNumResults() == 1
                  ? dyn_cast<RankedTensorType>(op->getResult(0).getType())
                  : RankedTensorType();
  Attribute constant;
  if (!type || !type.hasStaticShape() || op->getNumOperands() == 0 ||
      !matchPattern(op->getOperand(0), m_Constant(&constant)))
    return {};
  if (isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op))
    return reshaped(constant, type);
  if (auto transpose = dyn_cast<linalg::TransposeOp>(op))
    return transposed(constant, type, transpose.getPermutation());
  if (auto generic = dyn_cast<linalg::GenericOp>(op))
    if (auto permutation = linalg::isaTransposeOpInterface(generic))
      return transposed(constant, type, *permutation);
  return {};
}

struct FoldConstantLayouts
    : public crania::impl::FoldConstantLayoutsBase<FoldConstantLayouts> {
  using FoldConstantLayoutsBase::FoldConstantLayoutsBase;

  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (crania::ir::CraniaDialect::isClassifier(function))
        fold(function);
  }

private:
  /// Creates the constant that takes the place of `op`, which only rearranges
  /// `source`. It keeps the locations and the discardable attributes of both;
  /// those of `op` win.
  static arith::ConstantOp createFolded(Operation *op, Operation *source,
                                        TypedAttr folded) {
    OpBuilder builder(op);
    auto constant = arith::ConstantOp::create(
        builder, builder.getFusedLoc({source->getLoc(), op->getLoc()}), folded);
    for (Operation *origin : {source, op})
      for (NamedAttribute attribute : origin->getDiscardableAttrs())
        constant->setDiscardableAttr(attribute.getName(), attribute.getValue());
    return constant;
  }

  /// Folds all ops of a function. Sources come before their users, so one walk
  /// folds chains.
  static void fold(func::FuncOp function) {
    SmallVector<Operation *> ops;
    function.walk([&](Operation *op) { ops.push_back(op); });
    for (Operation *op : ops) {
      TypedAttr folded = foldLayout(op);
      if (!folded)
        continue;
      Operation *source = op->getOperand(0).getDefiningOp();
      op->getResult(0).replaceAllUsesWith(createFolded(op, source, folded));
      op->erase();
      if (source->use_empty())
        source->erase();
    }
  }
};

} // namespace
