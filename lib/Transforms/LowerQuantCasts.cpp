// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

namespace crania {
#define GEN_PASS_DEF_LOWERQUANTCASTS
#include "crania/Transforms/Passes.h.inc"
} // namespace crania

using namespace mlir;

/// Emits clamp(roundeven(x / scale)) as an integer.
static Value quantize(OpBuilder &builder, Location loc, Value x,
                      quant::UniformQuantizedType type) {
  auto number = [&](double value) -> Value {
    return arith::ConstantOp::create(builder, loc,
                                     builder.getF32FloatAttr(float(value)));
  };
  Value scaled =
      arith::DivFOp::create(builder, loc, x, number(type.getScale()));
  Value rounded = math::RoundEvenOp::create(builder, loc, scaled);
  Value bounded = arith::MaximumFOp::create(
      builder, loc, rounded, number(double(type.getStorageTypeMin())));
  bounded = arith::MinimumFOp::create(builder, loc, bounded,
                                      number(double(type.getStorageTypeMax())));
  if (type.isSigned())
    return arith::FPToSIOp::create(builder, loc, type.getStorageType(),
                                   bounded);
  return arith::FPToUIOp::create(builder, loc, type.getStorageType(), bounded);
}

static LogicalResult lower(quant::StorageCastOp storage) {
  auto cast = storage.getInput().getDefiningOp<quant::QuantizeCastOp>();
  auto input = cast ? dyn_cast<RankedTensorType>(cast.getInput().getType())
                    : RankedTensorType();
  auto type = input ? dyn_cast<quant::UniformQuantizedType>(
                          getElementTypeOrSelf(cast.getResult().getType()))
                    : quant::UniformQuantizedType();
  if (!type || type.getZeroPoint() != 0 || !input.hasStaticShape() ||
      !input.getElementType().isF32())
    return storage.emitOpError()
           << "is not the storage of a tensor of f32, of static shape, that "
              "quant.qcast quantized with one scale and no zero point";
  IRRewriter rewriter(storage);
  Location loc = storage.getLoc();
  Value empty = tensor::EmptyOp::create(rewriter, loc, input.getShape(),
                                        type.getStorageType());
  AffineMap identity = rewriter.getMultiDimIdentityMap(input.getRank());
  SmallVector<utils::IteratorType> iterators(input.getRank(),
                                             utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      rewriter, loc, empty.getType(), cast.getInput(), empty,
      ArrayRef<AffineMap>{identity, identity}, iterators,
      [&](OpBuilder &nested, Location inner, ValueRange arguments) {
        linalg::YieldOp::create(nested, inner,
                                quantize(nested, inner, arguments[0], type));
      });
  rewriter.replaceOp(storage, generic);
  if (cast->use_empty())
    rewriter.eraseOp(cast);
  return success();
}

namespace {
struct LowerQuantCastsPass
    : crania::impl::LowerQuantCastsBase<LowerQuantCastsPass> {
  void runOnOperation() override {
    SmallVector<quant::StorageCastOp> casts;
    getOperation()->walk(
        [&](quant::StorageCastOp cast) { casts.push_back(cast); });
    for (quant::StorageCastOp cast : casts)
      if (failed(lower(cast)))
        return signalPassFailure();
  }
};
} // namespace
