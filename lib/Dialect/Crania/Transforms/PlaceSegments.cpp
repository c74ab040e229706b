// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Dialect/Crania/Transforms/Passes.h"
#include "crania/Dialect/Crania/Transforms/PlanBuilder.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/MathExtras.h"

namespace crania {
#define GEN_PASS_DEF_PLACESEGMENTS
#include "crania/Dialect/Crania/Transforms/Passes.h.inc"
} // namespace crania

using namespace mlir;
using namespace crania::ir;

namespace {

/// The bytes of the image that a segment takes.
struct Placement {
  int64_t begin, end;
  StringRef weights;
  size_t cluster; // 1-based
};

/// Returns the segments that have an address already, by address.
SmallVector<Placement> placedSegments(PlanBuilder &plan) {
  SmallVector<Placement> placed;
  for (PlanBuilder::Entry &entry : plan.getEntries())
    for (auto [i, segment] : llvm::enumerate(entry.segments))
      if (segment.address)
        placed.push_back({*segment.address, *segment.address + *segment.bytes,
                          entry.weights.getSymName(), i + 1});
  llvm::sort(placed, [](const Placement &a, const Placement &b) {
    return a.begin < b.begin;
  });
  return placed;
}

LogicalResult checkPlaced(IterateOp iterate, ArrayRef<Placement> placed,
                          int64_t burst) {
  for (auto [i, p] : llvm::enumerate(placed)) {
    if (p.begin % burst != 0)
      return iterate.emitError()
             << "cluster " << p.cluster << " of @" << p.weights
             << " is at address " << p.begin << ", which is not aligned to a "
             << "DRAM burst of " << burst << " bytes";
    if (i > 0 && p.begin < placed[i - 1].end)
      return iterate.emitError()
             << "cluster " << p.cluster << " of @" << p.weights
             << " at address " << p.begin << " overlaps cluster "
             << placed[i - 1].cluster << " of @" << placed[i - 1].weights;
  }
  return success();
}

LogicalResult place(IterateOp iterate) {
  FailureOr<crania::target::TargetModel> target = getTargetModel(iterate);
  FailureOr<PlanBuilder> plan = PlanBuilder::read(iterate);
  if (failed(target) || failed(plan) || failed(plan->requireBytes()))
    return failure();
  int64_t burst = target->dram.burstBytes;
  SmallVector<Placement> placed = placedSegments(*plan);
  if (failed(checkPlaced(iterate, placed, burst)))
    return failure();

  int64_t next = 0;
  for (const Placement &p : placed)
    next = std::max(next, p.end);
  for (PlanBuilder::Entry &entry : plan->getEntries())
    for (PlanBuilder::Segment &segment : entry.segments) {
      if (segment.address)
        continue;
      next = llvm::alignTo(next, burst);
      segment.address = next;
      next += *segment.bytes;
    }
  plan->write();
  return success();
}

struct PlaceSegments : public crania::impl::PlaceSegmentsBase<PlaceSegments> {
  using PlaceSegmentsBase::PlaceSegmentsBase;

  void runOnOperation() override {
    WalkResult result = getOperation().walk(
        [](IterateOp iterate) { return WalkResult(place(iterate)); });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};

} // namespace
