// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ScalarCode.h"
#include "crania/DeviceBinary/VectorTraits.h"
#include "crania/Dialect/CraniaHW/IR/ElementTypes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace crania;
using namespace crania::lowering;
using hw::VectorOpcode;

namespace {

/// Returns the instruction for an op whose operands are the instruction's
/// registers.
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
      // On truth values, 0 and 1.
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
      // Registers hold bytes as numbers, so signed and unsigned ones compare
      // alike.
      .Case<arith::MaxSIOp, arith::MaxUIOp>(
          [](auto) { return VectorOpcode::Max; })
      .Case<arith::MinSIOp, arith::MinUIOp>(
          [](auto) { return VectorOpcode::Min; })
      .Default([](Operation *) { return std::nullopt; });
}

/// Returns the instruction of a comparison. Comparisons are false if an operand
/// is NaN, except `une`, which is true. The machine's comparisons behave so as
/// well.
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

/// Returns the comparison that is true exactly if `predicate` is false.
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

bool isNarrow(Type type) { return type.isInteger(8) || type.isInteger(16); }

/// Returns true if the result of an operation fits the type of its operands.
/// Such operations may work on narrow integers in wider registers.
bool staysInRange(Operation *op) {
  return isa<arith::MaxSIOp, arith::MaxUIOp, arith::MinSIOp, arith::MinUIOp,
             arith::SelectOp, arith::ShRSIOp>(op);
}

/// Returns why the vector unit does not have an op that it has for other types.
/// Empty if it has the op.
StringRef unsupportedReason(Operation *op) {
  Type type = op->getOperand(0).getType();
  bool isBytes = type.isInteger(8);
  if (isa<arith::AndIOp, arith::OrIOp>(op))
    return isTruthValue(type) ? "" : "; it has no bitwise logic";
  if (isa<arith::MaxUIOp, arith::MinUIOp>(op) && !isBytes)
    return "; integers wider than bytes have a sign";
  if (isa<arith::ExtUIOp, arith::UIToFPOp>(op) && !isBytes &&
      !isTruthValue(type))
    return "; integers wider than bytes have a sign";
  if (isa<arith::FPToUIOp>(op) && !op->getResult(0).getType().isInteger(8))
    return "; integers wider than bytes have a sign";
  if (isTruthValue(type) &&
      !isa<arith::SelectOp, arith::ExtUIOp, arith::UIToFPOp>(op))
    return "; it takes truth values for 0 and 1";
  return "";
}

/// Emits instructions in the order of evaluation from the yielded value. The
/// yielded value therefore comes last, and no dead instruction is emitted.
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
      // Stores one of several inputs unchanged, as max(x, x) = x.
      emit(VectorOpcode::Max, kindOf(*last), {*last, *last});
    return std::move(code);
  }

