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
      .Case([](math::RoundEvenOp) { return VectorOpcode::RoundEven; })
      .Case([](arith::AddIOp) { return VectorOpcode::Add; })
      .Case([](arith::SubIOp) { return VectorOpcode::Sub; })
      .Case([](arith::MulIOp) { return VectorOpcode::Mul; })
      .Case([](arith::ShRSIOp) { return VectorOpcode::Shr; })
      // Registers hold bytes as the numbers that they are, with sign or
      // without.
      .Case<arith::MaxSIOp, arith::MaxUIOp>(
          [](auto) { return VectorOpcode::Max; })
      .Case<arith::MinSIOp, arith::MinUIOp>(
          [](auto) { return VectorOpcode::Min; })
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

std::optional<VectorOpcode> opcodeOf(arith::CmpIPredicate predicate) {
  switch (predicate) {
  case arith::CmpIPredicate::eq:
    return VectorOpcode::CmpEq;
  case arith::CmpIPredicate::ne:
    return VectorOpcode::CmpNe;
  case arith::CmpIPredicate::slt:
    return VectorOpcode::CmpLt;
  case arith::CmpIPredicate::sle:
    return VectorOpcode::CmpLe;
  case arith::CmpIPredicate::sgt:
    return VectorOpcode::CmpGt;
  case arith::CmpIPredicate::sge:
    return VectorOpcode::CmpGe;
  default:
    return std::nullopt;
  }
}

bool isTruthValue(Type type) { return type.isInteger(1); }

/// Operations whose result fits the type of their operands, so that they may
/// work on narrow integers in wider registers.
bool staysInRange(Operation *op) {
  return isa<arith::MaxSIOp, arith::MaxUIOp, arith::MinSIOp, arith::MinUIOp,
             arith::SelectOp, arith::ShRSIOp>(op);
}

/// Emits instructions in the order of evaluation from the yielded value, so
/// that what is yielded comes last and nothing dead is emitted.
class Translator {
public:
  Translator(linalg::LinalgOp op, bool reduces, const ElementTypes &types)
      : op(op), reduces(reduces), types(types),
        f32(Float32Type::get(op.getContext())),
        i32(IntegerType::get(op.getContext(), 32)),
        i64(IntegerType::get(op.getContext(), 64)) {}

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
      emit(VectorOpcode::Max, kindOf(*last), {*last, *last});
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
      Value tensor = operand->get();
      if (op.isDpsInit(operand) && op->getNumResults() == 1)
        tensor = op->getResult(0);
      inputTypes[value] = types.of(tensor);
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

  int64_t emit(VectorOpcode opcode, Type type, ArrayRef<int64_t> operands) {
    return append(hw::InstructionAttr::get(opcode, type, operands), type);
  }

  int64_t emitConstant(double value) {
    return append(hw::InstructionAttr::get(f32, value), f32);
  }

  int64_t append(hw::InstructionAttr instruction, Type type) {
    code.instructions.push_back(instruction);
    int64_t result = registerOf(code.instructions.size() - 1);
    kinds[result] = type;
    return result;
  }

  /// The type of the instructions that work on a register: f32, i32 or i64.
  Type kindOf(int64_t reg) const {
    auto known = kinds.find(reg);
    return known == kinds.end() ? f32 : known->second;
  }

  /// That of an element or scalar: integers of up to 32 bits are an i32.
  Type kindOf(Type type) const {
    if (type.isF32())
      return f32;
    return type.getIntOrFloatBitWidth() > 32 ? i64 : i32;
  }

  FailureOr<int64_t> visit(Value value) {
    value = resolve(value);
    if (value == output) {
      int64_t reg = code.inputs.size();
      kinds[reg] = kindOf(inputTypes.lookup(value));
      return reg;
    }
    auto known = registers.find(value);
    if (known != registers.end()) {
      Type element = inputTypes.lookup(value);
      kinds.try_emplace(known->second,
                        kindOf(element ? element : value.getType()));
      return known->second;
    }
    FailureOr<int64_t> result = visitDefinition(value);
    if (succeeded(result))
      registers[value] = *result;
    return result;
  }

  static bool isMachineType(Type type) {
    return type.isF32() || isTruthValue(type) || type.isSignlessInteger(8) ||
           type.isSignlessInteger(16) || type.isSignlessInteger(32) ||
           type.isSignlessInteger(64);
  }

