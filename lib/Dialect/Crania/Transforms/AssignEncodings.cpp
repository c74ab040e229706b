// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ConsumedBlocks.h"
#include "EncodingCandidates.h"
#include "crania/Dialect/Crania/Transforms/Passes.h"
#include "crania/Dialect/Crania/Transforms/PlanEditor.h"
#include "crania/Solvers/EncodingChoice.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Remarks.h"
#include "llvm/Support/Debug.h"

#define DEBUG_TYPE "crania-assign-encodings"

namespace crania {
#define GEN_PASS_DEF_ASSIGNENCODINGS
#include "crania/Dialect/Crania/Transforms/Passes.h.inc"

#include <cassert>
} // namespace crania

using namespace mlir;
using namespace crania::ir;
using crania::WeightBlocks;
using crania::solvers::EncodingChoice;
using crania::solvers::EncodingProblem;
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
  PlanEditor::Entry *entry;
  WeightBlocks blocks;
  SmallVector<EncodingAttrInterface> given;
  std::vector<SegmentCandidates> clusters;
  /// The number of the chosen candidate of each cluster, and its segment.
  SmallVector<size_t> chosen = {};
  std::vector<crania::ClusterSegment> encoded = {};
};

std::string nameOf(const Tensor &tensor, size_t cluster) {
  return "cluster " + std::to_string(cluster + 1) + " of @" +
         tensor.entry->weights.getSymName().str();
}

/// The data behind a decision, for the remarks.
struct Decision {
  const SegmentCandidates &segment;
  const EncodingCandidate &taken;

  /// Returns the smallest of all other encodings.
  const EncodingCandidate *secondBest() const {
    const EncodingCandidate *best = nullptr;
    for (const EncodingCandidate &other : segment.tried)
      if (other.encoding.getEncodingId() != taken.encoding.getEncodingId() &&
          (!best || other.measure.bytes < best->measure.bytes))
        best = &other;
    return best;
  }

  /// Returns the number of values that are stored.
  uint64_t values() const {
    const auto *encoding = crania::encoding::findSegmentEncoding(
        view(taken.encoding.getEncodingId()));
    return segment.statisticsFor(*encoding).values();
  }

  /// Returns the limit that excluded the candidates with less energy.
  StringRef limitedBy() const {
    for (const EncodingCandidate &other : segment.candidates)
      if (other.picojoules < taken.picojoules)
        return other.cycles > taken.cycles ? "decoder speed" : "decoder area";
    return "nothing";
  }
};

