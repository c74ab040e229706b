// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ConsumedBlocks.h"
#include "LayoutCandidates.h"
#include "crania/Dialect/Crania/Transforms/Passes.h"
#include "crania/Dialect/Crania/Transforms/PlanBuilder.h"
#include "crania/Scheduling/LayoutChoice.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Remarks.h"

namespace crania {
#define GEN_PASS_DEF_ASSIGNLAYOUTS
#include "crania/Dialect/Crania/Transforms/Passes.h.inc"
} // namespace crania

using namespace mlir;
using namespace crania::ir;
using crania::WeightBlocks;
using crania::scheduling::LayoutChoice;
using crania::scheduling::LayoutProblem;
using crania::target::Precision;

namespace {

std::string_view view(StringRef text) { return {text.data(), text.size()}; }

Precision precisionOf(unsigned wordBits) {
  constexpr unsigned i8Bits = 8, i16Bits = 16;
  return wordBits == i8Bits    ? Precision::i8
         : wordBits == i16Bits ? Precision::i16
                               : Precision::f32;
}

/// A weight tensor and the candidates for its clusters.
struct Tensor {
  PlanBuilder::Entry *entry;
  WeightBlocks blocks;
  SmallVector<LayoutAttrInterface> given;
  std::vector<SegmentCandidates> clusters;
};

std::string nameOf(const Tensor &tensor, size_t cluster) {
  return "cluster " + std::to_string(cluster + 1) + " of @" +
         tensor.entry->weights.getSymName().str();
}

/// The data behind a decision, for the remarks.
struct Decision {
  const SegmentCandidates &segment;
  const LayoutCandidate &taken;

  /// Returns the smallest of all other layouts.
  const LayoutCandidate *secondBest() const {
    const LayoutCandidate *best = nullptr;
    for (const LayoutCandidate &other : segment.tried)
      if (other.layout.getLayoutId() != taken.layout.getLayoutId() &&
          (!best || other.measure.bytes < best->measure.bytes))
        best = &other;
    return best;
  }

  /// Returns the number of values that are stored.
  uint64_t values() const {
    const auto *layout =
        crania::layout::findSegmentLayout(view(taken.layout.getLayoutId()));
    return segment.statisticsFor(*layout).values();
  }

  /// Returns the limit that excluded the candidates with less energy.
  StringRef limitedBy() const {
    for (const LayoutCandidate &other : segment.candidates)
      if (other.picojoules < taken.picojoules)
        return other.cycles > taken.cycles ? "decoder speed" : "decoder area";
    return "nothing";
  }
};

struct AssignLayouts : public crania::impl::AssignLayoutsBase<AssignLayouts> {
  using AssignLayoutsBase::AssignLayoutsBase;

  void runOnOperation() override {
    if (failed(checkLayouts()))
      return signalPassFailure();
    WalkResult result = getOperation().walk(
        [&](IterateOp iterate) { return WalkResult(assign(iterate)); });
    if (result.wasInterrupted())
      signalPassFailure();
  }

private:
  LogicalResult checkLayouts() {
    std::vector<std::string> known = crania::layout::segmentLayoutIds();
    for (const std::string &id : layouts)
      if (!llvm::is_contained(known, id))
        return getOperation().emitError()
               << "unknown layout '" << id << "'; expected one of "
               << llvm::join(known, ", ");
    return success();
  }