  FailureOr<int64_t> visitDefinition(Value value) {
    if (!isMachineType(value.getType()))
      return unsupported(value.getDefiningOp(), value.getLoc())
             << "; the machine computes in f32, i32 and i64: found "
             << value.getType();
    Attribute constant;
    if (matchPattern(value, m_Constant(&constant)))
      return visitConstant(constant, value.getLoc());
    Operation *definition = value.getDefiningOp();
    if (auto compare = dyn_cast<arith::CmpFOp>(definition))
      return visitCompare(compare);
    if (auto compare = dyn_cast<arith::CmpIOp>(definition))
      return visitCompare(compare);
    if (isa<arith::ExtSIOp, arith::ExtUIOp, arith::TruncIOp, arith::SIToFPOp,
            arith::UIToFPOp, arith::FPToSIOp, arith::FPToUIOp>(definition))
      return visitConversion(definition);
    if (std::optional<FailureOr<int64_t>> fused = visitRescale(definition))
      return *fused;
    std::optional<VectorOpcode> opcode = opcodeOf(definition);
    if (!opcode)
      return unsupported(definition, definition->getLoc())
             << "; rewrite it with arith and math ops that the vector unit "
                "has, "
                "or move its layer before or after the iteration";
    if (isNarrow(value.getType()) && !staysInRange(definition))
      return unsupported(definition, definition->getLoc())
             << " on " << value.getType()
             << ", which the vector unit would not wrap; extend its operands";
    SmallVector<int64_t> operands;
    if (failed(visitOperands(definition, operands)))
      return failure();
    // Truth values are of the kind of what was compared.
    Type kind = isTruthValue(value.getType()) ? kindOf(operands[0])
                                              : kindOf(value.getType());
    if (isa<arith::SelectOp>(definition) && kindOf(operands[0]) == f32 &&
        kind != f32)
      operands[0] = emit(VectorOpcode::ToInt, kind, {operands[0]});
    return emit(*opcode, kind, operands);
  }

  static bool isNarrow(Type type) {
    return type.isInteger(8) || type.isInteger(16);
  }

  LogicalResult visitOperands(Operation *definition,
                              SmallVectorImpl<int64_t> &operands) {
    for (Value operand : definition->getOperands()) {
      FailureOr<int64_t> source = isByteWithoutSign(definition, operand)
                                      ? emitByteWithoutSign(operand)
                                      : visit(operand);
      if (failed(source))
        return failure();
      operands.push_back(*source);
    }
    return success();
  }

  /// A constant byte is the number that its reader takes it for.
  static bool isByteWithoutSign(Operation *reader, Value operand) {
    return operand.getType().isInteger(8) &&
           isa<arith::MaxUIOp, arith::MinUIOp>(reader) &&
           matchPattern(operand, m_Constant());
  }

  FailureOr<int64_t> emitByteWithoutSign(Value operand) {
    APInt byte;
    matchPattern(operand, m_ConstantInt(&byte));
    return append(
        hw::InstructionAttr::getInteger(i32, int64_t(byte.getZExtValue())),
        i32);
  }

  /// Registers hold integers as the numbers that they are, so that extension is
  /// nothing; a store cuts.
  FailureOr<int64_t> visitConversion(Operation *definition) {
    Value source = definition->getOperand(0);
    Type from = source.getType(), to = definition->getResult(0).getType();
    FailureOr<int64_t> operand = visit(source);
    if (failed(operand))
      return failure();
    bool withoutSign = isa<arith::ExtUIOp, arith::UIToFPOp>(definition);
    if (withoutSign && !isTruthValue(from) && !from.isInteger(8))
      return unsupported(definition, definition->getLoc())
             << " of " << from << "; integers wider than bytes have a sign";
    if (isa<arith::FPToSIOp, arith::FPToUIOp>(definition))
      return emit(VectorOpcode::ToInt, kindOf(to), {*operand});
    if (to.isF32()) {
      // A truth value in a register of floats is 0 or 1 already.
      bool isFloat = kindOf(*operand) == f32;
      return isFloat ? *operand : emit(VectorOpcode::ToF32, f32, {*operand});
    }
    if (isa<arith::TruncIOp>(definition) && !isYieldedOnly(definition))
      return unsupported(definition, definition->getLoc())
             << " within a body; only what is stored is cut";
    return *operand;
  }

  static bool isYieldedOnly(Operation *definition) {
    return llvm::all_of(definition->getUsers(), [](Operation *user) {
      return isa<linalg::YieldOp>(user);
    });
  }

