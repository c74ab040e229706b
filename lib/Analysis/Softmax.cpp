// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Analysis/Softmax.h"
#include "crania/Analysis/Contraction.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;

namespace {

enum class Kind {
  unknown,
  number,        ///< a constant
  uniform,       ///< the same for all classes, computed as `shift`
  logits,        ///< x - shift
  exponential,   ///< exp(x - shift)
  sum,           ///< the sum of exp(x - shift) over the classes
  reciprocal,    ///< 1 / sum
  logarithm,     ///< log(sum)
  probability,   ///< an increasing function of softmax(x)
  logProbability ///< log(softmax(x))
};

/// Relation of a tensor, or of a scalar in the body of a structured op, to the
/// tensor of logits x. With one dimension of classes, the elements of a tensor
/// are in the same order under any shape.
struct Form {
  Kind kind = Kind::unknown;
  Value logits = {};
  /// Null for 0.
  Value shift = {};
  double number = 0;
  /// The function of a probability, where it is 1/classes and 1/2. The largest
  /// probability is at least the one, and only one is above the other: a clamp
  /// outside of the two keeps which class is the most probable.
  double atUniform = 0, atHalf = 0;
  /// True if that function is the identity, or the logarithm.
  bool isExact = false;

  bool isNumber(double value) const {
    return kind == Kind::number && number == value;
  }
  bool isMonotone() const {
    return kind == Kind::probability || kind == Kind::logProbability;
  }
  bool isSameForAll() const {
    return kind == Kind::number || kind == Kind::uniform || kind == Kind::sum ||
           kind == Kind::reciprocal || kind == Kind::logarithm;
  }
  /// Returns true if both are computed from the same shifted logits.
  bool shares(const Form &other) const {
    return logits == other.logits && shift == other.shift;
  }
  Form as(Kind newKind) const {
    Form result = *this;
    result.kind = newKind;
    return result;
  }
};

/// Follows the ops that compute a tensor of `classes` logits.
class FormReader {
public:
  explicit FormReader(int64_t classes) : classes(classes) {}

  Form read(Value value) {
    auto [known, isNew] = forms.try_emplace(value);
    if (!isNew)
      return known->second;
    Form form = isa<RankedTensorType>(value.getType()) ? readTensor(value)
                                                       : readScalar(value);
    return forms[value] = form;
  }

private:
  /// A tensor that is nothing else is logits itself, or uniform if it has one
  /// element. Others are of no interest.
  Form readTensor(Value value) {
    auto type = cast<RankedTensorType>(value.getType());
    if (!type.hasStaticShape() || !isa<FloatType>(type.getElementType()))
      return {};
    bool isUniform = type.getNumElements() == 1;
    if (!isUniform && !hasClasses(type))
      return {};
    Form form = readDefinition(value);
    if (form.kind != Kind::unknown)
      return form;
    if (isUniform)
      return {Kind::uniform, {}, value};
    return {Kind::logits, value};
  }

  /// Returns true if one dimension has the classes and all others are 1.
  bool hasClasses(RankedTensorType type) const {
    return type.getNumElements() == classes &&
           llvm::count(type.getShape(), classes) == 1;
  }

  Form readDefinition(Value value) {
    DenseElementsAttr elements;
    if (matchPattern(value, m_Constant(&elements)))
      return elements.isSplat()
                 ? numberForm(
                       elements.getSplatValue<APFloat>().convertToDouble())
                 : Form();
    Operation *op = value.getDefiningOp();
    if (!op)
      return {};
    if (isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op))
      return read(op->getOperand(0));
    if (auto fill = dyn_cast<linalg::FillOp>(op))
      return read(fill.value());
    if (auto softmax = dyn_cast<linalg::SoftmaxOp>(op))
      return readSoftmax(softmax);
    if (auto structured = dyn_cast<linalg::LinalgOp>(op))
      return readStructured(structured, cast<OpResult>(value));
    return {};
  }