  LogicalResult assign(IterateOp iterate) {
    FailureOr<crania::target::TargetModel> target = getTargetModel(iterate);
    FailureOr<PlanBuilder> plan = PlanBuilder::read(iterate);
    if (failed(target) || failed(plan))
      return failure();
    std::vector<Tensor> tensors;
    for (PlanBuilder::Entry &entry : plan->getEntries())
      if (failed(addTensor(entry, *target, tensors)))
        return failure();
    LayoutProblem problem;
    if (failed(measure(tensors, *target, problem)) ||
        failed(checkGiven(tensors)))
      return failure();
    if (crania::Status status = problem.check(); !status)
      return iterate.emitError() << status.error().message;
    crania::Result<LayoutChoice> choice =
        crania::scheduling::chooseLayouts(problem);
    if (!choice)
      return iterate.emitError() << choice.error().message;
    size_t next = 0;
    for (Tensor &tensor : tensors) {
      ArrayRef<size_t> chosen =
          ArrayRef<size_t>(choice->candidates).slice(next, tensor.given.size());
      if (failed(decide(tensor, chosen)))
        return failure();
      next += tensor.given.size();
    }
    plan->write();
    reportDecoder(iterate, problem, *choice);
    return success();
  }

  LogicalResult addTensor(PlanBuilder::Entry &entry,
                          const crania::target::TargetModel &target,
                          std::vector<Tensor> &tensors) {
    FailureOr<WeightBlocks> blocks = readConsumedBlocks(entry, target);
    if (failed(blocks))
      return failure();
    Tensor tensor{&entry, std::move(*blocks), {}, {}};
    for (auto [k, segment] : llvm::enumerate(entry.segments)) {
      tensor.given.push_back(segment.layout);
      if (segment.layout && !crania::layout::findSegmentLayout(
                                view(segment.layout.getLayoutId())))
        return emitClusterError(tensor, k)
               << "layout " << Attribute(segment.layout) << " needs '"
               << segment.layout.getLayoutId()
               << "', which is not registered in this process";
    }
    tensors.push_back(std::move(tensor));
    return success();
  }

  LogicalResult measure(std::vector<Tensor> &tensors,
                        const crania::target::TargetModel &target,
                        LayoutProblem &problem) {
    LayoutMeter meter(&getContext(), target,
                      SmallVector<std::string>(layouts.begin(), layouts.end()));
    unsigned widest = 0;
    for (const Tensor &tensor : tensors)
      widest = std::max(widest, tensor.blocks.wordBits());
    problem.blocksAtOnce = target.decoder.blocks;
    problem.plainDecoderUm2 = target.plainDecoderUm2();
    problem.budgetUm2 = target.decoderBudgetUm2(precisionOf(widest));
    meter.setBudget(problem.budgetUm2);
    for (auto [t, tensor] : llvm::enumerate(tensors)) {
      crania::Result<std::vector<SegmentCandidates>> measured =
          meter.measure(tensor.blocks, tensor.given);
      if (!measured) {
        MaterializeOp materialize = tensor.entry->materialize;
        return materialize.emitError() << measured.error().message;
      }
      tensor.clusters = std::move(*measured);
      for (auto [k, cluster] : llvm::enumerate(tensor.clusters)) {
        LayoutProblem::Segment segment{nameOf(tensor, k), unsigned(t), {}};
        for (const LayoutCandidate &candidate : cluster.candidates)
          segment.candidates.push_back(
              {candidate.picojoules, candidate.cycles, candidate.dramCycles,
               candidate.measure.cost, candidate.measure.largestBlock});
        problem.segments.push_back(std::move(segment));
      }
    }
    return success();
  }

  static InFlightDiagnostic emitClusterError(const Tensor &tensor, size_t k) {
    MaterializeOp materialize = tensor.entry->materialize;
    return materialize.emitError() << nameOf(tensor, k) << ": ";
  }

  static LogicalResult checkGiven(ArrayRef<Tensor> tensors) {
    for (const Tensor &tensor : tensors)
      for (auto [k, cluster] : llvm::enumerate(tensor.clusters))
        if (tensor.given[k] && cluster.candidates.empty())
          return emitClusterError(tensor, k)
                 << "layout " << Attribute(tensor.given[k])
                 << " cannot express it: " << cluster.refusal;
    return success();
  }

