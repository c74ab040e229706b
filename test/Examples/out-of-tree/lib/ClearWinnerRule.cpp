// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "acme/Acme.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include <limits>

namespace acme {
#define GEN_PASS_DEF_STOPATCLEARWINNER
#include "acme/Passes.h.inc"
} // namespace acme

using namespace mlir;
using namespace crania::ir;

int64_t acme::ClearWinnerAttr::getNumThresholds() const {
  return getThresholds().size();
}

/// Emits the two largest logits of a tensor or memref of shape 1x...xN.
static std::pair<Value, Value> emitTwoLargest(OpBuilder &builder, Location loc,
                                              Value logits) {
  auto type = cast<ShapedType>(logits.getType());
  Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
  Value one = arith::ConstantIndexOp::create(builder, loc, 1);
  Value classes =
      arith::ConstantIndexOp::create(builder, loc, type.getShape().back());
  Value lowest = arith::ConstantOp::create(
      builder, loc,
      builder.getF32FloatAttr(-std::numeric_limits<float>::infinity()));
  auto loop = scf::ForOp::create(
      builder, loc, zero, classes, one, ValueRange{lowest, lowest},
      [&](OpBuilder &b, Location l, Value i, ValueRange state) {
        SmallVector<Value> indices(size_t(type.getRank()), zero);
        indices.back() = i;
        Value logit =
            isa<TensorType>(type)
                ? Value(tensor::ExtractOp::create(b, l, logits, indices))
                : Value(memref::LoadOp::create(b, l, logits, indices));
        Value largest = arith::MaximumFOp::create(b, l, state[0], logit);
        Value loser = arith::MinimumFOp::create(b, l, state[0], logit);
        Value second = arith::MaximumFOp::create(b, l, state[1], loser);
        scf::YieldOp::create(b, l, ValueRange{largest, second});
      });
  return {loop.getResult(0), loop.getResult(1)};
}

Value acme::ClearWinnerAttr::emitTest(OpBuilder &builder, Location loc,
                                      Value logits, Value round) const {
  auto [largest, second] = emitTwoLargest(builder, loc, logits);
  Value margin = arith::SubFOp::create(builder, loc, largest, second);
  auto constant = [&](double value) -> Value {
    return arith::ConstantOp::create(builder, loc,
                                     builder.getF32FloatAttr(float(value)));
  };
  ArrayRef<double> thresholds = getThresholds();
  Value threshold = constant(thresholds.back());
  for (size_t r = thresholds.size() - 1; r >= 1; --r) {
    Value number = arith::ConstantIndexOp::create(builder, loc, int64_t(r));
    Value isRound = arith::CmpIOp::create(
        builder, loc, arith::CmpIPredicate::eq, round, number);
    threshold = arith::SelectOp::create(builder, loc, isRound,
                                        constant(thresholds[r - 1]), threshold);
  }
  return arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OGE, margin,
                               threshold);
}

namespace {

struct StopAtClearWinner
    : acme::impl::StopAtClearWinnerBase<StopAtClearWinner> {
  using StopAtClearWinnerBase::StopAtClearWinnerBase;

  void runOnOperation() override {
    getOperation().walk([&](IterateOp iterate) {
      if (iterate.getRounds() == 1)
        return;
      SmallVector<double> thresholds(size_t(iterate.getRounds() - 1), margin);
      iterate.setExitAttr(acme::ClearWinnerAttr::get(
          &getContext(), DenseF64ArrayAttr::get(&getContext(), thresholds)));
    });
  }
};

} // namespace