  static Form numberForm(double number) {
    Form form{Kind::number};
    form.number = number;
    return form;
  }

  Form probabilityOf(Value logits) const {
    Form form{Kind::probability, logits};
    form.atUniform = 1.0 / double(classes);
    form.atHalf = 0.5;
    form.isExact = true;
    return form;
  }

  Form logProbabilityOf(Value logits) const {
    Form form = probabilityOf(logits).as(Kind::logProbability);
    form.atUniform = std::log(form.atUniform);
    form.atHalf = std::log(form.atHalf);
    return form;
  }

  Form readSoftmax(linalg::SoftmaxOp softmax) {
    int64_t extent = softmax.getInputOperandType().getDimSize(
        int64_t(softmax.getDimension()));
    if (extent == 1)
      return numberForm(1);
    Form input = read(softmax.getInput());
    bool isShifted = input.kind == Kind::logits ||
                     (input.kind == Kind::logProbability && input.isExact);
    return probabilityOf(isShifted ? input.logits : softmax.getInput());
  }

  //===--------------------------------------------------------------------===//
  // Structured ops
  //===--------------------------------------------------------------------===//

  Form readStructured(linalg::LinalgOp op, OpResult result) {
    SmallVector<int64_t> loops = op.getStaticLoopRanges();
    for (OpOperand &operand : op->getOpOperands())
      if (!readsInOrder(op, operand, loops))
        return {};
    Value yielded =
        op.getBlock()->getTerminator()->getOperand(result.getResultNumber());
    bool isReduced =
        llvm::product_of(loops) != 1 &&
        cast<RankedTensorType>(result.getType()).getNumElements() == 1;
    if (!isReduced)
      return read(yielded);
    return readReduction(op, result, yielded);
  }

  /// Returns true if the loops visit all classes of an operand that has them,
  /// once.
  bool readsInOrder(linalg::LinalgOp op, OpOperand &operand,
                    ArrayRef<int64_t> loops) {
    auto type = dyn_cast<RankedTensorType>(operand.get().getType());
    if (!type || (type.hasStaticShape() && type.getNumElements() == 1))
      return llvm::product_of(loops) == 1 || llvm::product_of(loops) == classes;
    if (!hasClasses(type) || llvm::product_of(loops) != classes)
      return false;
    size_t position =
        llvm::find(type.getShape(), classes) - type.getShape().begin();
    auto index = dyn_cast<AffineDimExpr>(
        op.getMatchingIndexingMap(&operand).getResult(position));
    return index && loops[index.getPosition()] == classes;
  }

  /// Only a sum of exponentials says more than that the result is uniform.
  Form readReduction(linalg::LinalgOp op, OpResult result, Value yielded) {
    auto add = yielded.getDefiningOp<arith::AddFOp>();
    if (!add)
      return {};
    OpOperand *init = op.getDpsInitOperand(result.getResultNumber());
    Value accumulator = op.getMatchingBlockArgument(init);
    bool isFirst = add.getLhs() == accumulator;
    if ((!isFirst && add.getRhs() != accumulator) ||
        !read(init->get()).isNumber(0))
      return {};
    Form element = read(isFirst ? add.getRhs() : add.getLhs());
    return element.kind == Kind::exponential ? element.as(Kind::sum) : Form();
  }

  //===--------------------------------------------------------------------===//
  // Scalars
  //===--------------------------------------------------------------------===//

