// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A clustering scheme whose second cluster refines the first.

#include "acme/Acme.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Endian.h"

#include <cmath>

namespace acme {
#define GEN_PASS_DEF_SIGNWEIGHTS
#include "acme/Passes.h.inc"
} // namespace acme

using namespace mlir;
using namespace crania::ir;
using llvm::support::endian::read32le;

static constexpr size_t floatBytes = 4;

/// Returns true if the sign bit of an element is set.
static bool isNegative(ArrayRef<char> values, size_t element) {
  return read32le(&values[element * floatBytes]) >> 31 != 0;
}

bool acme::SignsAttr::isRefining() const { return true; }

LogicalResult acme::SignsAttr::verifyWeights(Operation *op) const {
  auto weights = cast<WeightsOp>(op);
  if (weights.getClusters() != 2 ||
      !weights.getClusteredType().getTensor().getElementType().isF32() ||
      !getMagnitude().getType().isF32())
    return op->emitOpError() << "has the scheme of signs, which is of f32 and "
                                "has two clusters";
  SmallVector<char> valueStorage, codeStorage;
  ArrayRef<char> values = weights.getValueBytes(valueStorage);
  for (auto [i, code] :
       llvm::enumerate(weights.getAssignmentBytes(codeStorage)))
    if (code != uint8_t(isNegative(values, i)))
      return op->emitOpError() << "gives weight " << i << " another sign";
  return success();
}

SmallVector<int64_t> acme::SignsAttr::getRefinedWords(Operation *,
                                                      int64_t) const {
  APFloat magnitude = getMagnitude().getValue();
  return {int64_t(magnitude.bitcastToAPInt().getZExtValue()),
          int64_t((-magnitude).bitcastToAPInt().getZExtValue())};
}

void acme::SignsAttr::materialize(Operation *op, int64_t round,
                                  MutableArrayRef<char> result) const {
  auto weights = cast<WeightsOp>(op);
  SmallVector<char> storage;
  ArrayRef<char> values = weights.getValueBytes(storage);
  if (round > 1) {
    llvm::copy(values, result.begin());
    return;
  }
  const SmallVector<int64_t> words = getRefinedWords(op, round);
  for (size_t i = 0; i * floatBytes < values.size(); ++i)
    llvm::support::endian::write32le(&result[i * floatBytes],
                                     uint32_t(words[isNegative(values, i)]));
}

Value acme::SignsAttr::emitMaterialize(OpBuilder &builder, Location loc,
                                       Operation *op, Value round) const {
  auto weights = cast<WeightsOp>(op);
  RankedTensorType type = weights.getClusteredType().getTensor();
  Value values = arith::ConstantOp::create(
      builder, loc, cast<TypedAttr>(weights.getValues()));
  Value codes = arith::ConstantOp::create(
      builder, loc, cast<TypedAttr>(weights.getAssignment()));
  Value positive = arith::ConstantOp::create(builder, loc, getMagnitude());
  Value negative = arith::NegFOp::create(builder, loc, positive);
  Value one = arith::ConstantIndexOp::create(builder, loc, 1);
  Value isFirst = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ule,
                                        round, one);
  Value empty = tensor::EmptyOp::create(builder, loc, type.getShape(),
                                        type.getElementType());
  SmallVector<AffineMap> maps(3,
                              builder.getMultiDimIdentityMap(type.getRank()));
  SmallVector<utils::IteratorType> iterators(type.getRank(),
                                             utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      builder, loc, type, ValueRange{values, codes}, ValueRange{empty}, maps,
      iterators, [&](OpBuilder &b, Location l, ValueRange args) {
        Value zero = arith::ConstantIntOp::create(b, l, 0, 8);
        Value isPositive = arith::CmpIOp::create(b, l, arith::CmpIPredicate::eq,
                                                 args[1], zero);
        Value sign =
            arith::SelectOp::create(b, l, isPositive, positive, negative);
        Value word = arith::SelectOp::create(b, l, isFirst, sign, args[0]);
        linalg::YieldOp::create(b, l, word);
      });
  return generic.getResult(0);
}

namespace {

struct SignWeights : acme::impl::SignWeightsBase<SignWeights> {
  void runOnOperation() override {
    for (WeightsOp weights : getOperation().getOps<WeightsOp>())
      if (weights.getClusters() == 2)
        sign(weights);
  }

private:
  void sign(WeightsOp weights) {
    auto type =
        RankedTensorType::get(weights.getClusteredType().getTensor().getShape(),
                              IntegerType::get(&getContext(), 8));
    SmallVector<char> storage;
    ArrayRef<char> values = weights.getValueBytes(storage);
    std::vector<int8_t> codes(size_t(type.getNumElements()));
    double magnitudes = 0;
    for (auto [i, code] : llvm::enumerate(codes)) {
      code = int8_t(isNegative(values, i));
      magnitudes +=
          std::fabs(llvm::bit_cast<float>(read32le(&values[i * floatBytes])));
    }
    OpBuilder builder(weights);
    weights.setSchemeAttr(acme::SignsAttr::get(
        &getContext(),
        builder.getF32FloatAttr(float(magnitudes / double(codes.size())))));
    weights.setAssignmentAttr(
        DenseElementsAttr::get(type, ArrayRef<int8_t>(codes)));
  }
};

} // namespace