  /// Sets layout and bytes of all clusters of a tensor.
  LogicalResult decide(Tensor &tensor, ArrayRef<size_t> chosen) {
    SmallVector<LayoutAttrInterface> taken;
    for (auto [k, candidate] : llvm::enumerate(chosen))
      taken.push_back(tensor.clusters[k].candidates[candidate].layout);
    FailureOr<std::vector<crania::ClusterSegment>> encoded =
        encode(tensor, taken);
    if (failed(encoded))
      return failure();
    uint64_t bytes = 0;
    for (auto [k, candidate] : llvm::enumerate(chosen)) {
      const SegmentCandidates &cluster = tensor.clusters[k];
      Decision decision{cluster, cluster.candidates[candidate]};
      PlanBuilder::Segment &segment = tensor.entry->segments[k];
      segment.layout = taken[k];
      segment.bytes = int64_t((*encoded)[k].bytes);
      bytes += (*encoded)[k].bytes;
      if (!tensor.given[k])
        report(tensor, k, decision);
    }
    reportTensor(tensor, bytes);
    return success();
  }

  /// Encodes the segments in the given layouts to get their exact sizes.
  static FailureOr<std::vector<crania::ClusterSegment>>
  encode(const Tensor &tensor, ArrayRef<LayoutAttrInterface> taken) {
    SmallVector<crania::ClusterCoding> codings;
    for (auto [attribute, cluster] : llvm::zip_equal(taken, tensor.clusters)) {
      LayoutAttrInterface chosen = attribute;
      const crania::layout::SegmentLayout *layout =
          crania::layout::findSegmentLayout(view(chosen.getLayoutId()));
      codings.push_back({layout, chosen.getTrainingOptions(),
                         &cluster.statisticsFor(*layout)});
    }
    return crania::encodeClusters(tensor.blocks, codings,
                                  [&](unsigned k, const std::string &why) {
                                    emitClusterError(tensor, k) << why;
                                  });
  }

  static void report(const Tensor &tensor, size_t k, const Decision &decision) {
    MaterializeOp materialize = tensor.entry->materialize;
    const LayoutCandidate *second = decision.secondBest();
    remark::passed(materialize.getLoc(),
                   remark::RemarkOpts::name("AssignedLayout")
                       .category("crania-assign-layouts"))
        << "assigned layout"
        << remark::metric("Weights", tensor.entry->weights.getSymName())
        << remark::metric("Cluster", k + 1)
        << remark::metric("Layout", decision.taken.layout.getLayoutId())
        << remark::metric("Values", decision.values())
        << remark::metric("Bytes", *tensor.entry->segments[k].bytes)
        << remark::metric("DecodeCycles", decision.taken.measure.decodeCycles)
        << remark::metric("SecondBest",
                          second ? second->layout.getLayoutId() : "none")
        << remark::metric("SecondBestBytes",
                          second ? second->measure.bytes : uint64_t(0))
        << remark::metric("LimitedBy", decision.limitedBy());
  }

  static void reportTensor(const Tensor &tensor, uint64_t bytes) {
    MaterializeOp materialize = tensor.entry->materialize;
    const double weights = double(tensor.blocks.weights());
    auto analysis = remark::analysis(materialize.getLoc(),
                                     remark::RemarkOpts::name("WeightBits")
                                         .category("crania-assign-layouts"));
    analysis << "bits per weight"
             << remark::metric("Weights", tensor.entry->weights.getSymName())
             << remark::metric("BitsPerWeight", 8 * double(bytes) / weights);
    if (std::optional<double> entropy =
            analysis ? tensor.blocks.entropyBits() : std::nullopt)
      analysis << remark::metric("EntropyBitsPerWeight", *entropy / weights)
               << remark::metric("Ratio", 8 * double(bytes) / *entropy);
  }

  static void reportDecoder(IterateOp iterate, const LayoutProblem &problem,
                            const LayoutChoice &choice) {
    remark::analysis(
        iterate.getLoc(),
        remark::RemarkOpts::name("Decoder").category("crania-assign-layouts"))
        << "decoder of all layouts"
        << remark::metric("AreaUm2", problem.hardwareOf(choice.candidates)
                                         .areaUm2(problem.plainDecoderUm2));
  }
};

} // namespace
