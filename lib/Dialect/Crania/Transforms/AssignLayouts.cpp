// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "PlanBuilder.h"
#include "crania/Analysis/WeightImage.h"
#include "crania/Dialect/Crania/Transforms/Passes.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Remarks.h"

namespace crania {
#define GEN_PASS_DEF_ASSIGNLAYOUTS
#include "crania/Dialect/Crania/Transforms/Passes.h.inc"
} // namespace crania

using namespace mlir;
using namespace crania::ir;
using crania::WeightBlocks;
using crania::layout::Codec;

namespace {

/// A layout and the codec that does its work.
struct Candidate {
  LayoutAttrInterface layout;
  const Codec *codec;
};

/// The layouts of this dialect, the simplest first.
SmallVector<LayoutAttrInterface> allLayouts(MLIRContext *context) {
  return {RawLayoutAttr::get(context), BitmapLayoutAttr::get(context, false),
          BitmapLayoutAttr::get(context, true)};
}

FailureOr<Candidate> makeCandidate(LayoutAttrInterface layout,
                                   function_ref<InFlightDiagnostic()> error) {
  StringRef id = layout.getCodecId();
  const Codec *codec =
      crania::layout::findCodec(std::string_view(id.data(), id.size()));
  if (!codec)
    return error() << "layout " << Attribute(layout) << " needs the codec '"
                   << id << "', which is not registered in this process";
  return Candidate{layout, codec};
}

/// The blocks of the weights as their consumer needs them.
FailureOr<WeightBlocks> readBlocks(PlanBuilder::Entry &entry,
                                   const crania::target::TargetModel &target) {
  MaterializeOp materialize = entry.materialize;
  auto op = materialize->hasOneUse()
                ? dyn_cast<linalg::LinalgOp>(*materialize->user_begin())
                : linalg::LinalgOp();
  if (!op)
    return materialize.emitError() << "needs one linalg op that consumes it";
  std::string why;
  FailureOr<crania::Contraction> contraction =
      crania::analyzeContraction(op, materialize.getResult(), why);
  if (failed(contraction))
    return op.emitError() << "cannot run on the PE array: " << why;
  FailureOr<WeightBlocks> blocks = WeightBlocks::create(
      entry.weights, *contraction, contraction->tiling(target), why);
  if (failed(blocks))
    return op.emitError() << "weights @" << entry.weights.getSymName() << ": "
                          << why;
  return blocks;
}

struct AssignLayouts : public crania::impl::AssignLayoutsBase<AssignLayouts> {
  using AssignLayoutsBase::AssignLayoutsBase;

  void runOnOperation() override {
    if (failed(findCandidates()))
      return signalPassFailure();
    WalkResult result = getOperation().walk(
        [&](IterateOp iterate) { return WalkResult(assign(iterate)); });
    if (result.wasInterrupted())
      signalPassFailure();
  }

private:
  LogicalResult findCandidates() {
    candidates.clear();
    ModuleOp module = getOperation();
    auto error = [&] { return module.emitError(); };
    SmallVector<LayoutAttrInterface> all = allLayouts(&getContext());
    for (const std::string &id : layouts)
      if (llvm::none_of(all, [&](auto l) { return l.getCodecId() == id; }))
        return module.emitError() << "unknown layout '" << id
                                  << "'; expected raw, bitmap or bitmap-free";
    for (LayoutAttrInterface layout : all) {
      if (!layouts.empty() &&
          !llvm::is_contained(layouts, layout.getCodecId().str()))
        continue;
      FailureOr<Candidate> candidate = makeCandidate(layout, error);
      if (failed(candidate))
        return failure();
      candidates.push_back(*candidate);
    }
    return success();
  }

  LogicalResult assign(IterateOp iterate) {
    FailureOr<crania::target::TargetModel> target = getTargetModel(iterate);
    FailureOr<PlanBuilder> plan = PlanBuilder::read(iterate);
    if (failed(target) || failed(plan))
      return failure();
    for (PlanBuilder::Entry &entry : plan->getEntries()) {
      FailureOr<WeightBlocks> blocks = readBlocks(entry, *target);
      if (failed(blocks))
        return failure();
      if (failed(assign(entry, *blocks)))
        return failure();
    }
    plan->write();
    return success();
  }

  /// Fills in layout and bytes of all clusters of one tensor.
  LogicalResult assign(PlanBuilder::Entry &entry, const WeightBlocks &blocks) {
    std::vector<std::vector<const Codec *>> codecs;
    for (unsigned k = 0; k < entry.segments.size(); ++k) {
      FailureOr<std::vector<const Codec *>> found = codecsFor(entry, k);
      if (failed(found))
        return failure();
      codecs.push_back(std::move(*found));
    }
    std::vector<WeightBlocks::Measure> measures = blocks.measure(codecs);
    for (unsigned k = 0; k < entry.segments.size(); ++k)
      if (failed(decide(entry, k, measures[k])))
        return failure();
    return success();
  }

  static InFlightDiagnostic emitClusterError(PlanBuilder::Entry &entry,
                                             unsigned k) {
    return entry.materialize.emitError() << "cluster " << k + 1 << " of @"
                                         << entry.weights.getSymName() << ": ";
  }

  /// The codec of the layout that is given, or those of all candidates.
  FailureOr<std::vector<const Codec *>> codecsFor(PlanBuilder::Entry &entry,
                                                  unsigned k) {
    std::vector<const Codec *> codecs;
    if (LayoutAttrInterface layout = entry.segments[k].layout) {
      FailureOr<Candidate> given =
          makeCandidate(layout, [&] { return emitClusterError(entry, k); });
      if (failed(given))
        return failure();
      codecs.push_back(given->codec);
      return codecs;
    }
    for (const Candidate &candidate : candidates)
      codecs.push_back(candidate.codec);
    return codecs;
  }

  /// Fills in layout and bytes of cluster `k`, counted from 0.
  LogicalResult decide(PlanBuilder::Entry &entry, unsigned k,
                       const WeightBlocks::Measure &measure) {
    PlanBuilder::Segment &segment = entry.segments[k];
    if (!segment.layout)
      return choose(entry, k, measure);
    std::optional<uint64_t> bytes = measure.bytes.front();
    if (!bytes)
      return emitClusterError(entry, k)
             << "layout " << Attribute(segment.layout) << " cannot express it";
    segment.bytes = int64_t(*bytes);
    return success();
  }

  /// Takes the candidate with the fewest bytes, the first of equals.
  LogicalResult choose(PlanBuilder::Entry &entry, unsigned k,
                       const WeightBlocks::Measure &measure) {
    PlanBuilder::Segment &segment = entry.segments[k];
    for (auto [candidate, bytes] : llvm::zip_equal(candidates, measure.bytes)) {
      if (!bytes || (segment.bytes && *segment.bytes <= int64_t(*bytes)))
        continue;
      segment.layout = candidate.layout;
      segment.bytes = int64_t(*bytes);
    }
    if (!segment.layout)
      return emitClusterError(entry, k)
             << "none of the allowed layouts can express it; allow bitmap";
    remark::passed(entry.materialize.getLoc(),
                   remark::RemarkOpts::name("AssignedLayout")
                       .category("crania-assign-layouts"))
        << "assigned layout"
        << remark::metric("Weights", entry.weights.getSymName())
        << remark::metric("Cluster", k + 1)
        << remark::metric("Layout", segment.layout.getCodecId())
        << remark::metric("Values", measure.values)
        << remark::metric("Bytes", *segment.bytes);
    return success();
  }

  SmallVector<Candidate> candidates;
};

} // namespace