private:
  /// Returns the block argument by which the body knows a scalar operand.
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

  /// Returns the type of instructions on a register: f32, i32 or i64.
  Type kindOf(int64_t reg) const {
    auto known = kinds.find(reg);
    return known == kinds.end() ? f32 : known->second;
  }

  /// Returns the type of instructions on an element or scalar. Integers of up
  /// to 32 bits use i32.
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
    return isTruthValue(type) || hw::isSignlessElement(type);
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
    if (isTruthValue(value.getType()) &&
        isa<arith::AndIOp, arith::OrIOp, arith::SelectOp>(definition))
      return visitLogic(definition);
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
    Type kind = kindOf(value.getType());
    if (isa<arith::SelectOp>(definition))
      operands[0] = convert(operands[0], kind);
    return emit(*opcode, kind, operands);
  }

  /// Emits a logic operation. Truth values are 0 and 1 in registers of the kind
  /// that was compared; all operands are converted to the kind of the first.
  FailureOr<int64_t> visitLogic(Operation *definition) {
    SmallVector<int64_t> operands;
    if (failed(visitOperands(definition, operands)))
      return failure();
    Type kind = kindOf(operands[0]);
    for (int64_t &operand : operands)
      operand = convert(operand, kind);
    // Logic operations always have an instruction.
    std::optional<VectorOpcode> opcode = opcodeOf(definition);
    if (!opcode)
      return failure();
    return emit(*opcode, kind, operands);
  }

  /// Emits a register with the number of another one, as a float or as an
  /// integer.
  int64_t convert(int64_t reg, Type kind) {
    bool isFloat = kindOf(reg) == f32;
    if (isFloat == (kind == f32))
      return reg;
    return emit(isFloat ? VectorOpcode::ToInt : VectorOpcode::ToF32, kind,
                {reg});
  }

  LogicalResult visitOperands(Operation *definition,
                              SmallVectorImpl<int64_t> &operands) {
    if (StringRef reason = unsupportedReason(definition); !reason.empty())
      return unsupported(definition, definition->getLoc()) << reason;
    std::optional<bool> without = readsUnsigned(definition);
    // An op that does not determine the sign must find equal signs.
    if (!without)
      for (Value operand : definition->getOperands())
        if (std::optional<bool> found = isUnsigned(operand); found && !without)
          without = found;
    for (Value operand : definition->getOperands()) {
      FailureOr<int64_t> source = visitAs(operand, without, definition);
      if (failed(source))
        return failure();
      operands.push_back(*source);
    }
    return success();
  }

  /// Emits an operand whose bytes are read as unsigned or signed, if `without`
  /// says so.
  FailureOr<int64_t> visitAs(Value operand, std::optional<bool> without,
                             Operation *reader) {
    APInt number;
    if (operand.getType().isInteger(8) && without.value_or(false) &&
        matchPattern(operand, m_ConstantInt(&number)))
      return append(
          hw::InstructionAttr::getInteger(i32, int64_t(number.getZExtValue())),
          i32);
    std::optional<bool> found = isUnsigned(operand);
    if (found && without && *found != *without)
      return unsupported(reader, operand.getLoc())
             << " reads as " << (*without ? "unsigned" : "signed")
             << " a byte that is " << (*found ? "unsigned" : "signed")
             << "; extend it to i32 where it is made";
    return visit(operand);
  }

  /// Returns true if the register of a byte holds an unsigned number, and false
  /// if a signed one. Returns nullopt for a constant and a truncation, which
  /// take the sign of their reader, and for other types, which are always
  /// signed.
  std::optional<bool> isUnsigned(Value value) {
    value = resolve(value);
    if (!value.getType().isInteger(8) || matchPattern(value, m_Constant()))
      return std::nullopt;
    if (Type element = inputTypes.lookup(value))
      return element.isUnsignedInteger();
    Operation *definition = value.getDefiningOp();
    if (isa_and_nonnull<arith::TruncIOp>(definition))
      return std::nullopt;
    if (auto select = dyn_cast_or_null<arith::SelectOp>(definition)) {
      std::optional<bool> chosen = isUnsigned(select.getTrueValue());
      return chosen ? chosen : isUnsigned(select.getFalseValue());
    }
    return isa_and_nonnull<arith::MaxUIOp, arith::MinUIOp, arith::FPToUIOp>(
        definition);
  }

  /// Emits a conversion. Registers hold integers as numbers, so an extension
  /// emits nothing, and a store truncates.
  FailureOr<int64_t> visitConversion(Operation *definition) {
    Type to = definition->getResult(0).getType();
    SmallVector<int64_t> operand;
    if (failed(visitOperands(definition, operand)))
      return failure();
    if (auto cut = dyn_cast<arith::TruncIOp>(definition);
        cut && !isYieldedOnly(cut) && !keepsNumber(cut))
      return unsupported(definition, definition->getLoc())
             << " within a body; only what is stored is cut";
    return convert(operand[0], kindOf(to));
  }

  /// Returns true if a truncation gives each of its readers the number that it
  /// takes, as a clamp before it leaves nothing to cut. A byte has the range
  /// that its readers take it for.
  static bool keepsNumber(arith::TruncIOp cut) {
    std::optional<std::pair<int64_t, int64_t>> clamp = clampOf(cut.getIn());
    unsigned bits = cut.getType().getIntOrFloatBitWidth();
    return clamp && llvm::all_of(cut->getUsers(), [&](Operation *user) {
             auto [low, high] = *clamp;
             if (isa<arith::ExtUIOp, arith::UIToFPOp>(user))
               return low >= 0 && llvm::isUIntN(bits, uint64_t(high));
             if (isa<arith::ExtSIOp, arith::SIToFPOp>(user))
               return llvm::isIntN(bits, low) && llvm::isIntN(bits, high);
             return isa<linalg::YieldOp>(user);
           });
  }

  /// Returns the ends of a value that is min(max(x, low), high), with numbers
  /// in order.
  static std::optional<std::pair<int64_t, int64_t>> clampOf(Value value) {
    auto atMost = value.getDefiningOp<arith::MinSIOp>();
    auto atLeast =
        atMost ? atMost.getLhs().getDefiningOp<arith::MaxSIOp>() : nullptr;
    APInt low, high;
    if (!atLeast || !matchPattern(atLeast.getRhs(), m_ConstantInt(&low)) ||
        !matchPattern(atMost.getRhs(), m_ConstantInt(&high)) || low.sgt(high))
      return std::nullopt;
    return std::make_pair(low.getSExtValue(), high.getSExtValue());
  }

  static bool isYieldedOnly(Operation *definition) {
    return llvm::all_of(definition->getUsers(), [](Operation *user) {
      return isa<linalg::YieldOp>(user);
    });
  }

  /// Emits a * b + c, shifted right by a number, in 64 bits. Returns nullopt if
  /// the ops have another form.
  std::optional<FailureOr<int64_t>> visitRescale(Operation *definition) {
    if (!definition->getResult(0).getType().isInteger(64))
      return std::nullopt;
    APInt shift(64, 0);
    Operation *sum = definition;
    if (auto shifted = dyn_cast<arith::ShRSIOp>(definition)) {
      if (!matchPattern(shifted.getRhs(), m_ConstantInt(&shift)) ||
          shift.ugt(uint64_t(binary::maxShift)))
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
      return unsupported(nullptr, loc) << ": a constant that is not a number";
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
    InFlightDiagnostic diagnostic = op.emitOpError();
    diagnostic << "cannot run on the vector unit";
    if (inner)
      diagnostic << ": '" << inner->getName() << "' in its body";
    diagnostic.attachNote(loc) << "this value";
    return diagnostic;
  }

  linalg::LinalgOp op;
  bool reduces;
  const ElementTypes &types;
  Type f32, i32, i64;
  ScalarCode code;
  /// The block argument of the output, if it is register n.
  Value output;
  llvm::DenseMap<Value, int64_t> registers;
  /// The stored types of the tensors behind block arguments.
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
