// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "CalibratedClusterer.h"

#include "crania/Clustering/CodeEntropy.h"
#include "crania/Dialect/CraniaHW/IR/CraniaHWDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Remarks.h"
#include "llvm/Support/Debug.h"
#include "llvm/Support/Format.h"

#include <cassert>
#include <cmath>
#include <map>
#include <set>

#define DEBUG_TYPE "crania-cluster-calibrated"

using namespace mlir;
using namespace crania;
using clustering::ClusteredLayer;
using clustering::ClusteringScheme;
using clustering::LayerMoments;
using clustering::RoundWeights;
using ir::CraniaDialect;
using ir::WeightsOp;

namespace {

/// The number of rows of calibration data per column of a layer. It is large
/// enough for good estimates of second moments, and small enough that large
/// layers do not take minutes.
constexpr size_t rowsPerInput = 8, leastRows = 4096;
/// The largest width of a layer whose second moments fit in memory; they grow
/// with its square.
constexpr size_t widestMoments = 6144;
/// The shift of pixels between inputs. It is a prime, so that the same pixels
/// do not recur soon.
constexpr size_t pixelShift = 7919;
constexpr int largestWord = 127;

/// Plans the words and corrections of a round. The words have 8 bits and are
/// scaled up until the largest gain is 1, if they can be. Gains then take no
/// bits from the multipliers, and do not need more bits.
RoundPlan planRound(const RoundWeights &round, ArrayRef<float> scales,
                    bool mayScale, bool correctsOffsets) {
  int largest = 1;
  for (int8_t code : round.codes)
    largest = std::max(largest, std::abs(int(code)));
  double gain = 0;
  for (size_t o = 0; o < scales.size(); ++o)
    gain = std::max(gain, double(round.scales[o]) / scales[o]);
  const int factor =
      mayScale ? std::clamp(int(std::ceil(gain)), 1, largestWord / largest) : 1;
  RoundPlan plan;
  for (int8_t code : round.codes)
    plan.words.push_back(int8_t(code * factor));
  for (size_t o = 0; o < scales.size(); ++o) {
    plan.correction.gains.push_back(double(round.scales[o]) /
                                    (double(scales[o]) * factor));
    plan.correction.offsets.push_back(round.biases.empty() || !correctsOffsets
                                          ? 0
                                          : double(round.biases[o]) /
                                                scales[o]);
  }
  return plan;
}

/// Returns the largest number of distinct codes in the rounds but the last.
size_t mostWords(const ClusteredLayer &clustered) {
  size_t most = 0;
  for (size_t r = 0; r + 1 < clustered.rounds.size(); ++r) {
    const std::vector<int8_t> &codes = clustered.rounds[r].codes;
    most = std::max(most, std::set<int8_t>(codes.begin(), codes.end()).size());
  }
  return most;
}

/// Returns the largest sum of each output for inputs of 8 bits.
std::vector<double> largestSums(ArrayRef<int8_t> words, int64_t outputs) {
  constexpr double largestInput = 255;
  std::vector<double> sums(outputs);
  const size_t inputs = words.size() / size_t(outputs);
  for (size_t i = 0; i < words.size(); ++i)
    sums[i / inputs] += largestInput * std::abs(int(words[i]));
  return sums;
}

} // namespace

CalibratedClusterer::CalibratedClusterer(ModuleOp module,
                                         const SchemeChoice &choice,
                                         LockstepNetwork &network,
                                         bool correctsOffsets)
    : module(module), symbols(module), choice(choice), network(network),
      correctsOffsets(correctsOffsets) {}

void CalibratedClusterer::runWhole(const LockstepNetwork::Layer &layer,
                                   unsigned first) {
  for (unsigned v = first; v < choice.clusters(); ++v)
    network.run(layer, v);
}

void CalibratedClusterer::keepWhole(const LockstepNetwork::Layer &layer,
                                    StringRef why) {
  reportWhole(layer, why);
  runWhole(layer, 0);
}

void CalibratedClusterer::reportWhole(const LockstepNetwork::Layer &layer,
                                      StringRef why) {
  const Contraction &c = layer.contraction;
  std::string bits = "none";
  if (Result<LayerWeights> weights = readWeights(c)) {
    bits.clear();
    llvm::raw_string_ostream(bits)
        << llvm::format("%.3f", clustering::entropy(weights->codes));
  }
  remark::missed(c.op->getLoc(), remark::RemarkOpts::name("KeptWhole")
                                     .category("crania-cluster-calibrated"))
      << "layer stays whole" << remark::metric("Reason", why)
      << remark::metric("BitsPerWeight", bits)
      << remark::metric("Count", uint64_t(c.groups * c.outputs * c.depth()));
}

