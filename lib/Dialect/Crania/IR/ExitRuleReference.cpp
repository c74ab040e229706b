// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The reference computation of exit rules, in scalar IR.

#include "crania/Dialect/Crania/IR/CraniaAttributes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace crania::ir;

namespace {

/// Reads the logits, a tensor or memref of any rank, as f64 scalars.
class LogitReader {
public:
  LogitReader(OpBuilder &builder, Location loc, Value logits)
      : builder(builder), loc(loc), logits(logits),
        type(cast<ShapedType>(logits.getType())) {}

  using Step = llvm::function_ref<SmallVector<Value>(Value, ValueRange)>;

  /// Folds all logits, in row-major order, into the values `init`.
  SmallVector<Value> fold(ValueRange init, Step step) {
    SmallVector<Value> indices;
    return foldDimension(0, indices, init, step);
  }

  Value constant(double value) {
    return arith::ConstantOp::create(builder, loc,
                                     builder.getF64FloatAttr(value));
  }

private:
  SmallVector<Value> foldDimension(int64_t dim, SmallVector<Value> &indices,
                                   ValueRange state, Step step) {
    if (dim == type.getRank())
      return step(load(indices), state);
    Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
    Value one = arith::ConstantIndexOp::create(builder, loc, 1);
    Value size =
        arith::ConstantIndexOp::create(builder, loc, type.getDimSize(dim));
    auto loop = scf::ForOp::create(builder, loc, zero, size, one, state);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    indices.push_back(loop.getInductionVar());
    SmallVector<Value> next =
        foldDimension(dim + 1, indices, loop.getRegionIterArgs(), step);
    indices.pop_back();
    scf::YieldOp::create(builder, loc, next);
    return loop.getResults();
  }

  Value load(ValueRange indices) {
    Value value =
        isa<TensorType>(type)
            ? Value(tensor::ExtractOp::create(builder, loc, logits, indices))
            : Value(memref::LoadOp::create(builder, loc, logits, indices));
    return arith::ExtFOp::create(builder, loc, builder.getF64Type(), value);
  }

  OpBuilder &builder;
  Location loc;
  Value logits;
  ShapedType type;
};

/// Emits exp(logit - largest), the softmax numerator.
Value emitExponential(OpBuilder &builder, Location loc, Value logit,
                      Value largest) {
  Value shifted = arith::SubFOp::create(builder, loc, logit, largest);
  return math::ExpOp::create(builder, loc, shifted);
}

struct Extremes {
  Value largest, second;
};

Extremes emitTwoLargest(OpBuilder &builder, Location loc, LogitReader &logits) {
  Value lowest = logits.constant(-std::numeric_limits<double>::infinity());
  SmallVector<Value> result =
      logits.fold({lowest, lowest}, [&](Value logit, ValueRange state) {
        Value largest =
            arith::MaximumFOp::create(builder, loc, state[0], logit);
        Value loser = arith::MinimumFOp::create(builder, loc, state[0], logit);
        Value second = arith::MaximumFOp::create(builder, loc, state[1], loser);
        return SmallVector<Value>{largest, second};
      });
  return {result[0], result[1]};
}

/// Emits -sum(p ln p) with p = exp(logit - largest) / sum and 0 ln 0 = 0.
Value emitEntropy(OpBuilder &builder, Location loc, LogitReader &logits,
                  Value largest, Value sum) {
  Value zero = logits.constant(0);
  return logits.fold(zero, [&](Value logit, ValueRange state) {
    Value e = emitExponential(builder, loc, logit, largest);
    Value p = arith::DivFOp::create(builder, loc, e, sum);
    Value logP = math::LogOp::create(builder, loc, p);
    Value product = arith::MulFOp::create(builder, loc, p, logP);
    Value isZero =
        arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OEQ, p, zero);
    Value term = arith::SelectOp::create(builder, loc, isZero, zero, product);
    return SmallVector<Value>{
        arith::SubFOp::create(builder, loc, state[0], term)};
  })[0];
}

Value emitConfidence(OpBuilder &builder, Location loc, Confidence confidence,
                     LogitReader &logits) {
  Extremes top = emitTwoLargest(builder, loc, logits);
  Value zero = logits.constant(0);
  Value sum = logits.fold(zero, [&](Value logit, ValueRange state) {
    Value e = emitExponential(builder, loc, logit, top.largest);
    return SmallVector<Value>{arith::AddFOp::create(builder, loc, state[0], e)};
  })[0];
  Value largest = arith::DivFOp::create(builder, loc, logits.constant(1), sum);
  if (confidence == Confidence::Softmax)
    return largest;
  if (confidence == Confidence::Margin) {
    Value e = emitExponential(builder, loc, top.second, top.largest);
    Value second = arith::DivFOp::create(builder, loc, e, sum);
    return arith::SubFOp::create(builder, loc, largest, second);
  }
  return emitEntropy(builder, loc, logits, top.largest, sum);
}

/// Returns the bound that a confidence is compared with. A threshold that asks
/// for certainty is never passed, although confidences of saturated logits
/// round to it (`simulator::passesThreshold`).
double boundOf(Confidence confidence, double threshold) {
  const double infinity = std::numeric_limits<double>::infinity();
  if (confidence == Confidence::Entropy)
    return threshold > 0 ? threshold : -infinity;
  return threshold < 1 ? threshold : infinity;
}

/// Emits the threshold of `round`, counted from 1.
Value emitThreshold(OpBuilder &builder, Location loc,
                    ArrayRef<double> thresholds, Value round) {
  auto constant = [&](double value) -> Value {
    return arith::ConstantOp::create(builder, loc,
                                     builder.getF64FloatAttr(value));
  };
  Value threshold = constant(thresholds.back());
  for (int64_t r = thresholds.size() - 1; r >= 1; --r) {
    Value number = arith::ConstantIndexOp::create(builder, loc, r);
    Value isRound = arith::CmpIOp::create(
        builder, loc, arith::CmpIPredicate::eq, round, number);
    threshold = arith::SelectOp::create(builder, loc, isRound,
                                        constant(thresholds[r - 1]), threshold);
  }
  return threshold;
}

} // namespace

Value ExitAttr::emitTest(OpBuilder &builder, Location loc, Value logits,
                         Value round) const {
  LogitReader reader(builder, loc, logits);
  Value confidence = emitConfidence(builder, loc, getConfidence(), reader);
  SmallVector<double> bounds;
  for (double threshold : getThresholds().asArrayRef())
    bounds.push_back(boundOf(getConfidence(), threshold));
  Value threshold = emitThreshold(builder, loc, bounds, round);
  // The comparisons are ordered, so a confidence of NaN never stops.
  auto predicate = getConfidence() == Confidence::Entropy
                       ? arith::CmpFPredicate::OLE
                       : arith::CmpFPredicate::OGE;
  return arith::CmpFOp::create(builder, loc, predicate, confidence, threshold);
}
