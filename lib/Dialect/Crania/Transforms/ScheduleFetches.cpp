// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Dialect/Crania/Transforms/Passes.h"
#include "crania/Dialect/Crania/Transforms/PlanEditor.h"
#include "crania/Solvers/RetentionChoice.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Remarks.h"
#include "llvm/Support/Debug.h"

#define DEBUG_TYPE "crania-schedule-fetches"

namespace crania {
#define GEN_PASS_DEF_SCHEDULEFETCHES
#include "crania/Dialect/Crania/Transforms/Passes.h.inc"

#include <cassert>
} // namespace crania

using namespace mlir;
using namespace crania::ir;
using namespace crania::solvers;

namespace {

RetentionProblem::Segment describe(const PlanEditor::Segment &segment,
                                   double uses) {
  assert(segment.bytes && "encodings are assigned before");
  RetentionProblem::Segment described;
  described.bytes = *segment.bytes;
  described.uses = uses;
  described.decided = bool(segment.residency);
  if (segment.storeOffset)
    described.storeOffset = *segment.storeOffset;
  return described;
}

void decide(PlanEditor::Segment &segment, std::optional<uint64_t> offset) {
  segment.residency = offset ? Residency::Retained : Residency::Streamed;
  if (offset)
    segment.storeOffset = int64_t(*offset);
}

struct ScheduleFetches
    : public crania::impl::ScheduleFetchesBase<ScheduleFetches> {
  using ScheduleFetchesBase::ScheduleFetchesBase;

  void runOnOperation() override {
    WalkResult result = getOperation().walk(
        [&](IterateOp iterate) { return WalkResult(schedule(iterate)); });
    if (result.wasInterrupted())
      signalPassFailure();
  }

  /// Returns P(R = r) for r = 1, 2, ..., where R is the exit round. Fails if
  /// the fractions are not a distribution.
  FailureOr<SmallVector<double>> exitDistribution(IterateOp iterate) {
    size_t rounds = iterate.getRounds();
    if (auto histogram = iterate.getExitHistogram())
      return SmallVector<double>(*histogram);
    if (exitHistogram.empty())
      return SmallVector<double>(rounds, 1.0 / double(rounds));
    if (exitHistogram.size() != rounds)
      return iterate.emitError()
             << "the exit histogram has " << exitHistogram.size()
             << " fractions for " << rounds << " rounds";
    SmallVector<double> exits(exitHistogram.begin(), exitHistogram.end());
    if (!isDistribution(exits))
      return iterate.emitError() << "the exit histogram must hold fractions "
                                 << "between 0 and 1 that add up to 1";
    return exits;
  }

  LogicalResult schedule(IterateOp iterate) {
    FailureOr<crania::target::TargetModel> target = getTargetModel(iterate);
    FailureOr<PlanEditor> plan = PlanEditor::read(iterate);
    if (failed(target) || failed(plan) || failed(plan->requireBytes()))
      return failure();
    FailureOr<SmallVector<double>> exits = exitDistribution(iterate);
    if (failed(exits))
      return failure();
    std::vector<double> uses = expectedUses({exits->data(), exits->size()});

    RetentionProblem problem;
    if (target->weightStore.policy ==
        crania::target::StorePolicy::compilerManaged)
      problem.storeBytes = target->weightStore.bytes;
    for (PlanEditor::Entry &entry : plan->getEntries())
      for (auto [k, segment] : llvm::enumerate(entry.segments))
        // No round reads a cluster beyond the last round.
        problem.segments.push_back(
            describe(segment, k < uses.size() ? uses[k] : 0));
    if (crania::Status status = problem.check(); !status)
      return iterate.emitError() << "plan: " << status.error().message;

    RetentionChoice answer =
        retain ? retainGreedily(problem) : retainNothing(problem);
    size_t next = 0;
    for (PlanEditor::Entry &entry : plan->getEntries())
      for (PlanEditor::Segment &segment : entry.segments)
        decide(segment, answer.storeOffsets[next++]);
    plan->write();
    report(iterate, problem, answer);
    return success();
  }

  static void report(IterateOp iterate, const RetentionProblem &problem,
                     const RetentionChoice &answer) {
    uint64_t retained = 0;
    for (auto [segment, offset] :
         llvm::zip_equal(problem.segments, answer.storeOffsets))
      retained += offset ? segment.bytes : 0;
    LLVM_DEBUG(llvm::dbgs()
               << problem.segments.size() << " segments retain " << retained
               << " of " << problem.storeBytes
               << " bytes of the weight store and are expected to read "
               << answer.expectedBytes(problem) << " bytes per input\n");
    remark::analysis(iterate.getLoc(),
                     remark::RemarkOpts::name("RetentionChoice")
                         .category("crania-schedule-fetches"))
        << "scheduled fetches" << remark::metric("RetainedBytes", retained)
        << remark::metric("StoreBytes", problem.storeBytes)
        << remark::metric("ExpectedDramBytesPerInput",
                          answer.expectedBytes(problem))
        << remark::metric("WithoutStore",
                          retainNothing(problem).expectedBytes(problem));
  }
};

} // namespace