Result<ClusteredLayer> CalibratedClusterer::clusterWithFewWords(
    const LayerWeights &weights, const Contraction &c,
    Span<const LayerMoments> moments,
    Result<std::unique_ptr<ClusteringScheme>> &scheme) {
  constexpr double more = 1.15;
  for (double coarser = 1;; coarser *= more) {
    Result<ClusteredLayer> clustered = (*scheme)->cluster(
        {size_t(c.outputs), size_t(c.depth()), weights.codes, weights.scales},
        moments);
    if (!clustered || !clustered->assignment.empty() ||
        mostWords(*clustered) <= ir::ResidualAttr::maxWords)
      return clustered;
    scheme = choice.schemeFor(weights, coarser * more);
    if (!scheme)
      return scheme.error();
  }
}

std::vector<LayerMoments>
CalibratedClusterer::gather(const LockstepNetwork::Layer &layer,
                            const LayerWeights &weights) {
  const size_t inputs = size_t(layer.contraction.depth());
  const size_t outputs = size_t(layer.contraction.outputs);
  if (inputs > widestMoments)
    return {};
  const size_t pixels = network.pixels(layer);
  const size_t wanted = std::max(leastRows, rowsPerInput * inputs);
  const size_t perInput = std::clamp<size_t>(
      (wanted + network.inputs() - 1) / network.inputs(), 1, pixels);
  std::vector<LayerMoments> moments;
  std::vector<float> x(inputs * perInput), y(outputs * perInput);
  for (unsigned variant = 1; variant < choice.clusters(); ++variant) {
    clustering::MomentAccumulator accumulator(inputs, outputs);
    for (size_t i = 0; i < network.inputs(); ++i) {
      for (size_t k = 0; k < perInput; ++k) {
        // Each input has its own pixels, and all are spread evenly.
        const size_t pixel = (k * pixels / perInput + i * pixelShift) % pixels;
        network.gatherInput(layer, variant, i, pixel,
                            {x.data() + k * inputs, inputs});
        network.gatherSums(layer, 0, i, pixel,
                           {y.data() + k * outputs, outputs});
        for (size_t o = 0; o < outputs; ++o)
          y[k * outputs + o] *= weights.scales[o];
      }
      accumulator.add(x, y);
    }
    moments.push_back(accumulator.finish());
  }
  return moments;
}

void CalibratedClusterer::runRound(const LockstepNetwork::Layer &layer,
                                   unsigned variant, const RoundPlan &plan) {
  network.run(layer, variant, plan.words);
  network.correctSums(layer, variant, plan.correction.gains,
                      plan.correction.offsets);
}

FailureOr<ir::ResidualAttr>
CalibratedClusterer::codesOf(const LayerWeights &weights,
                             ArrayRef<RoundPlan> plans,
                             std::vector<uint8_t> &assignment) {
  assert(!plans.empty() && "the last round has no plan, but others have");
  assert(assignment.size() == weights.codes.size() && "one code per weight");
  std::map<std::vector<int8_t>, size_t> codes;
  auto wordsOf = [&](size_t i) {
    std::vector<int8_t> words;
    for (const RoundPlan &plan : plans)
      words.push_back(plan.words[i]);
    return words;
  };
  for (size_t i = 0; i < weights.codes.size(); ++i)
    codes.try_emplace(wordsOf(i), 0);
  SmallVector<std::vector<int8_t>> columns;
  for (auto &[words, code] : codes) {
    code = columns.size();
    columns.push_back(words);
  }
  for (size_t i = 0; i < weights.codes.size(); ++i)
    assignment[weights.indices[i]] = uint8_t(codes[wordsOf(i)]);
  SmallVector<int8_t> points;
  for (size_t r = 0; r < plans.size(); ++r)
    for (const std::vector<int8_t> &words : columns)
      points.push_back(words[r]);
  auto type =
      RankedTensorType::get({int64_t(plans.size()), int64_t(columns.size())},
                            IntegerType::get(module.getContext(), 8));
  auto attribute = DenseElementsAttr::get(type, ArrayRef<int8_t>(points));
  return ir::ResidualAttr::getChecked(
      [&] {
        return weights.op->emitError()
               << "residual codes of '" << weights.name << "': ";
      },
      module.getContext(), attribute);
}

