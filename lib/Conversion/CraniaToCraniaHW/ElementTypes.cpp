// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ElementTypes.h"
#include "crania/Dialect/CraniaHW/IR/ElementTypes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace crania;
using namespace crania::lowering;

static bool isByteTensor(Value value) {
  auto type = dyn_cast<ShapedType>(value.getType());
  return type && type.getElementType().isInteger(8);
}

std::optional<bool> crania::lowering::readsUnsigned(Operation *op) {
  if (isa<arith::ExtUIOp, arith::UIToFPOp, arith::MaxUIOp, arith::MinUIOp>(op))
    return true;
  if (isa<arith::ExtSIOp, arith::SIToFPOp, arith::MaxSIOp, arith::MinSIOp,
          arith::ShRSIOp>(op))
    return false;
  auto compare = dyn_cast<arith::CmpIOp>(op);
  if (!compare || compare.getPredicate() == arith::CmpIPredicate::eq ||
      compare.getPredicate() == arith::CmpIPredicate::ne)
    return std::nullopt;
  return compare.getPredicate() >= arith::CmpIPredicate::ult;
}

FailureOr<ElementTypes> ElementTypes::create(ir::IterateOp iterate) {
  ElementTypes types;
  Block &body = iterate.getBody().front();
  // Classes come first, so that a fact about one member holds for all.
  for (Operation &op : body)
    if (failed(types.visit(op)))
      return failure();
  for (Operation &op : body) {
    for (Value operand : op.getOperands())
      if (failed(types.noteQuantized(operand, &op)))
        return failure();
    if (isa<linalg::LinalgOp>(op) && failed(types.readBody(&op)))
      return failure();
  }
  return types;
}

LogicalResult ElementTypes::visit(Operation &op) {
  for (Type type : op.getResultTypes())
    if (auto tensor = dyn_cast<TensorType>(type);
        tensor && failed(checkType(&op, tensor.getElementType())))
      return failure();
  if (isa<tensor::PadOp, tensor::CollapseShapeOp, tensor::ExpandShapeOp,
          tensor::ExtractSliceOp>(op))
    join(op.getOperand(0), op.getResult(0));
  if (auto concat = dyn_cast<tensor::ConcatOp>(op))
    for (Value input : concat.getInputs())
      join(input, concat.getResult());
  auto structured = dyn_cast<linalg::LinalgOp>(op);
  if (!structured || op.getNumResults() != 1 ||
      !structured.hasPureTensorSemantics())
    return success();
  // A value that is yielded unchanged keeps its type. The initial value of a
  // reduction has the type of its result.
  Value yielded = structured.getBlock()->getTerminator()->getOperand(0);
  if (auto argument = dyn_cast<BlockArgument>(yielded);
      argument && argument.getOwner() == structured.getBlock())
    join(structured.getMatchingOpOperand(argument)->get(), op.getResult(0));
  if (structured.getNumReductionLoops() > 0)
    join(structured.getDpsInits()[0], op.getResult(0));
  return success();
}

LogicalResult ElementTypes::checkType(Operation *op, Type type) {
  if (hw::isSignlessElement(type))
    return success();
  return op->emitOpError() << "computes in " << type
                           << "; the machine has f32, i8, i16, i32 and i64";
}

LogicalResult ElementTypes::readBody(Operation *op) {
  auto structured = cast<linalg::LinalgOp>(op);
  for (BlockArgument argument : structured.getBlock()->getArguments()) {
    OpOperand *operand = structured.getMatchingOpOperand(argument);
    Value tensor = operand->get();
    if (structured.isDpsInit(operand) && op->getNumResults() == 1)
      tensor = op->getResult(0);
    if (!isByteTensor(tensor))
      continue;
    for (Operation *user : argument.getUsers())
      if (std::optional<bool> without = readsUnsigned(user);
          without && failed(note(tensor, *without, op)))
        return failure();
  }
  return success();
}

/// Records the signedness of bytes that are codes of a quantized tensor. The
/// quantized type gives it.
LogicalResult ElementTypes::noteQuantized(Value tensor, Operation *reader) {
  auto cast = tensor.getDefiningOp<quant::StorageCastOp>();
  if (!cast || !isByteTensor(tensor))
    return success();
  auto type = dyn_cast<quant::QuantizedType>(
      getElementTypeOrSelf(cast.getInput().getType()));
  return type ? note(tensor, !type.isSigned(), reader) : success();
}

LogicalResult ElementTypes::note(Value tensor, bool without,
                                 Operation *reader) {
  auto [known, isNew] =
      isUnsigned.try_emplace(leader(tensor).getAsOpaquePointer(), without);
  if (isNew || known->second == without)
    return success();
  InFlightDiagnostic diagnostic =
      reader->emitOpError()
      << "reads bytes as " << (without ? "unsigned" : "signed")
      << " that are read as " << (without ? "signed" : "unsigned")
      << " elsewhere; the machine stores them one way: convert them between";
  diagnostic.attachNote(tensor.getLoc()) << "these bytes";
  return diagnostic;
}

void ElementTypes::join(Value a, Value b) {
  if (isByteTensor(a) && isByteTensor(b))
    classes.unionSets(a.getAsOpaquePointer(), b.getAsOpaquePointer());
}

Value ElementTypes::leader(Value value) const {
  auto member = classes.findLeader(value.getAsOpaquePointer());
  return member == classes.member_end() ? value
                                        : Value::getFromOpaquePointer(*member);
}

Type ElementTypes::of(Value value) const {
  auto shaped = dyn_cast<ShapedType>(value.getType());
  if (!shaped)
    return value.getType();
  if (!isByteTensor(value) ||
      !isUnsigned.lookup(leader(value).getAsOpaquePointer()))
    return shaped.getElementType();
  return IntegerType::get(value.getContext(), 8, IntegerType::Unsigned);
}