  Form readScalar(Value value) {
    FloatAttr number;
    if (matchPattern(value, m_Constant(&number)))
      return numberForm(number.getValueAsDouble());
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      auto op = dyn_cast_or_null<linalg::LinalgOp>(
          argument.getOwner()->getParentOp());
      return op ? read(op.getMatchingOpOperand(argument)->get()) : Form();
    }
    Operation *op = value.getDefiningOp();
    Form form = readArithmetic(op);
    if (form.kind != Kind::unknown)
      return form;
    bool isUniform = op->getNumOperands() > 0 && op->getNumRegions() == 0 &&
                     llvm::all_of(op->getOperands(), [&](Value operand) {
                       return read(operand).isSameForAll();
                     });
    return isUniform ? Form{Kind::uniform, {}, value} : Form();
  }

  Form readArithmetic(Operation *op) {
    auto operand = [&](unsigned i) { return read(op->getOperand(i)); };
    return llvm::TypeSwitch<Operation *, Form>(op)
        .Case<arith::ExtFOp, arith::TruncFOp>([&](auto) { return operand(0); })
        .Case([&](math::ExpOp) { return exponential(operand(0)); })
        .Case([&](math::LogOp) { return logarithm(operand(0)); })
        .Case([&](arith::AddFOp) { return sum(operand(0), operand(1)); })
        .Case([&](arith::SubFOp) { return difference(operand(0), operand(1)); })
        .Case([&](arith::MulFOp) { return product(operand(0), operand(1)); })
        .Case([&](arith::DivFOp) { return quotient(operand(0), operand(1)); })
        .Case<arith::MaximumFOp, arith::MaxNumFOp>(
            [&](auto) { return clamp(operand(0), operand(1), true); })
        .Case<arith::MinimumFOp, arith::MinNumFOp>(
            [&](auto) { return clamp(operand(0), operand(1), false); })
        .Case([&](arith::SelectOp select) { return readSelect(select); })
        .Default([](Operation *) { return Form(); });
  }

  /// A function of a probability after the increasing function `next`.
  template <typename Function>
  static Form followedBy(Form form, Function next) {
    form.kind = Kind::probability;
    form.atUniform = next(form.atUniform);
    form.atHalf = next(form.atHalf);
    form.isExact = false;
    // An overflow is no increasing function any more.
    bool isFinite = std::isfinite(form.atUniform) && std::isfinite(form.atHalf);
    return isFinite ? form : Form();
  }

  Form exponential(const Form &x) const {
    if (x.kind == Kind::logits)
      return x.as(Kind::exponential);
    if (x.kind == Kind::logProbability && x.isExact)
      return probabilityOf(x.logits);
    if (x.isMonotone())
      return followedBy(x, [](double p) { return std::exp(p); });
    return {};
  }

  Form logarithm(const Form &x) const {
    if (x.kind == Kind::sum)
      return x.as(Kind::logarithm);
    if (x.kind == Kind::probability && x.isExact)
      return logProbabilityOf(x.logits);
    if (x.kind == Kind::probability)
      return followedBy(x, [](double p) { return std::log(p); });
    return {};
  }

  static Form sum(Form a, Form b) {
    if (a.kind == Kind::number || a.kind == Kind::uniform)
      std::swap(a, b);
    if (b.isNumber(0))
      return a;
    // max(x) + log(sum(exp(x - max(x)))) is log(sum(exp(x))).
    if (a.kind == Kind::logarithm && b.kind == Kind::uniform &&
        a.shift == b.shift) {
      a.shift = {};
      return a;
    }
    if (a.isMonotone() && b.kind == Kind::number)
      return followedBy(a, [&](double p) { return p + b.number; });
    return {};
  }

  Form difference(Form a, const Form &b) const {
    if (b.isNumber(0))
      return a;
    if (a.kind == Kind::logits && b.kind == Kind::logarithm && a.shares(b))
      return logProbabilityOf(a.logits);
    if (a.kind == Kind::logits && !a.shift && b.kind == Kind::uniform) {
      a.shift = b.shift;
      return a;
    }
    if (a.isMonotone() && b.kind == Kind::number)
      return followedBy(a, [&](double p) { return p - b.number; });
    return {};
  }

  Form product(Form a, Form b) const {
    if (a.kind == Kind::number || a.kind == Kind::reciprocal)
      std::swap(a, b);
    if (b.isNumber(1))
      return a;
    if (a.kind == Kind::exponential && b.kind == Kind::reciprocal &&
        a.shares(b))
      return probabilityOf(a.logits);
    if (a.isMonotone() && b.kind == Kind::number && b.number > 0)
      return followedBy(a, [&](double p) { return p * b.number; });
    return {};
  }

  Form quotient(const Form &a, const Form &b) const {
    if (b.isNumber(1))
      return a;
    if (a.isNumber(1) && b.kind == Kind::sum)
      return b.as(Kind::reciprocal);
    if (a.kind == Kind::exponential && b.kind == Kind::sum && a.shares(b))
      return probabilityOf(a.logits);
    if (a.isMonotone() && b.kind == Kind::number && b.number > 0)
      return followedBy(a, [&](double p) { return p / b.number; });
    return {};
  }

  static Form clamp(Form x, Form limit, bool isLowEnd) {
    if (x.kind == Kind::number)
      std::swap(x, limit);
    if (limit.kind != Kind::number)
      return {};
    if (std::isinf(limit.number) && (limit.number < 0) == isLowEnd)
      return x;
    bool keepsOrder =
        isLowEnd ? limit.number <= x.atUniform : limit.number >= x.atHalf;
    if (!x.isMonotone() || !keepsOrder)
      return {};
    x.kind = Kind::probability;
    x.isExact = false;
    return x;
  }

  /// select(x > c, x, c) and the like.
  Form readSelect(arith::SelectOp select) {
    auto compare = select.getCondition().getDefiningOp<arith::CmpFOp>();
    if (!compare)
      return {};
    Value chosen = select.getTrueValue(), other = select.getFalseValue();
    bool isSame = compare.getLhs() == chosen && compare.getRhs() == other;
    bool isSwapped = compare.getLhs() == other && compare.getRhs() == chosen;
    if (!isSame && !isSwapped)
      return {};
    switch (compare.getPredicate()) {
    case arith::CmpFPredicate::OGT:
    case arith::CmpFPredicate::OGE:
    case arith::CmpFPredicate::UGT:
    case arith::CmpFPredicate::UGE:
      return clamp(read(chosen), read(other), isSame);
    case arith::CmpFPredicate::OLT:
    case arith::CmpFPredicate::OLE:
    case arith::CmpFPredicate::ULT:
    case arith::CmpFPredicate::ULE:
      return clamp(read(chosen), read(other), !isSame);
    default:
      return {};
    }
  }

  int64_t classes;
  llvm::DenseMap<Value, Form> forms;
};

