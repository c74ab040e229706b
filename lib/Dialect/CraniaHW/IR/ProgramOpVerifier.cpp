// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Verifies the structure of programs and the names in them. Everything else
// that the machine relies on is verified by crania-hw-verify-program.

#include "crania/Dialect/CraniaHW/IR/CraniaHWOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace crania::hw;

//===----------------------------------------------------------------------===//
// Image
//===----------------------------------------------------------------------===//

LogicalResult ProgramOp::verify() {
  auto type = cast<ShapedType>(getImage().getType());
  if (type.getRank() != 1 || !type.getElementType().isInteger(8))
    return emitOpError()
           << "image must be a one-dimensional tensor of i8, found " << type;
  if (!isa<DenseElementsAttr, DenseResourceElementsAttr>(getImage()))
    return emitOpError() << "image must be a dense or dense_resource attribute";
  SmallVector<char> storage;
  int64_t found = getImageBytes(storage).size();
  if (found != type.getNumElements())
    return emitOpError() << "image must have " << type.getNumElements()
                         << " bytes of data, found " << found
                         << ": is the resource section missing?";
  return success();
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

namespace {

/// Checks that the names in commands refer to parts of the program.
class NameChecker {
public:
  explicit NameChecker(ProgramOp program)
      : program(program), symbols(program) {}

  LogicalResult checkProgram();
  LogicalResult checkCommand(Operation *command);

private:
  template <typename OpT>
  LogicalResult check(Operation *user, FlatSymbolRefAttr name) {
    if (symbols.lookup<OpT>(name.getAttr()))
      return success();
    return user->emitOpError() << "refers to " << name << ", which is not a "
                               << OpT::getOperationName() << " of this program";
  }
  LogicalResult checkBuffers(Operation *user,
                             ArrayRef<FlatSymbolRefAttr> names) {
    return failure(llvm::any_of(names, [&](FlatSymbolRefAttr name) {
      return failed(check<BufferOp>(user, name));
    }));
  }
  LogicalResult checkVector(VectorOp vector);

  ProgramOp program;
  SymbolTable symbols;
};

LogicalResult NameChecker::checkProgram() {
  return checkBuffers(program, {program.getInput().getBuffer(),
                                program.getLogits().getBuffer()});
}

LogicalResult NameChecker::checkVector(VectorOp vector) {
  SmallVector<FlatSymbolRefAttr> names{vector.getOutput().getBuffer()};
  for (auto input : vector.getInputs().getAsRange<AccessAttr>())
    names.push_back(input.getBuffer());
  return checkBuffers(vector, names);
}

LogicalResult NameChecker::checkCommand(Operation *command) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(command)
      .Case<FetchOp, ReleaseOp>(
          [&](auto op) { return check<WeightsOp>(op, op.getWeightsAttr()); })
      .Case([&](ContractOp op) {
        if (failed(check<WeightsOp>(op, op.getWeightsAttr())))
          return failure();
        return checkBuffers(
            op, {op.getInput().getBuffer(), op.getOutput().getBuffer()});
      })
      .Case([&](VectorOp op) { return checkVector(op); })
      .Case([&](CopyOp op) {
        return checkBuffers(
            op, {op.getSource().getBuffer(), op.getDestination().getBuffer()});
      })
      .Case([&](ExitTestOp op) {
        return check<BufferOp>(op, op.getLogitsAttr());
      });
}

/// Verifies that a program consists of buffers, weights and rounds, and that
/// the names in its commands are known.
LogicalResult verifyStructure(ProgramOp program) {
  NameChecker names(program);
  if (failed(names.checkProgram()))
    return failure();
  for (Operation &op : program.getBody().front()) {
    if (!isa<BufferOp, WeightsOp, RoundOp>(op))
      return op.emitOpError() << "cannot be part of a program";
    auto round = dyn_cast<RoundOp>(op);
    if (!round)
      continue;
    for (Operation &command : round.getBody().front())
      if (failed(names.checkCommand(&command)))
        return failure();
  }
  return success();
}

} // namespace

LogicalResult ProgramOp::verifyRegions() {
  size_t rounds = llvm::range_size(getOps<RoundOp>());
  if (int64_t(rounds) != getNumRounds())
    return emitOpError() << "exit rule has " << getNumRounds() - 1
                         << " thresholds, one per round but the last, but "
                         << "there are " << rounds << " rounds";
  return verifyStructure(*this);
}

LogicalResult RoundOp::verifyRegions() {
  Block &body = getBody().front();
  for (Operation &op : body)
    if (!isa<CommandOpInterface>(op))
      return op.emitOpError() << "is not a command of the machine";
  if (body.empty() || !isa<ExitTestOp>(body.back()))
    return emitOpError() << "must end with its crania_hw.exit_test";
  auto tests = getOps<ExitTestOp>();
  if (!llvm::hasSingleElement(tests))
    return (*tests.begin()).emitOpError()
           << "ends the round, but commands follow it";
  return success();
}
