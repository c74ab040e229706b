// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ScalarCode.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace crania;
using namespace crania::lowering;
using hw::VectorOpcode;

namespace {

/// The instruction with the meaning of an op whose operands are its registers.
std::optional<VectorOpcode> opcodeOf(Operation *op) {
  return llvm::TypeSwitch<Operation *, std::optional<VectorOpcode>>(op)
      .Case([](arith::AddFOp) { return VectorOpcode::Add; })
      .Case([](arith::SubFOp) { return VectorOpcode::Sub; })
      .Case([](arith::MulFOp) { return VectorOpcode::Mul; })
      .Case([](arith::DivFOp) { return VectorOpcode::Div; })
      .Case([](arith::MaximumFOp) { return VectorOpcode::Max; })
      .Case([](arith::MinimumFOp) { return VectorOpcode::Min; })
      .Case([](arith::MaxNumFOp) { return VectorOpcode::MaxNum; })
      .Case([](arith::MinNumFOp) { return VectorOpcode::MinNum; })
      .Case([](arith::NegFOp) { return VectorOpcode::Neg; })
      .Case([](arith::SelectOp) { return VectorOpcode::Select; })
      // On truth values, which are 0 and 1.
      .Case([](arith::AndIOp) { return VectorOpcode::Min; })
      .Case([](arith::OrIOp) { return VectorOpcode::Max; })
      .Case([](math::AbsFOp) { return VectorOpcode::Abs; })
      .Case([](math::ExpOp) { return VectorOpcode::Exp; })
      .Case([](math::LogOp) { return VectorOpcode::Log; })
      .Case([](math::SqrtOp) { return VectorOpcode::Sqrt; })
      .Case([](math::RsqrtOp) { return VectorOpcode::Rsqrt; })
      .Case([](math::TanhOp) { return VectorOpcode::Tanh; })
      .Case([](math::ErfOp) { return VectorOpcode::Erf; })
      .Case([](math::FloorOp) { return VectorOpcode::Floor; })
      .Case([](math::CeilOp) { return VectorOpcode::Ceil; })
      .Case([](math::PowFOp) { return VectorOpcode::Pow; })
      .Default([](Operation *) { return std::nullopt; });
}

/// Comparisons that are false where an operand is NaN, except `une`, which is
/// true, as the machine's are.
std::optional<VectorOpcode> opcodeOf(arith::CmpFPredicate predicate) {
  switch (predicate) {
  case arith::CmpFPredicate::OEQ:
    return VectorOpcode::CmpEq;
  case arith::CmpFPredicate::UNE:
    return VectorOpcode::CmpNe;
  case arith::CmpFPredicate::OLT:
    return VectorOpcode::CmpLt;
  case arith::CmpFPredicate::OLE:
    return VectorOpcode::CmpLe;
  case arith::CmpFPredicate::OGT:
    return VectorOpcode::CmpGt;
  case arith::CmpFPredicate::OGE:
    return VectorOpcode::CmpGe;
  default:
    return std::nullopt;
  }
}

/// The comparison that is true exactly where `predicate` is false.
std::optional<VectorOpcode> opcodeOfOpposite(arith::CmpFPredicate predicate) {
  switch (predicate) {
  case arith::CmpFPredicate::ULT:
    return VectorOpcode::CmpGe;
  case arith::CmpFPredicate::ULE:
    return VectorOpcode::CmpGt;
  case arith::CmpFPredicate::UGT:
    return VectorOpcode::CmpLe;
  case arith::CmpFPredicate::UGE:
    return VectorOpcode::CmpLt;
  default:
    return std::nullopt;
  }
}

bool isTruthValue(Type type) { return type.isInteger(1); }

/// Emits instructions in the order of evaluation from the yielded value, so
/// that what is yielded comes last and nothing dead is emitted.
class Translator {
public:
  Translator(linalg::LinalgOp op, bool reduces)
      : op(op), reduces(reduces), f32(Float32Type::get(op.getContext())) {}

  FailureOr<ScalarCode> run() {
    Value result = op.getBlock()->getTerminator()->getOperand(0);
    collectInputs(result);
    FailureOr<int64_t> last = visit(result);
    if (failed(last))
      return failure();
    bool isStoredLast = code.instructions.empty()
                            ? code.inputs.size() == 1 && *last == 0
                            : *last == registerOf(code.instructions.size() - 1);
    if (!isStoredLast)
      // An input as it is, among several: max(x, x) = x.
      emit(VectorOpcode::Max, {*last, *last});
    return std::move(code);
  }

private:
  /// A scalar operand is known in the body as a block argument.
  Value resolve(Value value) {
    auto argument = dyn_cast<BlockArgument>(value);
    if (!argument || argument.getOwner() != op.getBlock())
      return value;
    Value operand = op.getMatchingOpOperand(argument)->get();
    return isa<ShapedType>(operand.getType()) ? value : operand;
  }