  /// a * b + c, and that shifted to the right by a number, in 64 bits.
  std::optional<FailureOr<int64_t>> visitRescale(Operation *definition) {
    if (!definition->getResult(0).getType().isInteger(64))
      return std::nullopt;
    APInt shift(64, 0);
    Operation *sum = definition;
    if (auto shifted = dyn_cast<arith::ShRSIOp>(definition)) {
      if (!matchPattern(shifted.getRhs(), m_ConstantInt(&shift)) ||
          shift.ugt(largestShift))
        return std::nullopt;
      sum = shifted.getLhs().getDefiningOp();
    }
    auto add = dyn_cast_or_null<arith::AddIOp>(sum);
    if (!add || (sum != definition && !add->hasOneUse()))
      return std::nullopt;
    auto product = add.getLhs().getDefiningOp<arith::MulIOp>();
    Value addend = add.getRhs();
    if (!product || !product->hasOneUse()) {
      product = add.getRhs().getDefiningOp<arith::MulIOp>();
      addend = add.getLhs();
    }
    if (!product || !product->hasOneUse())
      return std::nullopt;
    SmallVector<int64_t> operands;
    for (Value value : {product.getLhs(), product.getRhs(), addend}) {
      FailureOr<int64_t> operand = visit(value);
      if (failed(operand))
        return FailureOr<int64_t>(failure());
      operands.push_back(*operand);
    }
    return FailureOr<int64_t>(
        append(hw::InstructionAttr::getRescale(op.getContext(), operands,
                                               shift.getSExtValue()),
               i64));
  }

  FailureOr<int64_t> visitConstant(Attribute constant, Location loc) {
    if (auto number = dyn_cast<FloatAttr>(constant))
      return emitConstant(number.getValueAsDouble());
    auto integer = dyn_cast<IntegerAttr>(constant);
    if (!integer)
      return unsupported(nullptr, loc) << ": a constant that is no number";
    if (isTruthValue(integer.getType()))
      return emitConstant(integer.getValue().isZero() ? 0 : 1);
    Type kind = kindOf(integer.getType());
    return append(hw::InstructionAttr::getInteger(
                      kind, integer.getValue().getSExtValue()),
                  kind);
  }

  FailureOr<int64_t> visitCompare(arith::CmpFOp compare) {
    SmallVector<int64_t> operands;
    if (failed(visitOperands(compare, operands)))
      return failure();
    if (std::optional<VectorOpcode> opcode = opcodeOf(compare.getPredicate()))
      return emit(*opcode, f32, operands);
    std::optional<VectorOpcode> opposite =
        opcodeOfOpposite(compare.getPredicate());
    if (!opposite)
      return unsupported(compare, compare.getLoc())
             << ": the vector unit has no comparison '"
             << arith::stringifyCmpFPredicate(compare.getPredicate()) << "'";
    int64_t isOpposite = emit(*opposite, f32, operands);
    return emit(VectorOpcode::CmpEq, f32, {isOpposite, emitConstant(0)});
  }

  FailureOr<int64_t> visitCompare(arith::CmpIOp compare) {
    SmallVector<int64_t> operands;
    if (failed(visitOperands(compare, operands)))
      return failure();
    std::optional<VectorOpcode> opcode = opcodeOf(compare.getPredicate());
    if (!opcode)
      return unsupported(compare, compare.getLoc())
             << ": the vector unit has no comparison '"
             << arith::stringifyCmpIPredicate(compare.getPredicate()) << "'";
    return emit(*opcode, kindOf(compare.getLhs().getType()), operands);
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
  /// What `rescale` can shift by.
  static constexpr uint64_t largestShift = 62;

  bool reduces;
  const ElementTypes &types;
  Type f32, i32, i64;
  ScalarCode code;
  /// The block argument of the output, if it is register n.
  Value output;
  llvm::DenseMap<Value, int64_t> registers;
  /// Stored types of the tensors behind block arguments.
  llvm::DenseMap<Value, Type> inputTypes;
  llvm::DenseMap<int64_t, Type> kinds;
  llvm::DenseSet<Value> seen;
};

} // namespace

FailureOr<ScalarCode>
crania::lowering::translateScalarCode(linalg::LinalgOp op, bool reduces,
                                      const ElementTypes &types) {
  return Translator(op, reduces, types).run();
}