LogicalResult CalibratedClusterer::createWeights(
    const LockstepNetwork::Layer &layer, const LayerWeights &weights,
    const ClusteredLayer &clustered, ArrayRef<RoundPlan> plans) {
  MLIRContext *context = module.getContext();
  OpOperand *operand = layer.contraction.weights;
  auto constant = operand->get().getDefiningOp<arith::ConstantOp>();
  auto type = cast<RankedTensorType>(constant.getType());
  std::vector<uint8_t> assignment(weights.codes.size());
  ir::SchemeAttrInterface attribute;
  if (clustered.assignment.empty()) {
    FailureOr<ir::ResidualAttr> residual = codesOf(weights, plans, assignment);
    if (failed(residual) || !*residual)
      return failure();
    attribute = *residual;
  } else {
    for (size_t i = 0; i < weights.indices.size(); ++i)
      assignment[weights.indices[i]] = clustered.assignment[i];
    attribute = ir::ImportanceAttr::get(context);
  }
  auto clusteredType = ir::ClusteredType::get(context, type, choice.clusters());
  auto ids =
      RankedTensorType::get(type.getShape(), IntegerType::get(context, 8));
  OpBuilder builder(weights.op->getParentOfType<func::FuncOp>());
  auto created = WeightsOp::create(
      builder, constant.getLoc(), builder.getStringAttr(weights.name),
      StringAttr(), TypeAttr::get(clusteredType), attribute, weights.constant,
      DenseResourceElementsAttr::get(
          ids, weights.name + ".cluster",
          HeapAsmResourceBlob::allocateAndCopyInferAlign<uint8_t>(assignment)),
      weights.scaleAttr);
  symbols.insert(created, Block::iterator(created));
  weights.op->removeAttr(CraniaDialect::getWeightScalesAttrName());

  builder.setInsertionPoint(weights.op);
  Location loc = weights.op->getLoc();
  Value all = arith::ConstantIndexOp::create(builder, loc, choice.clusters());
  Value get =
      ir::GetOp::create(builder, loc, created.getType(),
                        FlatSymbolRefAttr::get(created.getSymNameAttr()));
  operand->set(ir::MaterializeOp::create(builder, loc, get, all));
  if (constant->use_empty())
    constant->erase();
  return success();
}

/// Formats the numbers of a remark, each with a format such as "%.3f".
static std::string listOf(ArrayRef<double> numbers, const char *format) {
  std::string list;
  llvm::raw_string_ostream out(list);
  llvm::interleaveComma(numbers, out,
                        [&](double x) { out << llvm::format(format, x); });
  return list;
}

static void reportClusters(Operation *op, const LayerWeights &weights,
                           const ClusteredLayer &clustered,
                           ArrayRef<LayerMoments> moments,
                           const ClusteringScheme &scheme) {
  SmallVector<double> errors, shifts;
  for (const RoundWeights &round : clustered.rounds)
    errors.push_back(round.relativeError);
  LLVM_DEBUG(llvm::dbgs() << "weights '" << weights.name << "' of "
                          << weights.codes.size() << " codes take "
                          << listOf(clustered.bits, "%.3f")
                          << " bits per weight with relative errors of "
                          << listOf(errors, "%.5f") << "\n");
  for (size_t r = 0; r < moments.size(); ++r)
    shifts.push_back(
        clustering::expectedShift(clustered.rounds[r], moments[r]));
  remark::passed(op->getLoc(), remark::RemarkOpts::name("ClusteredWeights")
                                   .category("crania-cluster-calibrated"))
      << "clustered weights" << remark::metric("Weights", weights.name)
      << remark::metric("Scheme",
                        StringRef(scheme.name().data(), scheme.name().size()))
      << remark::metric("Count", weights.codes.size())
      << remark::metric("BitsPerWeight", listOf(clustered.bits, "%.3f"))
      << remark::metric("RelativeOutputError", listOf(errors, "%.5f"))
      << remark::metric("ExpectedShift",
                        moments.empty() ? "none" : listOf(shifts, "%.5f"));
}

LogicalResult
CalibratedClusterer::cluster(const LockstepNetwork::Layer &layer) {
  Result<LayerWeights> weights = readWeights(layer.contraction);
  if (!weights) {
    keepWhole(layer, weights.error().message);
    return success();
  }
  Result<LayerRequantization> requantization =
      LayerRequantization::find(layer.contraction);
  if (!requantization) {
    keepWhole(layer, requantization.error().message);
    return success();
  }
  Result<std::unique_ptr<ClusteringScheme>> scheme =
      choice.schemeFor(*weights, 1);
  if (!scheme) {
    keepWhole(layer, scheme.error().message);
    return success();
  }
  network.run(layer, 0);
  const Contraction &c = layer.contraction;
  std::vector<LayerMoments> moments = gather(layer, *weights);
  Result<ClusteredLayer> clustered =
      clusterWithFewWords(*weights, c, moments, scheme);
  if (!scheme) {
    reportWhole(layer, scheme.error().message);
    runWhole(layer, 1);
    return success();
  }
  if (!clustered)
    return c.op->emitError() << "weights '" << weights->name
                             << "': " << clustered.error().message;
  std::vector<RoundPlan> plans;
  std::vector<SumCorrection> corrections;
  for (unsigned r = 0; r + 1 < choice.clusters(); ++r) {
    plans.push_back(planRound(clustered->rounds[r], weights->scales,
                              clustered->assignment.empty(), correctsOffsets));
    corrections.push_back(plans.back().correction);
    if (!requantization->fits(corrections.back(),
                              largestSums(plans.back().words, c.outputs)))
      return c.op->emitError()
             << "weights '" << weights->name << "': corrected sums of round "
             << r + 1 << " exceed 64 bits; name the layer in 'whole', or "
             << "take smaller steps";
  }
  for (auto [r, plan] : llvm::enumerate(plans))
    runRound(layer, unsigned(r + 1), plan);
  if (failed(createWeights(layer, *weights, *clustered, plans)))
    return failure();
  requantization->correct(corrections);
  reportClusters(c.op, *weights, *clustered, moments, **scheme);
  return success();
}