  /// Numbers the block arguments and outer scalars that the result needs.
  void collectInputs(Value value) {
    value = resolve(value);
    if (!seen.insert(value).second || matchPattern(value, m_Constant()))
      return;
    auto argument = dyn_cast<BlockArgument>(value);
    bool isArgument = argument && argument.getOwner() == op.getBlock();
    if (isArgument) {
      OpOperand *operand = op.getMatchingOpOperand(argument);
      if (op.isDpsInit(operand)) {
        code.readsOutput = true;
        if (reduces) {
          output = value;
          return;
        }
      }
      registers[value] = code.inputs.size();
      code.inputs.push_back({operand, Value()});
      return;
    }
    Operation *definition = value.getDefiningOp();
    if (!definition || definition->getBlock() != op.getBlock()) {
      registers[value] = code.inputs.size();
      code.inputs.push_back({nullptr, value});
      return;
    }
    for (Value operand : definition->getOperands())
      collectInputs(operand);
  }

  int64_t registerOf(size_t instruction) const {
    return code.inputs.size() + 1 + instruction;
  }

  int64_t emit(VectorOpcode opcode, ArrayRef<int64_t> operands) {
    return append(hw::InstructionAttr::get(opcode, f32, operands));
  }

  int64_t emitConstant(double value) {
    return append(hw::InstructionAttr::get(f32, value));
  }

  int64_t append(hw::InstructionAttr instruction) {
    code.instructions.push_back(instruction);
    return registerOf(code.instructions.size() - 1);
  }

  FailureOr<int64_t> visit(Value value) {
    value = resolve(value);
    if (value == output)
      return int64_t(code.inputs.size());
    auto known = registers.find(value);
    if (known != registers.end())
      return known->second;
    FailureOr<int64_t> result = visitDefinition(value);
    if (succeeded(result))
      registers[value] = *result;
    return result;
  }

  FailureOr<int64_t> visitDefinition(Value value) {
    if (!value.getType().isF32() && !isTruthValue(value.getType()))
      return unsupported(value.getDefiningOp(), value.getLoc())
             << "; the machine computes in f32 only: found " << value.getType();
    Attribute constant;
    if (matchPattern(value, m_Constant(&constant)))
      return visitConstant(constant, value.getLoc());
    Operation *definition = value.getDefiningOp();
    if (auto compare = dyn_cast<arith::CmpFOp>(definition))
      return visitCompare(compare);
    // A truth value is 0 or 1 in a register of floats already.
    if (isa<arith::UIToFPOp>(definition) &&
        isTruthValue(definition->getOperand(0).getType()))
      return visit(definition->getOperand(0));
    std::optional<VectorOpcode> opcode = opcodeOf(definition);
    if (!opcode)
      return unsupported(definition, definition->getLoc())
             << "; rewrite it with arith and math ops that the vector unit "
                "has, "
                "or move its layer before or after the iteration";
    SmallVector<int64_t> operands;
    if (failed(visitOperands(definition, operands)))
      return failure();
    return emit(*opcode, operands);
  }

  LogicalResult visitOperands(Operation *definition,
                              SmallVectorImpl<int64_t> &operands) {
    for (Value operand : definition->getOperands()) {
      FailureOr<int64_t> source = visit(operand);
      if (failed(source))
        return failure();
      operands.push_back(*source);
    }
    return success();
  }

  FailureOr<int64_t> visitConstant(Attribute constant, Location loc) {
    if (auto number = dyn_cast<FloatAttr>(constant))
      return emitConstant(number.getValueAsDouble());
    if (auto truth = dyn_cast<IntegerAttr>(constant))
      return emitConstant(truth.getValue().isZero() ? 0 : 1);
    return unsupported(nullptr, loc) << ": a constant that is no number";
  }

  FailureOr<int64_t> visitCompare(arith::CmpFOp compare) {
    SmallVector<int64_t> operands;
    if (failed(visitOperands(compare, operands)))
      return failure();
    if (std::optional<VectorOpcode> opcode = opcodeOf(compare.getPredicate()))
      return emit(*opcode, operands);
    std::optional<VectorOpcode> opposite =
        opcodeOfOpposite(compare.getPredicate());
    if (!opposite)
      return unsupported(compare, compare.getLoc())
             << ": the vector unit has no comparison '"
             << arith::stringifyCmpFPredicate(compare.getPredicate()) << "'";
    int64_t isOpposite = emit(*opposite, operands);
    return emit(VectorOpcode::CmpEq, {isOpposite, emitConstant(0)});
  }

  InFlightDiagnostic unsupported(Operation *inner, Location loc) {
    InFlightDiagnostic diagnostic = op.emitError();
    diagnostic << "cannot run on the vector unit";
    if (inner)
      diagnostic << ": '" << inner->getName() << "' in its body";
    diagnostic.attachNote(loc) << "this value";
    return diagnostic;
  }

  linalg::LinalgOp op;
  bool reduces;
  Type f32;
  ScalarCode code;
  /// The block argument of the output, if it is register n.
  Value output;
  llvm::DenseMap<Value, int64_t> registers;
  llvm::DenseSet<Value> seen;
};

} // namespace

FailureOr<ScalarCode> crania::lowering::translateScalarCode(linalg::LinalgOp op,
                                                            bool reduces) {
  return Translator(op, reduces).run();
}
