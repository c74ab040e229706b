// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "acme/Acme.h"
#include "crania/Dialect/Crania/Transforms/PlanEditor.h"
#include "mlir/IR/BuiltinOps.h"

namespace acme {
#define GEN_PASS_DEF_RETAINFIRSTCLUSTERS
#include "acme/Passes.h.inc"
} // namespace acme

using namespace mlir;
using namespace crania::ir;

namespace {

struct RetainFirstClusters
    : acme::impl::RetainFirstClustersBase<RetainFirstClusters> {
  void runOnOperation() override {
    WalkResult result = getOperation().walk(
        [&](IterateOp iterate) { return WalkResult(decide(iterate)); });
    if (result.wasInterrupted())
      signalPassFailure();
  }

private:
  static LogicalResult decide(IterateOp iterate) {
    FailureOr<crania::target::TargetModel> target = getTargetModel(iterate);
    FailureOr<PlanEditor> plan = PlanEditor::read(iterate);
    if (failed(target) || failed(plan) || failed(plan->requireBytes()))
      return failure();
    int64_t offset = 0;
    for (PlanEditor::Entry &entry : plan->getEntries()) {
      for (PlanEditor::Segment &segment : entry.segments)
        segment.residency = Residency::Streamed;
      PlanEditor::Segment &first = entry.segments.front();
      if (offset + *first.bytes > int64_t(target->weightStore.bytes))
        continue;
      first.residency = Residency::Retained;
      first.storeOffset = offset;
      offset += *first.bytes;
    }
    plan->write();
    return success();
  }
};

} // namespace