bool squashes(Operation *op) {
  if (isa<linalg::SoftmaxOp>(op))
    return true;
  auto structured = dyn_cast<linalg::LinalgOp>(op);
  if (!structured)
    return false;
  return llvm::any_of(*structured.getBlock(), [](Operation &inner) {
    if (auto quotient = dyn_cast<arith::DivFOp>(inner))
      return !matchPattern(quotient.getRhs(), m_Constant());
    return isa<math::ExpOp, math::Exp2Op, math::ExpM1Op, math::LogOp,
               math::Log1pOp, math::TanhOp, math::ErfOp, math::AtanOp>(inner);
  });
}

} // namespace

Value crania::findSoftmaxInput(Value result) {
  auto type = dyn_cast<RankedTensorType>(result.getType());
  if (!type || !type.hasStaticShape() || type.getNumElements() < 2)
    return {};
  Form form = FormReader(type.getNumElements()).read(result);
  return form.isMonotone() ? form.logits : Value();
}

Operation *crania::findSquashing(Value result) {
  SmallVector<Value> pending = {result};
  llvm::DenseSet<Operation *> seen;
  for (size_t next = 0; next < pending.size(); ++next) {
    Operation *op = pending[next].getDefiningOp();
    if (!op || !seen.insert(op).second)
      continue;
    if (squashes(op))
      return op;
    auto structured = dyn_cast<linalg::LinalgOp>(op);
    if (!structured || !isContractionLike(structured))
      llvm::append_range(pending, op->getOperands());
  }
  return nullptr;
}
