// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Analysis/Contraction.h"
#include "crania/Clustering/OptimalKMeans.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "crania/Dialect/Crania/IR/WeightData.h"
#include "crania/Dialect/Crania/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Remarks.h"
#include "llvm/Support/Format.h"

#include <cassert>
#include <cmath>

namespace crania {
#define GEN_PASS_DEF_SHAREWEIGHTS
#include "crania/Dialect/Crania/Transforms/Passes.h.inc"
} // namespace crania

using namespace mlir;
using crania::clustering::KMeans;
using crania::ir::CraniaDialect;
using crania::ir::describeWrongSize;
using crania::ir::WeightsOp;

namespace {

constexpr unsigned mostEntries = 256;

/// The words of a codebook, and the distance that the weights moved.
struct SharedWords {
  std::vector<char> bytes;
  size_t entries = 0;
  double squaredError = 0, squares = 0;
};

/// Replaces each word of T by the center of its group, rounded if T is an
/// integer.
template <typename T>
crania::Result<SharedWords> shareWords(ArrayRef<char> bytes, unsigned entries) {
  assert(bytes.size() % sizeof(T) == 0 && "whole words");
  assert(entries >= 1 && entries <= mostEntries && "a codebook has entries");
  ArrayRef<T> words(reinterpret_cast<const T *>(bytes.data()),
                    bytes.size() / sizeof(T));
  const std::vector<float> values(words.begin(), words.end());
  crania::Result<KMeans> groups =
      crania::clustering::optimalKMeans(values, entries);
  if (!groups)
    return groups.error();
  std::vector<T> centres;
  for (double centre : groups->centers)
    centres.push_back(std::is_integral_v<T> ? T(std::nearbyint(centre))
                                            : T(centre));
  SharedWords shared;
  shared.bytes.resize(bytes.size());
  shared.entries = centres.size();
  auto *to = reinterpret_cast<T *>(shared.bytes.data());
  for (auto [i, value] : llvm::enumerate(values)) {
    to[i] = centres[groups->groupOf(value)];
    const double error = double(value) - double(to[i]);
    shared.squaredError += error * error;
    shared.squares += double(value) * double(value);
  }
  return shared;
}

crania::Result<SharedWords> share(ArrayRef<char> bytes, Type element,
                                  unsigned entries) {
  if (element.isF32())
    return shareWords<float>(bytes, entries);
  if (element.isInteger(8))
    return shareWords<int8_t>(bytes, entries);
  return shareWords<int16_t>(bytes, entries);
}

/// Returns the words in an attribute of the kind of the original.
TypedAttr makeConstant(TypedAttr original, ArrayRef<char> bytes) {
  auto type = cast<RankedTensorType>(original.getType());
  auto resource = dyn_cast<DenseResourceElementsAttr>(original);
  if (!resource)
    return DenseElementsAttr::getFromRawBuffer(type, bytes);
  return DenseResourceElementsAttr::get(
      type, resource.getRawHandle().getKey(),
      HeapAsmResourceBlob::allocateAndCopyWithAlign(
          bytes, type.getElementTypeBitWidth() / 8));
}

struct ShareWeights : public crania::impl::ShareWeightsBase<ShareWeights> {
  using ShareWeightsBase::ShareWeightsBase;

  void runOnOperation() override {
    if (entries < 1 || entries > mostEntries) {
      getOperation().emitError() << "a codebook has 1 to " << mostEntries
                                 << " entries, not " << entries.getValue();
      return signalPassFailure();
    }
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (CraniaDialect::isClassifier(function) && failed(share(function)))
        return signalPassFailure();
  }

private:
  LogicalResult share(func::FuncOp function) {
    SmallVector<linalg::LinalgOp> contractions;
    function.walk([&](linalg::LinalgOp op) {
      if (crania::isContractionLike(op))
        contractions.push_back(op);
    });
    for (linalg::LinalgOp op : contractions)
      for (OpOperand *operand : op.getDpsInputOperands())
        if (auto constant = operand->get().getDefiningOp<arith::ConstantOp>())
          if (isa<DenseElementsAttr, DenseResourceElementsAttr>(
                  constant.getValue()) &&
              failed(share(op, *operand, constant)))
            return failure();
    return success();
  }

  LogicalResult share(linalg::LinalgOp op, OpOperand &operand,
                      arith::ConstantOp constant) {
    auto type = cast<RankedTensorType>(constant.getType());
    const Type element = type.getElementType();
    if (!element.isF32() && !element.isInteger(8) && !element.isInteger(16))
      return op.emitError() << "weights of type " << type << " cannot share "
                            << "words: f32, i16 and i8 are supported";
    TypedAttr &shared = replaced[constant.getValue()];
    if (!shared) {
      SmallVector<char> storage;
      ArrayRef<char> bytes =
          WeightsOp::rawBytes(cast<ElementsAttr>(constant.getValue()), storage);
      if (std::string fault = describeWrongSize(bytes, type); !fault.empty())
        return op.emitOpError() << "weights have " << fault;
      crania::Result<SharedWords> words = ::share(bytes, element, entries);
      if (!words)
        return op.emitOpError()
               << "weights cannot share words: " << words.error().message;
      report(op, *words);
      shared = makeConstant(constant.getValue(), words->bytes);
    }
    OpBuilder builder(constant);
    operand.set(arith::ConstantOp::create(builder, constant.getLoc(), shared));
    if (constant->use_empty())
      constant->erase();
    return success();
  }

  static void report(linalg::LinalgOp op, const SharedWords &words) {
    std::string error;
    llvm::raw_string_ostream(error) << llvm::format(
        "%.6f", words.squares > 0 ? words.squaredError / words.squares : 0);
    remark::passed(op.getLoc(), remark::RemarkOpts::name("SharedWeights")
                                    .category("crania-share-weights"))
        << "weights share words" << remark::metric("Entries", words.entries)
        << remark::metric("RelativeSquaredError", error);
  }

  /// The replacements of constants, which several layers may read.
  llvm::DenseMap<Attribute, TypedAttr> replaced;
};

} // namespace
