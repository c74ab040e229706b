// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "CalibrationImages.h"
#include "Requantization.h"
#include "crania/Calibration/LockstepNetwork.h"
#include "crania/Calibration/Passes.h"
#include "crania/Clustering/CodeEntropy.h"
#include "crania/Clustering/ImportanceScheme.h"
#include "crania/Clustering/ResidualScheme.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "crania/Dialect/Crania/Transforms/Normalize.h"
#include "crania/Dialect/CraniaHW/IR/CraniaHWDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/Support/Format.h"

#include <cmath>
#include <map>
#include <set>

namespace crania {
#define GEN_PASS_DEF_CLUSTERCALIBRATED
#include "crania/Calibration/Passes.h.inc"
} // namespace crania

using namespace mlir;
using namespace crania;
using clustering::ClusteredLayer;
using clustering::ClusteringScheme;
using clustering::LayerMoments;
using clustering::RoundWeights;
using ir::CraniaDialect;
using ir::WeightsOp;

namespace {

/// Rows of calibration data per column of a layer: enough that second moments
/// are known well, and not so many that large layers take minutes.
constexpr size_t rowsPerInput = 8, leastRows = 4096;
/// Second moments of wider layers take too much memory: inputs squared.
constexpr size_t widestMoments = 6144;
constexpr int largestWord = 127;

/// The weights of a layer as the machine's array has them.
struct LayerWeights {
  linalg::LinalgOp op;
  ElementsAttr constant;
  ElementsAttr scaleAttr;
  std::string name;
  std::vector<int8_t> codes;    ///< [outputs x depth]
  std::vector<float> scales;    ///< [outputs]
  std::vector<int64_t> indices; ///< of each in the tensor
};

/// What the variants of a round compute with: words and what corrects sums.
struct RoundPlan {
  std::vector<int8_t> words;
  SumCorrection correction;
};

AsmResourceBlob makeBlob(std::vector<uint8_t> bytes) {
  auto owned = std::make_shared<std::vector<uint8_t>>(std::move(bytes));
  return AsmResourceBlob(
      ArrayRef<uint8_t>(*owned), [owned](uint8_t *, size_t, size_t) {},
      /*dataIsMutable=*/true);
}

/// Reads what is clustered; fails, with the reason in `why`, if the layer is
/// none that can be.
FailureOr<LayerWeights> readWeights(const Contraction &contraction,
                                    std::string &why) {
  LayerWeights weights;
  weights.op = contraction.op;
  auto constant = contraction.weights->get().getDefiningOp<arith::ConstantOp>();
  auto type = cast<RankedTensorType>(contraction.weights->get().getType());
  if (!constant || !type.getElementType().isInteger(8)) {
    why = "its weights are no constants of 8 bits";
    return failure();
  }
  weights.constant = cast<ElementsAttr>(constant.getValue());
  auto scales = weights.op->getAttrOfType<DenseElementsAttr>(
      CraniaDialect::getWeightScalesAttrName());
  if (!scales || (scales.getNumElements() != 1 &&
                  scales.getNumElements() != contraction.outputs)) {
    why = "its weights have no scales of the output channels";
    return failure();
  }
  weights.scaleAttr = scales;
  for (int64_t o = 0; o < contraction.outputs; ++o)
    weights.scales.push_back(scales.getNumElements() == 1
                                 ? *scales.value_begin<float>()
                                 : scales.getValues<float>()[size_t(o)]);
  SmallVector<char> storage;
  ArrayRef<char> bytes = WeightsOp::rawBytes(weights.constant, storage);
  if (int64_t(bytes.size()) != type.getNumElements()) {
    why = "its weights have no data";
    return failure();
  }
  for (int64_t o = 0; o < contraction.outputs; ++o)
    for (int64_t offset : contraction.depthOffsets()) {
      weights.indices.push_back(contraction.rowStart(0, o) + offset);
      weights.codes.push_back(int8_t(bytes[weights.indices.back()]));
    }
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(weights.constant))
    weights.name = resource.getRawHandle().getKey().str();
  else if (auto loc = weights.op->getLoc()->findInstanceOf<NameLoc>())
    weights.name = loc.getName().str();
  else
    weights.name = "w";
  return weights;
}

