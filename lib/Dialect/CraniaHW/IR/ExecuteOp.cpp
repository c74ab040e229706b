// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The operation by which the host runs a program: its checks against the
// program, its effects and its bufferization.

#include "crania/Dialect/CraniaHW/IR/CraniaHWOps.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace mlir::bufferization;
using namespace crania::hw;

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

LogicalResult ExecuteOp::verify() {
  bool onBuffers = isa<MemRefType>(getInput().getType());
  if (onBuffers && (!getDestination() || getLogits()))
    return emitOpError() << "on buffers writes its logits to a buffer given by "
                         << "'into' and has the round as only result";
  if (!onBuffers && (getDestination() || !getLogits()))
    return emitOpError()
           << "on tensors has results logits and round, and no 'into'";
  for (Value buffer : getOperands())
    if (auto type = dyn_cast<MemRefType>(buffer.getType());
        type && !type.getLayout().isIdentity())
      return emitOpError() << "takes dense row-major buffers, found " << type;
  return success();
}

LogicalResult ExecuteOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto program =
      symbols.lookupNearestSymbolFrom<ProgramOp>(*this, getProgramAttr());
  if (!program)
    return emitOpError() << "refers to " << getProgramAttr()
                         << ", which is not a crania_hw.program of this module";
  auto verifyPort = [&](StringRef role, Type type, PortAttr port) {
    auto shaped = cast<ShapedType>(type);
    RankedTensorType wanted = port.getHostType();
    if (shaped.getShape() == wanted.getShape() &&
        shaped.getElementType() == wanted.getElementType())
      return success();
    return LogicalResult(emitOpError()
                         << "has " << role << " of type " << type << ", but "
                         << getProgramAttr() << " has " << wanted);
  };
  Value logits = getLogits() ? Value(getLogits()) : Value(getDestination());
  if (failed(verifyPort("an input", getInput().getType(), program.getInput())))
    return failure();
  return verifyPort("logits", logits.getType(), program.getLogits());
}

//===----------------------------------------------------------------------===//
// Effects
//===----------------------------------------------------------------------===//

/// An execution on tensors is a function of its input: no other operation can
/// see the state of the machine.
void ExecuteOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  if (!getDestination())
    return;
  effects.emplace_back(MemoryEffects::Read::get(), &getInputMutable());
  effects.emplace_back(MemoryEffects::Write::get(),
                       &*getDestinationMutable().begin());
}

//===----------------------------------------------------------------------===//
// Bufferization
//===----------------------------------------------------------------------===//

bool ExecuteOp::bufferizesToAllocation(Value value) {
  return value == getLogits();
}

bool ExecuteOp::bufferizesToMemoryRead(OpOperand &, const AnalysisState &) {
  return true;
}

bool ExecuteOp::bufferizesToMemoryWrite(OpOperand &, const AnalysisState &) {
  return false;
}

AliasingValueList ExecuteOp::getAliasingValues(OpOperand &,
                                               const AnalysisState &) {
  return {};
}

/// Returns a buffer of dense row-major elements, as the machine takes them.
/// Other buffers are copied.
static FailureOr<Value> getDenseBuffer(RewriterBase &rewriter, Location loc,
                                       Value buffer,
                                       const BufferizationOptions &options) {
  auto type = cast<MemRefType>(buffer.getType());
  if (type.getLayout().isIdentity())
    return buffer;
  auto dense = MemRefType::get(type.getShape(), type.getElementType());
  FailureOr<Value> copy = options.createAlloc(rewriter, loc, dense, {});
  if (failed(copy) ||
      failed(options.createMemCpy(rewriter, loc, buffer, *copy)))
    return failure();
  return copy;
}

LogicalResult ExecuteOp::bufferize(RewriterBase &rewriter,
                                   const BufferizationOptions &options,
                                   BufferizationState &state) {
  if (!getLogits())
    return success();
  FailureOr<Value> input = getBuffer(rewriter, getInput(), options, state);
  if (failed(input))
    return failure();
  input = getDenseBuffer(rewriter, getLoc(), *input, options);
  if (failed(input))
    return failure();
  auto tensor = cast<RankedTensorType>(getLogits().getType());
  auto type = MemRefType::get(tensor.getShape(), tensor.getElementType());
  FailureOr<Value> logits = options.createAlloc(rewriter, getLoc(), type, {});
  if (failed(logits))
    return failure();
  auto execute = ExecuteOp::create(rewriter, getLoc(), /*logits=*/Type(),
                                   rewriter.getIndexType(), getProgramAttr(),
                                   *input, *logits);
  replaceOpWithBufferizedValues(rewriter, getOperation(),
                                {*logits, execute.getExitRound()});
  return success();
}
