// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The iteration op: structure, control flow and bufferization.

#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/BuiltinOps.h"

using namespace mlir;
using namespace mlir::bufferization;
using namespace crania::ir;

//===----------------------------------------------------------------------===//
// Structure
//===----------------------------------------------------------------------===//

void IterateOp::build(OpBuilder &builder, OperationState &state, int64_t rounds,
                      ExitRuleAttrInterface exit, Type logits) {
  state.addAttribute(getRoundsAttrName(state.name),
                     builder.getI64IntegerAttr(rounds));
  state.addAttribute(getExitAttrName(state.name), exit);
  state.addTypes({logits, builder.getIndexType()});
  Block &body = state.addRegion()->emplaceBlock();
  body.addArgument(builder.getIndexType(), state.location);
}

FetchPlanAttr IterateOp::getPlanOf(StringAttr weights) {
  if (!getPlan())
    return {};
  for (auto plan : getPlan()->getAsRange<FetchPlanAttr>())
    if (plan.getWeights().getAttr() == weights)
      return plan;
  return {};
}

TargetAttr IterateOp::getTarget() {
  for (Operation *op = getOperation(); op; op = op->getParentOp())
    if (auto target =
            op->getAttrOfType<TargetAttr>(CraniaDialect::getTargetAttrName()))
      return target;
  return {};
}

/// Each plan names weights once and has a segment per cluster.
static LogicalResult verifyPlan(IterateOp op) {
  auto module = op->getParentOfType<ModuleOp>();
  llvm::DenseSet<StringAttr> seen;
  for (auto plan : op.getPlan()->getAsRange<FetchPlanAttr>()) {
    if (!seen.insert(plan.getWeights().getAttr()).second)
      return op.emitOpError() << "has two plans for " << plan.getWeights();
    auto weights =
        module ? module.lookupSymbol<WeightsOp>(plan.getWeights().getAttr())
               : WeightsOp();
    if (!weights)
      return op.emitOpError() << "has a plan for " << plan.getWeights()
                              << ", which is no crania.weights of this module";
    if (int64_t(plan.getSegments().size()) != weights.getClusters())
      return op.emitOpError() << "plan of " << plan.getWeights() << " has "
                              << plan.getSegments().size() << " segments for "
                              << weights.getClusters() << " clusters";
  }
  return success();
}

LogicalResult IterateOp::verify() {
  int64_t rounds = getRounds();
  if (getExit().getNumThresholds() != rounds - 1)
    return emitOpError() << "needs a threshold for each of its " << rounds
                         << " rounds but the last, found "
                         << getExit().getNumThresholds();
  if (auto histogram = getExitHistogram()) {
    if (int64_t(histogram->size()) != rounds)
      return emitOpError() << "needs an exit fraction for each of its "
                           << rounds << " rounds, found " << histogram->size();
    if (llvm::any_of(*histogram, [](double f) { return !(f >= 0 && f <= 1); }))
      return emitOpError() << "exit fractions must be between 0 and 1";
  }
  return getPlan() ? verifyPlan(*this) : success();
}

LogicalResult IterateOp::verifyRegions() {
  Block &body = getBody().front();
  if (body.getNumArguments() != 1 || !body.getArgument(0).getType().isIndex())
    return emitOpError()
           << "body must have one argument of type index, the round";
  auto yield = dyn_cast_or_null<YieldOp>(
      body.mightHaveTerminator() ? body.getTerminator() : nullptr);
  if (!yield)
    return emitOpError() << "body must end with a crania.yield";
  if (yield.getLogits().getType() != getLogits().getType())
    return emitOpError() << "body yields logits of type "
                         << yield.getLogits().getType()
                         << ", but the result is " << getLogits().getType();
  return success();
}

//===----------------------------------------------------------------------===//
// Control flow
//===----------------------------------------------------------------------===//

void IterateOp::getSuccessorRegions(
    RegionBranchPoint point, SmallVectorImpl<RegionSuccessor> &successors) {
  successors.push_back(RegionSuccessor(&getBody()));
  // At least one round runs, so the results follow from the body only.
  if (!point.isParent())
    successors.push_back(
        RegionSuccessor(getOperation(), getResults().take_front()));
}

void IterateOp::getRegionInvocationBounds(
    ArrayRef<Attribute>, SmallVectorImpl<InvocationBounds> &bounds) {
  bounds.push_back(InvocationBounds(1, getRounds()));
}

SmallVector<Region *> IterateOp::getLoopRegions() { return {&getBody()}; }

MutableOperandRange
YieldOp::getMutableSuccessorOperands(RegionSuccessor successor) {
  if (successor.isParent())
    return getLogitsMutable();
  return MutableOperandRange(getOperation(), 0, 0);
}

//===----------------------------------------------------------------------===//
// Bufferization
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
  return bufferization::getBufferType(getYield(*this).getLogits(), options,
                                      state, invocationStack);
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

bool YieldOp::bufferizesToMemoryRead(OpOperand &, const AnalysisState &) {
  return true;
}

bool YieldOp::bufferizesToMemoryWrite(OpOperand &, const AnalysisState &) {
  return false;
}

AliasingValueList YieldOp::getAliasingValues(OpOperand &,
                                             const AnalysisState &) {
  return {{cast<IterateOp>((*this)->getParentOp()).getLogits(),
           BufferRelation::Equivalent}};
}

bool YieldOp::mustBufferizeInPlace(OpOperand &, const AnalysisState &) {
  return true;
}

LogicalResult YieldOp::bufferize(RewriterBase &rewriter,
                                 const BufferizationOptions &options,
                                 BufferizationState &state) {
  if (!isa<TensorType>(getLogits().getType()))
    return success();
  auto iterate = cast<IterateOp>((*this)->getParentOp());
  FailureOr<Value> buffer = getBuffer(rewriter, getLogits(), options, state);
  if (failed(buffer))
    return failure();
  Value logits = *buffer;
  Type expected = iterate.getLogits().getType();
  if (isa<BaseMemRefType>(expected) && logits.getType() != expected)
    logits = memref::CastOp::create(rewriter, getLoc(), expected, logits);
  rewriter.replaceOpWithNewOp<YieldOp>(*this, logits);
  return success();
}