/// Words of 8 bits for the codes of a round, scaled up until the largest gain
/// is 1, if they can be: then gains take no bits from the multipliers, nor need
/// more.
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

/// The scheme of each layer: codes of all layers are equally far apart in units
/// of the root mean square of their weights or, with `balance`, closer in small
/// layers.
///
/// A layer of n weights with codes of step s has an error of its outputs in
/// proportion to s^2, and takes a constant less n log2 s bits. The least sum of
/// errors for a sum of bits has s^2 in proportion to n: `balance` 1.
class SchemeChoice {
public:
  virtual ~SchemeChoice() = default;
  virtual unsigned clusters() const = 0;
  /// Null, with the reason in `why`, for a layer that is best left whole. Codes
  /// are `coarser` than they would be at least: an attempt before had too many.
  virtual std::unique_ptr<ClusteringScheme>
  schemeFor(const LayerWeights &weights, double coarser,
            std::string &why) const = 0;
};

/// The cluster of each weight of a layer, by its op.
using Assignments = llvm::DenseMap<Operation *, std::vector<uint8_t>>;

class ImportanceChoice final : public SchemeChoice {
public:
  /// Layers that are in `decided` are as it says.
  ImportanceChoice(clustering::ImportanceOptions options, Assignments decided)
      : options(std::move(options)), decided(std::move(decided)) {}
  unsigned clusters() const override { return options.boundaries.clusters(); }
  std::unique_ptr<ClusteringScheme>
  schemeFor(const LayerWeights &weights, double, std::string &) const override {
    clustering::ImportanceOptions ofLayer = options;
    ofLayer.assignment = decided.lookup(weights.op);
    return std::make_unique<clustering::ImportanceScheme>(std::move(ofLayer));
  }

private:
  clustering::ImportanceOptions options;
  Assignments decided;
};

class ResidualChoice final : public SchemeChoice {
public:
  ResidualChoice(clustering::ResidualOptions options, double balance,
                 size_t largestLayer)
      : options(std::move(options)), balance(balance),
        largestLayer(largestLayer) {}
  unsigned clusters() const override {
    return unsigned(options.steps.size()) + 1;
  }

  std::unique_ptr<ClusteringScheme> schemeFor(const LayerWeights &weights,
                                              double coarser,
                                              std::string &why) const override {
    const double share = double(weights.codes.size()) / double(largestLayer);
    const double factor = std::pow(share, balance / 2);
    double squares = 0;
    int largest = 1;
    for (int8_t code : weights.codes) {
      squares += double(code) * code;
      largest = std::max(largest, std::abs(int(code)));
    }
    const double rms = std::sqrt(squares / double(weights.codes.size()));
    clustering::ResidualOptions ofLayer = options;
    for (double &step : ofLayer.steps)
      step *= factor;
    // The finest words are as many as a layout may have conditions.
    constexpr size_t largestIndex = ir::ResidualAttr::maxWords / 2 - 1;
    const double finest = coarser * largest / (double(largestIndex) * rms);
    if (ofLayer.steps.back() < finest / 2) {
      why = "its codes would hardly be shorter than its weights";
      return nullptr;
    }
    for (size_t r = ofLayer.steps.size(); r-- > 0;)
      ofLayer.steps[r] =
          std::max(ofLayer.steps[r],
                   finest * std::pow(2, double(ofLayer.steps.size() - 1 - r)));
    return std::make_unique<clustering::ResidualScheme>(ofLayer);
  }

private:
  clustering::ResidualOptions options;
  double balance;
  size_t largestLayer;
};

/// Clusters the layers of one classifier.
class CalibratedClusterer {
public:
  CalibratedClusterer(ModuleOp module, const SchemeChoice &choice,
                      LockstepNetwork &network, bool correctsOffsets)
      : module(module), symbols(module), choice(choice), network(network),
        correctsOffsets(correctsOffsets) {}

  /// Runs a layer as it is in all variants.
  void runWhole(const LockstepNetwork::Layer &layer) {
    for (unsigned v = 0; v < choice.clusters(); ++v)
      network.run(layer, v);
  }

