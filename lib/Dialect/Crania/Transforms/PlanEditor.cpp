// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Dialect/Crania/Transforms/PlanEditor.h"
#include "mlir/IR/BuiltinOps.h"

#include <cassert>

using namespace mlir;
using namespace crania::ir;

static PlanEditor::Segment unpack(SegmentAttr segment) {
  return {segment.getEncoding(), segment.getBytes(), segment.getResidency(),
          segment.getStoreOffset(), segment.getAddress()};
}

static SegmentAttr pack(MLIRContext *context,
                        const PlanEditor::Segment &segment) {
  return SegmentAttr::get(context, segment.encoding, segment.bytes,
                          segment.residency, segment.storeOffset,
                          segment.address);
}

FailureOr<PlanEditor> PlanEditor::read(IterateOp iterate) {
  PlanEditor builder(iterate);
  auto module = iterate->getParentOfType<ModuleOp>();
  llvm::DenseMap<Operation *, MaterializeOp> seen;
  WalkResult result = iterate.walk([&](MaterializeOp op) -> WalkResult {
    auto get = op.getWeights().getDefiningOp<GetOp>();
    if (!get)
      return op.emitOpError() << "reads weights that no crania.get names";
    auto weights = module.lookupSymbol<WeightsOp>(get.getWeightsAttr());
    auto [previous, isNew] = seen.try_emplace(weights, op);
    if (!isNew) {
      InFlightDiagnostic error = op.emitOpError()
                                 << "reads @" << weights.getSymName()
                                 << " a second time in this iteration; weights "
                                 << "have one consumer in each";
      error.attachNote(previous->second.getLoc()) << "first read here";
      return error;
    }
    Entry entry{weights, op, {}};
    if (FetchPlanAttr plan = iterate.getPlanOf(weights.getSymNameAttr()))
      for (SegmentAttr segment : plan.getSegments())
        entry.segments.push_back(unpack(segment));
    else
      entry.segments.resize(weights.getClusters());
    builder.entries.push_back(std::move(entry));
    return WalkResult::advance();
  });
  if (result.wasInterrupted())
    return failure();
  return builder;
}

void PlanEditor::write() {
  MLIRContext *context = iterate.getContext();
  SmallVector<Attribute> plans;
  for (Entry &entry : entries) {
    assert(int64_t(entry.segments.size()) == entry.weights.getClusters() &&
           "a segment per cluster");
    SmallVector<SegmentAttr> segments;
    for (const Segment &segment : entry.segments)
      segments.push_back(pack(context, segment));
    plans.push_back(FetchPlanAttr::get(
        context, FlatSymbolRefAttr::get(entry.weights.getSymNameAttr()),
        segments));
  }
  iterate.setPlanAttr(ArrayAttr::get(context, plans));
}

LogicalResult PlanEditor::requireBytes() {
  for (Entry &entry : entries)
    for (auto [i, segment] : llvm::enumerate(entry.segments))
      if (!segment.bytes)
        return iterate.emitError()
               << "cluster " << i + 1 << " of @" << entry.weights.getSymName()
               << " has no encoded size yet; run crania-assign-encodings first";
  return success();
}

FailureOr<crania::target::TargetModel>
crania::ir::getTargetModel(IterateOp iterate) {
  if (TargetAttr target = iterate.getTarget())
    return target.getModel();
  return iterate.emitOpError()
         << "has no target machine: set '" << CraniaDialect::getTargetAttrName()
         << "' on the module, e.g. with crania-attach-target";
}
