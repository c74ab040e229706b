// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "CalibratedClusterer.h"
#include "CalibrationImages.h"
#include "crania/Calibration/Calibration.h"
#include "crania/Dialect/Crania/Transforms/Normalize.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

#include <cmath>

using namespace mlir;
using namespace crania;
using ir::CraniaDialect;

namespace {

class ClassifierClusterer {
public:
  ClassifierClusterer(ModuleOp module, const ClusterCalibratedOptions &given,
                      NetworkEvaluator &evaluator)
      : module(module), given(given), evaluator(evaluator) {}

  LogicalResult run() {
    if (failed(readOptions()))
      return failure();
    for (auto function : module.getOps<func::FuncOp>())
      if (function->hasAttr(CraniaDialect::getClassifierAttrName()) &&
          failed(cluster(function)))
        return failure();
    return success();
  }

private:
  InFlightDiagnostic error() { return module.emitError(); }

  LogicalResult readOptions() {
    if (given.images.empty())
      return error() << "crania-cluster-calibrated needs images: give the "
                        "option images=X.npy";
    for (const std::string &layer : given.whole)
      if (layer != "first" && layer != "last")
        return error() << "option 'whole' takes first and last, not '" << layer
                       << "'";
    FailureOr<runtime::Preprocessing> read = readPreprocessing(
        module, {given.layout,
                 given.channels,
                 given.scale,
                 {given.mean.begin(), given.mean.end()},
                 {given.deviation.begin(), given.deviation.end()}});
    if (failed(read))
      return failure();
    preprocessing = std::move(*read);
    if (given.scheme == "residual")
      return createResidual();
    if (given.scheme == "importance")
      return createImportance();
    return error() << "scheme '" << given.scheme
                   << "' is not known; there are residual and importance";
  }

  LogicalResult createResidual() {
    if (given.steps.empty())
      return error() << "the residual scheme needs steps, one for each round "
                        "but the last, such as steps=1.0";
    clustering::ResidualOptions options;
    for (double step : given.steps) {
      if (!(step > 0) || !std::isfinite(step))
        return error() << "steps must be above 0, found " << step;
      if (!options.steps.empty() && step >= options.steps.back())
        return error()
               << "steps must become smaller from round to round, found "
               << options.steps.back() << " and then " << step;
      options.steps.push_back(step);
    }
    if (!(given.rate >= 0) || !std::isfinite(given.rate))
      return error() << "rate must be 0 or more, found " << given.rate;
    options.rounding.fitScales = given.correct;
    options.rounding.compensate = given.compensate;
    options.rounding.rate = given.rate;
    options.retarget = given.retarget;
    if (!(given.balance >= 0) || !std::isfinite(given.balance))
      return error() << "balance must be 0 or more, found " << given.balance;
    residual = std::move(options);
    return success();
  }

  LogicalResult createImportance() {
    auto parsed = clustering::Boundaries::parse(given.fractions);
    if (!parsed)
      return error() << parsed.error().message;
    auto parsedScope = parseName<clustering::ImportanceScope>(given.scope);
    if (!parsedScope)
      return error() << "scope " << parsedScope.error().message;
    isGlobal = *parsedScope == clustering::ImportanceScope::global;
    auto parsedMetric = parseName<clustering::ImportanceMetric>(given.metric);
    if (!parsedMetric)
      return error() << "metric " << parsedMetric.error().message;
    clustering::ImportanceOptions options;
    options.boundaries = *parsed;
    options.correct = given.correct;
    options.metric = *parsedMetric;
    importance = std::move(options);
    return success();
  }

  LogicalResult cluster(func::FuncOp function) {
    if (failed(normalizeStructuredOps(function.getBody().front())))
      return failure();
    FailureOr<runtime::ImageSet> set = readImages(
        module, given.images, networkInputOf(function.getArgument(0)),
        preprocessing, given.limit);
    if (failed(set))
      return failure();
    const size_t count = set->used();
    Assignments decided;
    if (importance && isGlobal &&
        failed(assignTogether(function, *set, count, decided)))
      return failure();
    const unsigned clusters = residual ? unsigned(residual->steps.size()) + 1
                                       : importance->boundaries.clusters();
    FailureOr<std::unique_ptr<LockstepNetwork>> created =
        evaluator.runInLockstep(function, *set, count, clusters);
    if (failed(created))
      return failure();
    LockstepNetwork &network = **created;
    ArrayRef<LockstepNetwork::Layer> layers = network.layers();
    std::unique_ptr<SchemeChoice> choice =
        chooseFor(layers, std::move(decided));
    CalibratedClusterer clusterer(module, *choice, network, given.correct);
    for (const LockstepNetwork::Layer &layer : layers) {
      network.advanceTo(layer);
      if (Status status = mayCluster(layer, layers); !status)
        clusterer.keepWhole(layer, status.error().message);
      else if (failed(clusterer.cluster(layer)))
        return failure();
    }
    return eraseUnusedOperands(function);
  }

