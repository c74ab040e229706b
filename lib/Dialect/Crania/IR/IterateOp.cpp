// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The structure and control flow of the iteration op.

#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "mlir/IR/BuiltinOps.h"

#include <cmath>

using namespace mlir;
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

/// Verifies that each plan names crania.weights and has a segment per cluster.
LogicalResult IterateOp::verifySymbolUses(SymbolTableCollection &symbols) {
  if (!getPlan())
    return success();
  for (auto plan : getPlan()->getAsRange<FetchPlanAttr>()) {
    auto weights = symbols.lookupNearestSymbolFrom<WeightsOp>(
        getOperation(), plan.getWeights());
    if (!weights)
      return emitOpError() << "has a plan for " << plan.getWeights()
                           << ", which is not a crania.weights of this module";
    if (int64_t(plan.getSegments().size()) != weights.getClusters())
      return emitOpError() << "plan of " << plan.getWeights() << " has "
                           << plan.getSegments().size() << " segments for "
                           << weights.getClusters() << " clusters";
  }
  return success();
}

/// Verifies that no weights have two plans.
static LogicalResult verifyPlanIsUnique(IterateOp op) {
  llvm::DenseSet<StringAttr> seen;
  for (auto plan : op.getPlan()->getAsRange<FetchPlanAttr>())
    if (!seen.insert(plan.getWeights().getAttr()).second)
      return op.emitOpError() << "has two plans for " << plan.getWeights();
  return success();
}

bool crania::ir::isDistribution(ArrayRef<double> fractions) {
  constexpr double tolerance = 1e-3; // reports round fractions
  double sum = 0;
  for (double fraction : fractions) {
    if (!(fraction >= 0 && fraction <= 1))
      return false;
    sum += fraction;
  }
  return std::abs(sum - 1) <= tolerance;
}

static LogicalResult verifyHistogram(IterateOp op, ArrayRef<double> histogram) {
  int64_t rounds = op.getRounds();
  if (int64_t(histogram.size()) != rounds)
    return op.emitOpError() << "needs an exit fraction for each of its "
                            << rounds << " rounds, found " << histogram.size();
  if (!isDistribution(histogram))
    return op.emitOpError() << "exit fractions must be between 0 and 1 and add "
                            << "up to 1";
  return success();
}

LogicalResult IterateOp::verify() {
  int64_t rounds = getRounds();
  if (getExit().getNumThresholds() != rounds - 1)
    return emitOpError() << "needs a threshold for each of its " << rounds
                         << " rounds but the last, found "
                         << getExit().getNumThresholds();
  if (cast<ShapedType>(getLogits().getType()).getNumElements() == 0)
    return emitOpError() << "needs at least one logit, found "
                         << getLogits().getType();
  if (auto histogram = getExitHistogram();
      histogram && failed(verifyHistogram(*this, *histogram)))
    return failure();
  return getPlan() ? verifyPlanIsUnique(*this) : success();
}

/// Verifies the body. RegionBranchOpInterface checks that the yielded logits
/// have the result's type.
LogicalResult IterateOp::verifyRegions() {
  Block &body = getBody().front();
  if (body.getNumArguments() != 1 || !body.getArgument(0).getType().isIndex())
    return emitOpError()
           << "body must have one argument of type index, the round";
  auto yield = dyn_cast_or_null<YieldOp>(
      body.mightHaveTerminator() ? body.getTerminator() : nullptr);
  if (!yield)
    return emitOpError() << "body must end with a crania.yield";
  Type tested = yield.getTested().getType();
  if (cast<ShapedType>(tested).getNumElements() == 0)
    return emitOpError() << "tests logits of type " << tested
                         << ", which has no elements";
  return success();
}

//===----------------------------------------------------------------------===//
// Control flow
//===----------------------------------------------------------------------===//

void IterateOp::getSuccessorRegions(
    RegionBranchPoint point, SmallVectorImpl<RegionSuccessor> &successors) {
  if (point.isParent() || getRounds() > 1)
    successors.push_back(RegionSuccessor(&getBody()));
  // At least one round runs, so the results come from the body only.
  if (!point.isParent())
    successors.push_back(
        RegionSuccessor(getOperation(), getResults().take_front()));
}

void IterateOp::getRegionInvocationBounds(
    ArrayRef<Attribute>, SmallVectorImpl<InvocationBounds> &bounds) {
  bounds.push_back(InvocationBounds(1, getRounds()));
}

SmallVector<Region *> IterateOp::getLoopRegions() { return {&getBody()}; }

/// The end of a round reads its logits, which the exit rule tests.
void YieldOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  if (isa<BaseMemRefType>(getTested().getType()))
    effects.emplace_back(MemoryEffects::Read::get(), &getTestedMutable(),
                         SideEffects::DefaultResource::get());
}

MutableOperandRange
YieldOp::getMutableSuccessorOperands(RegionSuccessor successor) {
  if (successor.isParent())
    return getLogitsMutable();
  return MutableOperandRange(getOperation(), 0, 0);
}