struct AssignEncodings
    : public crania::impl::AssignEncodingsBase<AssignEncodings> {
  using AssignEncodingsBase::AssignEncodingsBase;

  void runOnOperation() override {
    if (failed(checkEncodings()))
      return signalPassFailure();
    WalkResult result = getOperation().walk(
        [&](IterateOp iterate) { return WalkResult(assign(iterate)); });
    if (result.wasInterrupted())
      signalPassFailure();
  }

private:
  LogicalResult checkEncodings() {
    std::vector<std::string> known = crania::encoding::segmentEncodingIds();
    for (const std::string &id : encodings)
      if (!llvm::is_contained(known, id))
        return getOperation().emitError()
               << "unknown encoding '" << id << "'; expected one of "
               << llvm::join(known, ", ");
    return success();
  }

  LogicalResult assign(IterateOp iterate) {
    FailureOr<crania::target::TargetModel> target = getTargetModel(iterate);
    FailureOr<PlanEditor> plan = PlanEditor::read(iterate);
    if (failed(target) || failed(plan))
      return failure();
    std::vector<Tensor> tensors;
    for (PlanEditor::Entry &entry : plan->getEntries())
      if (failed(addTensor(entry, *target, tensors)))
        return failure();
    EncodingProblem problem;
    if (failed(measure(tensors, *target, problem)) ||
        failed(checkGiven(tensors)))
      return failure();
    if (crania::Status status = problem.check(); !status)
      return iterate.emitError() << status.error().message;
    FailureOr<EncodingChoice> choice = choose(iterate, tensors, problem);
    if (failed(choice))
      return failure();
    for (const Tensor &tensor : tensors)
      decide(tensor);
    plan->write();
    reportDecoder(iterate, problem, *choice);
    return success();
  }

  LogicalResult addTensor(PlanEditor::Entry &entry,
                          const crania::target::TargetModel &target,
                          std::vector<Tensor> &tensors) {
    FailureOr<WeightBlocks> blocks = readConsumedBlocks(entry, target);
    if (failed(blocks))
      return failure();
    Tensor tensor{&entry, std::move(*blocks), {}, {}};
    for (auto [k, segment] : llvm::enumerate(entry.segments)) {
      tensor.given.push_back(segment.encoding);
      if (segment.encoding && !crania::encoding::findSegmentEncoding(
                                  view(segment.encoding.getEncodingId())))
        return emitClusterError(tensor, k)
               << "encoding " << Attribute(segment.encoding) << " needs '"
               << segment.encoding.getEncodingId()
               << "', which is not registered in this process";
    }
    tensors.push_back(std::move(tensor));
    return success();
  }

  LogicalResult measure(std::vector<Tensor> &tensors,
                        const crania::target::TargetModel &target,
                        EncodingProblem &problem) {
    EncodingMeter meter(
        &getContext(), target,
        SmallVector<std::string>(encodings.begin(), encodings.end()));
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
        EncodingProblem::Segment segment{nameOf(tensor, k), unsigned(t), {}};
        for (const EncodingCandidate &candidate : cluster.candidates)
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
                 << "encoding " << Attribute(tensor.given[k])
                 << " cannot express it: " << cluster.refusal;
    return success();
  }

  /// Chooses encodings and encodes the segments in them. Candidates are
  /// measured with estimates of their largest blocks, which the decoder has to
  /// hold. The sizes of chosen candidates are replaced by the exact ones, and
  /// the choice is made again until its decoder is within the budget with exact
  /// sizes. Each repetition makes the size of another candidate exact.
  static FailureOr<EncodingChoice> choose(IterateOp iterate,
                                          MutableArrayRef<Tensor> tensors,
                                          EncodingProblem &problem) {
    while (true) {
      crania::Result<EncodingChoice> choice =
          crania::solvers::chooseEncodings(problem);
      if (!choice)
        return iterate.emitError() << choice.error().message;
      size_t next = 0;
      for (Tensor &tensor : tensors) {
        auto chosen = ArrayRef<size_t>(choice->candidates)
                          .slice(next, tensor.clusters.size());
        if (failed(encode(tensor, chosen)))
          return failure();
        for (auto [candidate, segment] :
             llvm::zip_equal(chosen, tensor.encoded)) {
          uint64_t largest = 0;
          for (uint32_t bytes : segment.blockSizes)
            largest = std::max<uint64_t>(largest, bytes);
          problem.segments[next++].candidates[candidate].largestBlock = largest;
        }
      }
      if (problem.hardwareOf(choice->candidates)
              .areaUm2(problem.plainDecoderUm2) <= problem.budgetUm2)
        return *choice;
      LLVM_DEBUG(llvm::dbgs() << "the decoder of the chosen encodings exceeds "
                                 "its budget with the exact sizes of blocks\n");
    }
  }

  /// Sets encoding and bytes of all clusters of a tensor that is encoded.
  void decide(const Tensor &tensor) {
    uint64_t bytes = 0;
    for (auto [k, candidate] : llvm::enumerate(tensor.chosen)) {
      const SegmentCandidates &cluster = tensor.clusters[k];
      Decision decision{cluster, cluster.candidates[candidate]};
      PlanEditor::Segment &segment = tensor.entry->segments[k];
      segment.encoding = decision.taken.encoding;
      segment.bytes = int64_t(tensor.encoded[k].bytes);
      bytes += tensor.encoded[k].bytes;
      if (!tensor.given[k])
        report(tensor, k, decision);
    }
    reportTensor(tensor, bytes);
  }

  /// Encodes the segments of a tensor in the chosen candidates, unless they are
  /// encoded so already.
  static LogicalResult encode(Tensor &tensor, ArrayRef<size_t> chosen) {
    assert(chosen.size() == tensor.clusters.size() && "a choice per cluster");
    if (ArrayRef<size_t>(tensor.chosen) == chosen)
      return success();
    SmallVector<crania::ClusterCoding> codings;
    for (auto [candidate, cluster] : llvm::zip_equal(chosen, tensor.clusters)) {
      EncodingAttrInterface attribute = cluster.candidates[candidate].encoding;
      const crania::encoding::SegmentEncoding *encoding =
          crania::encoding::findSegmentEncoding(
              view(attribute.getEncodingId()));
      assert(encoding && "a chosen encoding is registered");
      codings.push_back({encoding, attribute.getTrainingOptions(),
                         &cluster.statisticsFor(*encoding)});
    }
    FailureOr<std::vector<crania::ClusterSegment>> encoded =
        crania::encodeClusters(tensor.blocks, codings,
                               [&](unsigned k, const std::string &why) {
                                 emitClusterError(tensor, k) << why;
                               });
    if (failed(encoded))
      return failure();
    tensor.chosen = llvm::to_vector(chosen);
    tensor.encoded = std::move(*encoded);
    return success();
  }

  static void report(const Tensor &tensor, size_t k, const Decision &decision) {
    MaterializeOp materialize = tensor.entry->materialize;
    const EncodingCandidate *second = decision.secondBest();
    LLVM_DEBUG(llvm::dbgs()
               << nameOf(tensor, k) << " takes "
               << decision.taken.encoding.getEncodingId() << " with "
               << *tensor.entry->segments[k].bytes << " bytes among "
               << decision.segment.candidates.size()
               << " candidates; the choice is limited by "
               << decision.limitedBy() << "\n");
    remark::passed(materialize.getLoc(),
                   remark::RemarkOpts::name("AssignedEncoding")
                       .category("crania-assign-encodings"))
        << "assigned encoding"
        << remark::metric("Weights", tensor.entry->weights.getSymName())
        << remark::metric("Cluster", k + 1)
        << remark::metric("Encoding", decision.taken.encoding.getEncodingId())
        << remark::metric("Values", decision.values())
        << remark::metric("Bytes", *tensor.entry->segments[k].bytes)
        << remark::metric("DecodeCycles", decision.taken.measure.decodeCycles)
        << remark::metric("SecondBest",
                          second ? second->encoding.getEncodingId() : "none")
        << remark::metric("SecondBestBytes",
                          second ? second->measure.bytes : uint64_t(0))
        << remark::metric("LimitedBy", decision.limitedBy());
  }

  static void reportTensor(const Tensor &tensor, uint64_t bytes) {
    MaterializeOp materialize = tensor.entry->materialize;
    const double weights = double(tensor.blocks.weights());
    auto analysis = remark::analysis(materialize.getLoc(),
                                     remark::RemarkOpts::name("WeightBits")
                                         .category("crania-assign-encodings"));
    analysis << "bits per weight"
             << remark::metric("Weights", tensor.entry->weights.getSymName())
             << remark::metric("BitsPerWeight", 8 * double(bytes) / weights);
    if (std::optional<double> entropy =
            analysis ? tensor.blocks.entropyBits() : std::nullopt)
      analysis << remark::metric("EntropyBitsPerWeight", *entropy / weights)
               << remark::metric("Ratio", 8 * double(bytes) / *entropy);
  }

  static void reportDecoder(IterateOp iterate, const EncodingProblem &problem,
                            const EncodingChoice &choice) {
    LLVM_DEBUG(llvm::dbgs() << "the decoder of " << problem.segments.size()
                            << " segments takes "
                            << problem.hardwareOf(choice.candidates)
                                   .areaUm2(problem.plainDecoderUm2)
                            << " of " << problem.budgetUm2 << " um^2\n");
    remark::analysis(
        iterate.getLoc(),
        remark::RemarkOpts::name("Decoder").category("crania-assign-encodings"))
        << "decoder of all encodings"
        << remark::metric("AreaUm2", problem.hardwareOf(choice.candidates)
                                         .areaUm2(problem.plainDecoderUm2));
  }
};

} // namespace