  /// Fails on a layer that the options keep whole. The error is a clause about
  /// the layer.
  Status mayCluster(const LockstepNetwork::Layer &layer,
                    ArrayRef<LockstepNetwork::Layer> layers) const {
    const Contraction &c = layer.contraction;
    if ((llvm::is_contained(given.whole, "first") &&
         &layer == &layers.front()) ||
        (llvm::is_contained(given.whole, "last") && &layer == &layers.back()))
      return Error{"by the option 'whole'"};
    if (c.groups != 1)
      return Error{"it has several groups"};
    if (uint64_t(c.outputs * c.depth()) < given.minWeights)
      return Error{"it has fewer weights than 'min-weights'"};
    return {};
  }

  /// Ranks the weights of all layers that are clustered together, with the
  /// inputs that they get in the whole network.
  LogicalResult assignTogether(func::FuncOp function,
                               const runtime::ImageSet &set, size_t count,
                               Assignments &decided) {
    FailureOr<std::unique_ptr<LockstepNetwork>> created =
        evaluator.runInLockstep(function, set, count, 1);
    if (failed(created))
      return failure();
    LockstepNetwork &network = **created;
    SmallVector<Operation *> ops;
    std::vector<std::vector<float>> importances;
    for (const LockstepNetwork::Layer &layer : network.layers()) {
      network.advanceTo(layer);
      network.run(layer, 0);
      const Contraction &c = layer.contraction;
      if (!mayCluster(layer, network.layers()) || !LayerRequantization::find(c))
        continue;
      Result<LayerWeights> weights = readWeights(c);
      if (!weights)
        continue;
      std::vector<double> magnitudes;
      if (importance->metric == clustering::ImportanceMetric::activation)
        magnitudes = inputMagnitudes(network, layer);
      ops.push_back(c.op);
      importances.push_back(
          clustering::importanceOf({size_t(c.outputs), size_t(c.depth()),
                                    weights->codes, weights->scales},
                                   magnitudes));
    }
    if (ops.empty())
      return success();
    auto assigned =
        clustering::assignOverLayers(importances, importance->boundaries);
    if (!assigned)
      return function.emitError()
             << "the weights of all layers: " << assigned.error().message;
    for (auto [op, assignment] : llvm::zip_equal(ops, *assigned))
      decided[op] = std::move(assignment);
    return success();
  }

  /// Returns the means over images and pixels, [depth].
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
      return chooseImportance(*importance, std::move(decided));
    size_t largest = 1;
    for (const LockstepNetwork::Layer &layer : layers)
      largest = std::max(largest, size_t(layer.contraction.outputs *
                                         layer.contraction.depth()));
    return chooseResidual(*residual, given.balance, largest);
  }

  /// Erases the factors and addends that those of the rounds replaced.
  static LogicalResult eraseUnusedOperands(func::FuncOp function) {
    RewritePatternSet patterns(function.getContext());
    linalg::populateEraseUnusedOperandsAndResultsPatterns(patterns);
    return applyPatternsGreedily(function, std::move(patterns));
  }

  ModuleOp module;
  const ClusterCalibratedOptions &given;
  NetworkEvaluator &evaluator;
  runtime::Preprocessing preprocessing;
  /// True if the weights of all layers are ranked together.
  bool isGlobal = false;
  /// The options of the selected scheme; those of the other one are empty.
  std::optional<clustering::ResidualOptions> residual;
  std::optional<clustering::ImportanceOptions> importance;
};

} // namespace

LogicalResult
crania::clusterClassifiers(ModuleOp module,
                           const ClusterCalibratedOptions &options,
                           NetworkEvaluator &evaluator) {
  return ClassifierClusterer(module, options, evaluator).run();
}
