// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "AffineBody.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

#include <algorithm>
#include <cstring>

using namespace mlir;
using namespace crania::quantization;

//===----------------------------------------------------------------------===//
// LoopConstant
//===----------------------------------------------------------------------===//

LoopConstant::LoopConstant(MLIRContext *context, unsigned loops, double value)
    : map(AffineMap::get(loops, 0, context)), values{value} {}

std::optional<LoopConstant> LoopConstant::create(AffineMap full,
                                                 ArrayRef<int64_t> loopSizes,
                                                 std::vector<double> values) {
  if (!full.isProjectedPermutation(/*allowZeroInResults=*/true))
    return std::nullopt;
  LoopConstant result(full.getContext(), full.getNumDims(), 0);
  SmallVector<AffineExpr> kept;
  for (AffineExpr index : full.getResults())
    if (auto dim = dyn_cast<AffineDimExpr>(index);
        dim && loopSizes[dim.getPosition()] != 1) {
      kept.push_back(dim);
      result.shape.push_back(loopSizes[dim.getPosition()]);
    }
  // A constant index selects one of several rows.
  if (llvm::product_of(result.shape) != int64_t(values.size()))
    return std::nullopt;
  result.map = AffineMap::get(full.getNumDims(), 0, kept, full.getContext());
  result.values = std::move(values);
  return result;
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

/// Returns the elements of a dense f32 constant, or nullopt for any other
/// value.
static std::optional<std::vector<double>> readConstant(Value value) {
  ElementsAttr elements;
  if (!matchPattern(value, m_Constant(&elements)) ||
      !elements.getElementType().isF32() ||
      !isa<DenseElementsAttr, DenseResourceElementsAttr>(elements))
    return std::nullopt;
  SmallVector<char> storage;
  ArrayRef<char> bytes = crania::ir::WeightsOp::rawBytes(elements, storage);
  if (int64_t(bytes.size()) != elements.getNumElements() * 4)
    return std::nullopt;
  std::vector<double> values(elements.getNumElements());
  for (size_t i = 0; i < values.size(); ++i) {
    float element;
    std::memcpy(&element, &bytes[i * sizeof(float)], sizeof(float));
    values[i] = element;
  }
  return values;
}

//===----------------------------------------------------------------------===//
// Analysis
//===----------------------------------------------------------------------===//

namespace {

class Analyzer {
public:
  explicit Analyzer(linalg::LinalgOp op)
      : op(op), loopSizes(op.getStaticLoopRanges()) {}

  std::optional<AffineBody> run() {
    if (op.getNumReductionLoops() != 0 || op->getNumResults() != 1)
      return std::nullopt;
    return visit(op.getBlock()->getTerminator()->getOperand(0));
  }

private:
  using Body = std::optional<AffineBody>;

  LoopConstant uniform(double value) {
    return LoopConstant(op.getContext(), loopSizes.size(), value);
  }

  Body visit(Value value) {
    FloatAttr number;
    if (matchPattern(value, m_Constant(&number)))
      return AffineBody{{}, uniform(number.getValueAsDouble())};
    if (auto argument = dyn_cast<BlockArgument>(value))
      return visitArgument(argument);
    Operation *definition = value.getDefiningOp();
    if (!definition || definition->getBlock() != op.getBlock())
      return std::nullopt;
    return visitOp(definition);
  }

  Body visitArgument(BlockArgument argument) {
    if (argument.getOwner() != op.getBlock())
      return std::nullopt;
    OpOperand *operand = op.getMatchingOpOperand(argument);
    if (op.isDpsInit(operand))
      return std::nullopt;
    if (std::optional<std::vector<double>> values =
            readConstant(operand->get())) {
      std::optional<LoopConstant> constant = LoopConstant::create(
          op.getMatchingIndexingMap(operand), loopSizes, std::move(*values));
      if (!constant)
        return std::nullopt;
      return AffineBody{{}, *constant};
    }
    return AffineBody{{{operand, uniform(1)}}, uniform(0)};
  }

  Body visitOp(Operation *inner) {
    return llvm::TypeSwitch<Operation *, Body>(inner)
        .Case([&](arith::AddFOp add) {
          return sum(visit(add.getLhs()), visit(add.getRhs()), 1);
        })
        .Case([&](arith::SubFOp sub) {
          return sum(visit(sub.getLhs()), visit(sub.getRhs()), -1);
        })
        .Case([&](arith::NegFOp neg) {
          return sum(AffineBody{{}, uniform(0)}, visit(neg.getOperand()), -1);
        })
        .Case([&](arith::MulFOp mul) {
          return product(visit(mul.getLhs()), visit(mul.getRhs()));
        })
        .Case([&](arith::DivFOp div) {
          Body divisor = visit(div.getRhs());
          if (!divisor || !divisor->terms.empty())
            return Body();
          divisor->offset =
              divisor->offset.mapped([](double x) { return 1 / x; });
          return product(visit(div.getLhs()), std::move(divisor));
        })
        .Case<arith::MaximumFOp, arith::MaxNumFOp>([&](auto max) {
          return clamp(visit(max.getLhs()), visit(max.getRhs()), true);
        })
        .Case<arith::MinimumFOp, arith::MinNumFOp>([&](auto min) {
          return clamp(visit(min.getLhs()), visit(min.getRhs()), false);
        })
        .Case([&](arith::SelectOp select) { return visitSelect(select); })
        .Default([](Operation *) { return Body(); });
  }

  /// Analyzes select(x > c, x, c) and similar forms.
  Body visitSelect(arith::SelectOp select) {
    auto compare = select.getCondition().getDefiningOp<arith::CmpFOp>();
    if (!compare)
      return std::nullopt;
    Value chosen = select.getTrueValue(), other = select.getFalseValue();
    bool isSame = compare.getLhs() == chosen && compare.getRhs() == other;
    bool isSwapped = compare.getLhs() == other && compare.getRhs() == chosen;
    if (!isSame && !isSwapped)
      return std::nullopt;
    using Predicate = arith::CmpFPredicate;
    bool isGreater = llvm::is_contained(
        {Predicate::OGT, Predicate::OGE, Predicate::UGT, Predicate::UGE},
        compare.getPredicate());
    bool isLess = llvm::is_contained(
        {Predicate::OLT, Predicate::OLE, Predicate::ULT, Predicate::ULE},
        compare.getPredicate());
    if (!isGreater && !isLess)
      return std::nullopt;
    return clamp(visit(chosen), visit(other), isGreater == isSame);
  }

  Body sum(Body a, Body b, double sign) {
    if (!a || !b || (a->isClamped() && !isUniform(*b)) ||
        (b->isClamped() && !isUniform(*a)))
      return std::nullopt;
    b = scaled(std::move(*b), uniform(sign));
    if (!b)
      return std::nullopt;
    for (AffineBody::Term &term : b->terms)
      if (!addTerm(*a, term))
        return std::nullopt;
    auto add = [](double x, double y) { return x + y; };
    // At most one of the two is clamped; the other is a number that moves it.
    double move =
        a->isClamped() ? b->offset.getValues()[0] : a->offset.getValues()[0];
    const AffineBody &limits = a->isClamped() ? *a : *b;
    double low = limits.low, high = limits.high;
    if (limits.isClamped()) {
      low += move;
      high += move;
    }
    auto offset = LoopConstant::combine(a->offset, b->offset, add);
    if (!offset)
      return std::nullopt;
    a->offset = *offset;
    a->low = low;
    a->high = high;
    return a;
  }

  static bool isUniform(const AffineBody &body) {
    return body.terms.empty() && body.offset.isUniform();
  }

  bool addTerm(AffineBody &body, const AffineBody::Term &term) {
    for (AffineBody::Term &known : body.terms) {
      if (known.operand != term.operand)
        continue;
      auto factor = LoopConstant::combine(
          known.factor, term.factor, [](double x, double y) { return x + y; });
      if (factor)
        known.factor = *factor;
      return factor.has_value();
    }
    body.terms.push_back(term);
    return true;
  }

  Body product(Body a, Body b) {
    if (!a || !b)
      return std::nullopt;
    if (!a->terms.empty())
      std::swap(a, b);
    if (!a->terms.empty())
      return std::nullopt;
    return scaled(std::move(*b), a->offset);
  }

  /// Multiplies a body by a number. The clamp moves with it, and a negative
  /// number swaps its ends.
  Body scaled(AffineBody body, const LoopConstant &factor) {
    if (body.isClamped() && !factor.isUniform())
      return std::nullopt;
    auto multiply = [](double x, double y) { return x * y; };
    for (AffineBody::Term &term : body.terms) {
      auto scaled = LoopConstant::combine(term.factor, factor, multiply);
      if (!scaled)
        return std::nullopt;
      term.factor = *scaled;
    }
    auto offset = LoopConstant::combine(body.offset, factor, multiply);
    if (!offset)
      return std::nullopt;
    body.offset = *offset;
    if (body.isClamped()) {
      double number = factor.getValues()[0];
      if (number == 0)
        return std::nullopt;
      body.low *= number;
      body.high *= number;
      if (number < 0)
        std::swap(body.low, body.high);
    }
    return body;
  }

  Body clamp(Body a, Body b, bool isLowEnd) {
    if (a && b && a->terms.empty() && b->terms.empty())
      return clampConstants(*a, *b, isLowEnd);
    if (a && isUniform(*a))
      std::swap(a, b);
    if (!a || !b || !isUniform(*b))
      return std::nullopt;
    double limit = b->offset.getValues()[0];
    auto &end = isLowEnd ? a->low : a->high;
    auto &other = isLowEnd ? a->high : a->low;
    end = isLowEnd ? std::max(end, limit) : std::min(end, limit);
    // max(min(x, 1), 2) is 2 everywhere.
    other = isLowEnd ? std::max(other, limit) : std::min(other, limit);
    return a;
  }

  static Body clampConstants(const AffineBody &a, const AffineBody &b,
                             bool isLowEnd) {
    auto offset = LoopConstant::combine(
        a.offset, b.offset, [isLowEnd](double x, double y) {
          return isLowEnd ? std::max(x, y) : std::min(x, y);
        });
    if (!offset)
      return std::nullopt;
    return AffineBody{{}, *offset};
  }

  linalg::LinalgOp op;
  SmallVector<int64_t> loopSizes;
};

} // namespace

std::optional<AffineBody>
crania::quantization::analyzeAffineBody(linalg::LinalgOp op) {
  return Analyzer(op).run();
}

OpOperand *crania::quantization::forwardedOperand(linalg::LinalgOp op) {
  if (op->getNumResults() != 1 || op.getNumReductionLoops() != 0)
    return nullptr;
  auto argument =
      dyn_cast<BlockArgument>(op.getBlock()->getTerminator()->getOperand(0));
  if (!argument || argument.getOwner() != op.getBlock())
    return nullptr;
  OpOperand *operand = op.getMatchingOpOperand(argument);
  return op.isDpsInit(operand) ? nullptr : operand;
}
