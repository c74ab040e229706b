// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Bufferization of the dialect's ops, from tensors to memrefs.

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace mlir::bufferization;
using namespace crania::ir;

//===----------------------------------------------------------------------===//
// MaterializeOp and PerRoundOp
//===----------------------------------------------------------------------===//

/// Returns the type of a separate buffer, without a layout map and in the
/// default memory.
static FailureOr<BufferLikeType>
getConstantBufferType(Operation *op, Value value,
                      const BufferizationOptions &options) {
  auto tensor = cast<TensorType>(value.getType());
  std::optional<Attribute> memory = options.defaultMemorySpaceFn(tensor);
  if (!memory)
    return op->emitOpError("could not infer memory space");
  return cast<BufferLikeType>(
      getMemRefTypeWithStaticIdentityLayout(tensor, *memory));
}

/// Replaces an op that returns a tensor by the same op returning a buffer.
template <typename Op>
static LogicalResult bufferizeResult(Op op, RewriterBase &rewriter,
                                     const BufferizationOptions &options,
                                     BufferizationState &state) {
  if (!isa<TensorType>(op.getType()))
    return success();
  auto type = bufferization::getBufferType(op.getResult(), options, state);
  if (failed(type))
    return failure();
  Operation *buffered = rewriter.clone(*op);
  buffered->getResult(0).setType(*type);
  replaceOpWithBufferizedValues(rewriter, op, buffered->getResults());
  return success();
}

FailureOr<BufferLikeType>
MaterializeOp::getBufferType(Value value, const BufferizationOptions &options,
                             const BufferizationState &, SmallVector<Value> &) {
  return getConstantBufferType(*this, value, options);
}

bool MaterializeOp::isWritable(Value, const AnalysisState &) { return false; }

LogicalResult MaterializeOp::bufferize(RewriterBase &rewriter,
                                       const BufferizationOptions &options,
                                       BufferizationState &state) {
  return bufferizeResult(*this, rewriter, options, state);
}

FailureOr<BufferLikeType>
PerRoundOp::getBufferType(Value value, const BufferizationOptions &options,
                          const BufferizationState &, SmallVector<Value> &) {
  return getConstantBufferType(*this, value, options);
}

bool PerRoundOp::isWritable(Value, const AnalysisState &) { return false; }

LogicalResult PerRoundOp::bufferize(RewriterBase &rewriter,
                                    const BufferizationOptions &options,
                                    BufferizationState &state) {
  return bufferizeResult(*this, rewriter, options, state);
}

//===----------------------------------------------------------------------===//
// IterateOp and YieldOp
//===----------------------------------------------------------------------===//

static YieldOp getYield(IterateOp op) {
  return cast<YieldOp>(op.getBody().front().getTerminator());
}

AliasingOpOperandList IterateOp::getAliasingOpOperands(Value value,
                                                       const AnalysisState &) {
  if (value != getLogits())
    return {};
  return {{&getYield(*this).getLogitsMutable(), BufferRelation::Equivalent}};
}

bool IterateOp::isRepetitiveRegion(unsigned) { return getRounds() > 1; }

FailureOr<BufferLikeType>
IterateOp::getBufferType(Value value, const BufferizationOptions &options,
                         const BufferizationState &state,
                         SmallVector<Value> &invocationStack) {
  Value logits = getYield(*this).getLogits();
  // The body may have been bufferized before its op.
  if (auto buffer = dyn_cast<BufferLikeType>(logits.getType()))
    return buffer;
  return bufferization::getBufferType(logits, options, state, invocationStack);
}

LogicalResult IterateOp::bufferize(RewriterBase &rewriter,
                                   const BufferizationOptions &options,
                                   BufferizationState &state) {
  if (!isa<TensorType>(getLogits().getType()))
    return success();
  auto bufferType = bufferization::getBufferType(getLogits(), options, state);
  if (failed(bufferType))
    return failure();
  auto buffered = IterateOp::create(rewriter, getLoc(), getRounds(), getExit(),
                                    *bufferType);
  buffered->setAttrs((*this)->getAttrs());
  buffered.getBody().takeBody(getBody());
  rewriter.setInsertionPointAfter(buffered);
  Value logits = ToTensorOp::create(rewriter, getLoc(), getLogits().getType(),
                                    buffered.getLogits());
  rewriter.replaceOp(*this, {logits, buffered.getExitRound()});
  return success();
}

FailureOr<Operation *> IterateOp::process(DeallocationState &,
                                          const DeallocationOptions &) {
  return emitOpError() << "has no place for the ownership of its logits: lower "
                       << "it with convert-crania-to-scf before buffers are "
                       << "deallocated";
}

bool YieldOp::bufferizesToMemoryRead(OpOperand &, const AnalysisState &) {
  return true;
}

bool YieldOp::bufferizesToMemoryWrite(OpOperand &, const AnalysisState &) {
  return false;
}

AliasingValueList YieldOp::getAliasingValues(OpOperand &operand,
                                             const AnalysisState &) {
  if (operand != getLogitsMutable())
    return {};
  return {{cast<IterateOp>((*this)->getParentOp()).getLogits(),
           BufferRelation::Equivalent}};
}

bool YieldOp::mustBufferizeInPlace(OpOperand &operand, const AnalysisState &) {
  return operand == getLogitsMutable();
}

LogicalResult YieldOp::bufferize(RewriterBase &rewriter,
                                 const BufferizationOptions &options,
                                 BufferizationState &state) {
  SmallVector<Value> buffers;
  for (Value value : getOperands()) {
    FailureOr<Value> buffer = value;
    if (isa<TensorType>(value.getType()))
      buffer = getBuffer(rewriter, value, options, state);
    if (failed(buffer))
      return failure();
    buffers.push_back(*buffer);
  }
  Value &logits = buffers.front();
  Type expected = cast<IterateOp>((*this)->getParentOp()).getLogits().getType();
  if (isa<BaseMemRefType>(expected) && logits.getType() != expected)
    logits = memref::CastOp::create(rewriter, getLoc(), expected, logits);
  rewriter.replaceOpWithNewOp<YieldOp>(*this, logits, buffers.back());
  return success();
}