  LogicalResult cluster(const LockstepNetwork::Layer &layer) {
    std::string why;
    FailureOr<LayerWeights> weights = readWeights(layer.contraction, why);
    FailureOr<Requantization> requantization =
        succeeded(weights) ? Requantization::find(layer.contraction, why)
                           : FailureOr<Requantization>(failure());
    std::unique_ptr<ClusteringScheme> scheme;
    if (succeeded(requantization))
      scheme = choice.schemeFor(*weights, 1, why);
    if (!scheme) {
      reportWhole(layer, why);
      runWhole(layer);
      return success();
    }
    network.run(layer, 0);
    const Contraction &c = layer.contraction;
    std::vector<LayerMoments> moments = gather(layer, *weights);
    Result<ClusteredLayer> clustered =
        clusterWithFewWords(*weights, c, moments, scheme, why);
    if (!scheme) {
      reportWhole(layer, why);
      for (unsigned v = 1; v < choice.clusters(); ++v)
        network.run(layer, v);
      return success();
    }
    if (!clustered)
      return c.op->emitError() << "weights '" << weights->name
                               << "': " << clustered.error().message;
    std::vector<RoundPlan> plans;
    std::vector<SumCorrection> corrections;
    for (unsigned r = 0; r + 1 < choice.clusters(); ++r) {
      plans.push_back(planRound(clustered->rounds[r], weights->scales,
                                clustered->assignment.empty(),
                                correctsOffsets));
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
    report(layer, *weights, *clustered, moments, *scheme);
    return success();
  }

  void reportWhole(const LockstepNetwork::Layer &layer, StringRef why) {
    const Contraction &c = layer.contraction;
    std::string unused, bits = "none";
    if (FailureOr<LayerWeights> weights = readWeights(c, unused);
        succeeded(weights)) {
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

private:
  /// Clusters, again with coarser codes where compensation made more of them
  /// than layouts have conditions for. Without a scheme, and with the reason in
  /// `why`, if those would be too coarse.
  Result<ClusteredLayer>
  clusterWithFewWords(const LayerWeights &weights, const Contraction &c,
                      Span<const LayerMoments> moments,
                      std::unique_ptr<ClusteringScheme> &scheme,
                      std::string &why) {
    constexpr double more = 1.15;
    for (double coarser = 1;; coarser *= more) {
      Result<ClusteredLayer> clustered = scheme->cluster(
          {size_t(c.outputs), size_t(c.depth()), weights.codes, weights.scales},
          moments);
      if (!clustered || !clustered->assignment.empty() ||
          mostWords(*clustered) <= ir::ResidualAttr::maxWords)
        return clustered;
      scheme = choice.schemeFor(weights, coarser * more, why);
      if (!scheme)
        return Error{why};
    }
  }

  /// Of the rounds but the last, the largest number of different codes.
  static size_t mostWords(const ClusteredLayer &clustered) {
    size_t most = 0;
    for (size_t r = 0; r + 1 < clustered.rounds.size(); ++r) {
      const std::vector<int8_t> &codes = clustered.rounds[r].codes;
      most =
          std::max(most, std::set<int8_t>(codes.begin(), codes.end()).size());
    }
    return most;
  }

  /// Means and covariances of what each early round meets, and of what the
  /// whole network makes of the layer, on pixels spread over the inputs.
  std::vector<LayerMoments> gather(const LockstepNetwork::Layer &layer,
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
          // Each input has its own pixels, all spread evenly.
          const size_t pixel = (k * pixels / perInput + i * spread) % pixels;
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

  /// Of each output, for inputs of 8 bits.
  static std::vector<double> largestSums(ArrayRef<int8_t> words,
                                         int64_t outputs) {
    constexpr double largestInput = 255;
    std::vector<double> sums(outputs);
    const size_t inputs = words.size() / size_t(outputs);
    for (size_t i = 0; i < words.size(); ++i)
      sums[i / inputs] += largestInput * std::abs(int(words[i]));
    return sums;
  }

  void runRound(const LockstepNetwork::Layer &layer, unsigned variant,
                const RoundPlan &plan) {
    simulator::DecodedWeights decoded;
    decoded.element = binary::ElementType::i8;
    decoded.matrix = AlignedBytes(plan.words.size());
    std::copy(plan.words.begin(), plan.words.end(), decoded.matrix.data());
    network.run(layer, variant, decoded);
    network.correctSums(layer, variant, plan.correction.gains,
                        plan.correction.offsets);
  }

  /// A code for each combination of words that a weight has over the rounds.
  FailureOr<ir::ResidualAttr> codesOf(const LayerWeights &weights,
                                      ArrayRef<RoundPlan> plans,
                                      std::vector<uint8_t> &assignment) {
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

  LogicalResult createWeights(const LockstepNetwork::Layer &layer,
                              const LayerWeights &weights,
                              const ClusteredLayer &clustered,
                              ArrayRef<RoundPlan> plans) {
    MLIRContext *context = module.getContext();
    OpOperand *operand = layer.contraction.weights;
    auto constant = operand->get().getDefiningOp<arith::ConstantOp>();
    auto type = cast<RankedTensorType>(constant.getType());
    std::vector<uint8_t> assignment(weights.codes.size());
    ir::SchemeAttrInterface attribute;
    if (clustered.assignment.empty()) {
      FailureOr<ir::ResidualAttr> residual =
          codesOf(weights, plans, assignment);
      if (failed(residual) || !*residual)
        return failure();
      attribute = *residual;
    } else {
      for (size_t i = 0; i < weights.indices.size(); ++i)
        assignment[weights.indices[i]] = clustered.assignment[i];
      attribute = ir::ImportanceAttr::get(context);
    }
    auto clusteredType =
        ir::ClusteredType::get(context, type, choice.clusters());
    auto ids =
        RankedTensorType::get(type.getShape(), IntegerType::get(context, 8));
    OpBuilder builder(weights.op->getParentOfType<func::FuncOp>());
    auto created = WeightsOp::create(
        builder, constant.getLoc(), builder.getStringAttr(weights.name),
        StringAttr(), TypeAttr::get(clusteredType), attribute, weights.constant,
        DenseResourceElementsAttr::get(ids, weights.name + ".cluster",
                                       makeBlob(std::move(assignment))),
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

  void report(const LockstepNetwork::Layer &layer, const LayerWeights &weights,
              const ClusteredLayer &clustered, ArrayRef<LayerMoments> moments,
              const ClusteringScheme &scheme) {
    std::string bits, errors, shifts = "none";
    llvm::raw_string_ostream bitsOut(bits), errorsOut(errors);
    if (!moments.empty()) {
      shifts.clear();
      llvm::raw_string_ostream shiftsOut(shifts);
      llvm::interleaveComma(
          llvm::zip_equal(ArrayRef<RoundWeights>(clustered.rounds).drop_back(),
                          moments),
          shiftsOut, [&](auto round) {
            shiftsOut << llvm::format(
                "%.5f", clustering::expectedShift(std::get<0>(round),
                                                  std::get<1>(round)));
          });
    }
    llvm::interleaveComma(clustered.bits, bitsOut, [&](double b) {
      bitsOut << llvm::format("%.3f", b);
    });
    llvm::interleaveComma(
        clustered.rounds, errorsOut, [&](const RoundWeights &round) {
          errorsOut << llvm::format("%.5f", round.relativeError);
        });
    remark::passed(layer.contraction.op->getLoc(),
                   remark::RemarkOpts::name("ClusteredWeights")
                       .category("crania-cluster-calibrated"))
        << "clustered weights" << remark::metric("Weights", weights.name)
        << remark::metric("Scheme",
                          StringRef(scheme.name().data(), scheme.name().size()))
        << remark::metric("Count", weights.codes.size())
        << remark::metric("BitsPerWeight", bits)
        << remark::metric("RelativeOutputError", errors)
        << remark::metric("ExpectedShift", shifts);
  }

  /// By how many pixels each input's are shifted: a prime, so that they do not
  /// come again soon.
  static constexpr size_t spread = 7919;

  ModuleOp module;
  SymbolTable symbols;
  const SchemeChoice &choice;
  LockstepNetwork &network;
  bool correctsOffsets;
};

struct ClusterCalibrated
    : public crania::impl::ClusterCalibratedBase<ClusterCalibrated> {
  using ClusterCalibratedBase::ClusterCalibratedBase;

  void runOnOperation() override {
    if (failed(readOptions()))
      return signalPassFailure();
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function->hasAttr(CraniaDialect::getClassifierAttrName()) &&
          failed(cluster(function)))
        return signalPassFailure();
  }

private:
  InFlightDiagnostic error() { return getOperation().emitError(); }

  LogicalResult readOptions() {
    if (images.empty())
      return error() << "crania-cluster-calibrated needs images: give the "
                        "option images=X.npy";
    for (const std::string &layer : whole)
      if (layer != "first" && layer != "last")
        return error() << "option 'whole' takes first and last, not '" << layer
                       << "'";
    FailureOr<runtime::Preprocessing> read = readPreprocessing(
        getOperation(), {layout, channels, scale, mean, deviation});
    if (failed(read))
      return failure();
    preprocessing = std::move(*read);
    if (scheme == "residual")
      return createResidual();
    if (scheme == "importance")
      return createImportance();
    return error() << "scheme '" << scheme
                   << "' is not known; there are residual and importance";
  }

  LogicalResult createResidual() {
    if (steps.empty())
      return error() << "the residual scheme needs steps, one for each round "
                        "but the last, such as steps=1.0";
    clustering::ResidualOptions options;
    for (double step : steps) {
      if (!(step > 0) || !std::isfinite(step))
        return error() << "steps must be above 0, found " << step;
      if (!options.steps.empty() && step >= options.steps.back())
        return error()
               << "steps must become smaller from round to round, found "
               << options.steps.back() << " and then " << step;
      options.steps.push_back(step);
    }
    if (!(rate >= 0) || !std::isfinite(rate))
      return error() << "rate must be 0 or more, found " << rate;
    options.rounding.fitScales = correct;
    options.rounding.compensate = compensate;
    options.rounding.rate = rate;
    options.retarget = retarget;
    if (!(balance >= 0) || !std::isfinite(balance))
      return error() << "balance must be 0 or more, found " << balance;
    residual = std::move(options);
    return success();
  }

  LogicalResult createImportance() {
    auto parsed = clustering::Boundaries::parse(fractions.getValue());
    if (!parsed)
      return error() << parsed.error().message;
    if (scope != "layer" && scope != "global")
      return error() << "scope '" << scope
                     << "' is not known; there are layer and global";
    clustering::ImportanceOptions options;
    options.boundaries = *parsed;
    options.correct = correct;
    if (metric == "activation")
      options.metric = clustering::ImportanceMetric::activation;
    else if (metric != "magnitude")
      return error() << "metric '" << metric
                     << "' is not known; there are magnitude and activation";
    importance = std::move(options);
    return success();
  }

  LogicalResult cluster(func::FuncOp function) {
    if (failed(normalizeStructuredOps(function.getBody().front())))
      return failure();
    std::vector<uint64_t> shape(
        cast<RankedTensorType>(function.getArgument(0).getType())
            .getShape()
            .begin(),
        cast<RankedTensorType>(function.getArgument(0).getType())
            .getShape()
            .end());
    FailureOr<runtime::ImageSet> set =
        readImages(getOperation(), images, shape, preprocessing);
    if (failed(set))
      return failure();
    const size_t count =
        limit == 0 ? set->size() : std::min<size_t>(set->size(), limit);
    Assignments decided;
    if (importance && scope == "global" &&
        failed(assignTogether(function, *set, count, decided)))
      return failure();
    const unsigned clusters = residual ? unsigned(residual->steps.size()) + 1
                                       : importance->boundaries.clusters();
    FailureOr<LockstepNetwork> network =
        LockstepNetwork::create(function, *set, count, clusters);
    if (failed(network))
      return failure();
    ArrayRef<LockstepNetwork::Layer> layers = network->layers();
    std::unique_ptr<SchemeChoice> choice =
        chooseFor(layers, std::move(decided));
    CalibratedClusterer clusterer(getOperation(), *choice, *network, correct);
    for (const LockstepNetwork::Layer &layer : layers) {
      network->advanceTo(layer);
      std::string why;
      if (keepsWhole(layer, layers, why)) {
        clusterer.reportWhole(layer, why);
        clusterer.runWhole(layer);
      } else if (failed(clusterer.cluster(layer))) {
        return failure();
      }
    }
    return eraseUnusedOperands(function);
  }

  bool keepsWhole(const LockstepNetwork::Layer &layer,
                  ArrayRef<LockstepNetwork::Layer> layers,
                  std::string &why) const {
    const Contraction &c = layer.contraction;
    if ((llvm::is_contained(whole, "first") && &layer == &layers.front()) ||
        (llvm::is_contained(whole, "last") && &layer == &layers.back()))
      why = "by the option 'whole'";
    else if (c.groups != 1)
      why = "it has several groups";
    else if (uint64_t(c.outputs * c.depth()) < minWeights)
      why = "it has fewer weights than 'min-weights'";
    else
      return false;
    return true;
  }

  /// Ranks the weights of all layers that are clustered together, with what
  /// they meet in the whole network.
  LogicalResult assignTogether(func::FuncOp function,
                               const runtime::ImageSet &set, size_t count,
                               Assignments &decided) {
    FailureOr<LockstepNetwork> network =
        LockstepNetwork::create(function, set, count, 1);
    if (failed(network))
      return failure();
    SmallVector<Operation *> ops;
    std::vector<std::vector<float>> importances;
    for (const LockstepNetwork::Layer &layer : network->layers()) {
      network->advanceTo(layer);
      network->run(layer, 0);
      std::string why;
      const Contraction &c = layer.contraction;
      FailureOr<LayerWeights> weights = readWeights(c, why);
      if (keepsWhole(layer, network->layers(), why) || failed(weights) ||
          failed(Requantization::find(c, why)))
        continue;
      std::vector<double> magnitudes;
      if (importance->metric == clustering::ImportanceMetric::activation)
        magnitudes = inputMagnitudes(*network, layer);
      ops.push_back(c.op);
      importances.push_back(
          clustering::importanceOf({size_t(c.outputs), size_t(c.depth()),
                                    weights->codes, weights->scales},
                                   magnitudes));
    }
    auto assigned =
        clustering::assignOverLayers(importances, importance->boundaries);
    if (!assigned)
      return function.emitError()
             << "the weights of all layers: " << assigned.error().message;
    for (auto [op, assignment] : llvm::zip_equal(ops, *assigned))
      decided[op] = std::move(assignment);
    return success();
  }

  /// Means over images and pixels, [depth].
  static std::vector<double>
  inputMagnitudes(LockstepNetwork &network,
                  const LockstepNetwork::Layer &layer) {
    const size_t depth = size_t(layer.contraction.depth());
    std::vector<double> sums(depth);
    std::vector<float> row(depth);
    const size_t pixels = network.pixels(layer);
    for (size_t i = 0; i < network.inputs(); ++i)
      for (size_t pixel = 0; pixel < pixels; ++pixel) {
        network.gatherInput(layer, 0, i, pixel, row);
        for (size_t d = 0; d < depth; ++d)
          sums[d] += std::fabs(row[d]);
      }
    for (double &sum : sums)
      sum /= double(network.inputs() * pixels);
    return sums;
  }

  std::unique_ptr<SchemeChoice>
  chooseFor(ArrayRef<LockstepNetwork::Layer> layers,
            Assignments decided) const {
    if (importance)
      return std::make_unique<ImportanceChoice>(*importance,
                                                std::move(decided));
    size_t largest = 1;
    for (const LockstepNetwork::Layer &layer : layers)
      largest = std::max(largest, size_t(layer.contraction.outputs *
                                         layer.contraction.depth()));
    return std::make_unique<ResidualChoice>(*residual, balance, largest);
  }

  /// Factors and addends that those of the rounds took the place of.
  static LogicalResult eraseUnusedOperands(func::FuncOp function) {
    RewritePatternSet patterns(function.getContext());
    linalg::populateEraseUnusedOperandsAndResultsPatterns(patterns);
    return applyPatternsGreedily(function, std::move(patterns));
  }

  runtime::Preprocessing preprocessing;
  /// Of the two, the one that is asked for.
  std::optional<clustering::ResidualOptions> residual;
  std::optional<clustering::ImportanceOptions> importance;
};

} // namespace
