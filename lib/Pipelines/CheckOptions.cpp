// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Pipelines/CheckOptions.h"
#include "crania/Clustering/Boundaries.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "crania/Dialect/Crania/Transforms/ExitOption.h"
#include "crania/Quantization/ActivationHistogram.h"
#include "crania/Support/Spelling.h"
#include "crania/Target/TargetModel.h"

#include <cmath>

using namespace mlir;
using namespace crania;

namespace {

class OptionChecker {
public:
  OptionChecker(const CompileOptions &options, MLIRContext *context,
                StringRef dashes)
      : options(options), context(context), dashes(dashes) {}

  LogicalResult check() {
    if (failed(checkArithmetic()) || failed(checkImages()) ||
        failed(checkScheme()) || failed(checkUnused()))
      return failure();
    auto boundaries = clustering::Boundaries::parse(options.clusters);
    if (!boundaries)
      return refuse("clusters") << boundaries.error().message;
    if (auto model = target::loadTarget(options.target); !model)
      return refuse("target") << model.error().message;
    const size_t rounds = isResidual() ? options.clustering.steps.size() + 1
                                       : boundaries->clusters();
    return failure(failed(checkExit(rounds)) || failed(checkHistogram(rounds)));
  }

private:
  InFlightDiagnostic refuse(StringRef option) {
    return emitError(UnknownLoc::get(context)) << dashes << option << ": ";
  }

  bool isResidual() const { return options.clustering.scheme == "residual"; }

  LogicalResult checkKnown(StringRef option, const std::string &value,
                           const std::vector<std::string> &known) {
    if (llvm::is_contained(known, value))
      return success();
    return refuse(option) << "'" << value << "' is not known; there are "
                          << joinNames(known);
  }

  LogicalResult checkArithmetic() {
    const std::pair<StringRef, const std::string *> precisions[] = {
        {"precision", &options.precision},
        {"first-layer", &options.firstLayer},
        {"last-layer", &options.lastLayer}};
    for (auto [option, value] : precisions)
      if (!value->empty() && *value != "f32" && *value != "i16" &&
          *value != "i8")
        return refuse(option)
               << "'" << *value
               << "' is not an arithmetic of the machine; there are "
                  "f32, i16 and i8";
    constexpr uint64_t mostWords = 256;
    if (options.sharedWords == 0 || options.sharedWords > mostWords)
      return refuse("share-weights") << "a codebook has 1 to 256 words";
    return success();
  }

  LogicalResult checkNumbers(StringRef option, ArrayRef<double> numbers,
                             bool isFactor) {
    for (double number : numbers)
      if (!std::isfinite(number) || (isFactor && number == 0))
        return refuse(option)
               << "must be finite" << (isFactor ? " and not 0" : "")
               << ", found " << number;
    return success();
  }

  LogicalResult checkImages() {
    const CompileOptions::Calibration &given = options.calibration, defaults;
    if (auto rule = quantization::RangeRule::parse(given.rule); !rule)
      return refuse("calibrate-rule") << rule.error().message;
    if (failed(checkKnown("network-layout", options.networkLayout,
                          {"auto", "nhwc", "nchw"})) ||
        failed(checkKnown("input-layout", given.layout,
                          {"auto", "nhwc", "nchw"})) ||
        failed(checkKnown("input-channels", given.channels, {"rgb", "bgr"})))
      return failure();
    if (given.limit == 0)
      return refuse("calibrate-limit")
             << "takes 1 image or more; leave it out for all of them";
    if (failed(checkNumbers("input-scale", {given.scale}, true)) ||
        failed(checkNumbers("input-mean", given.mean, false)) ||
        failed(checkNumbers("input-std", given.deviation, true)))
      return failure();
    if (!given.images.empty())
      return success();
    const std::pair<StringRef, bool> ofImages[] = {
        {"calibrate-limit", given.limit != defaults.limit},
        {"calibrate-rule", given.rule != defaults.rule},
        {"input-layout", given.layout != defaults.layout},
        {"input-channels", given.channels != defaults.channels},
        {"input-scale", given.scale != defaults.scale},
        {"input-mean", !given.mean.empty()},
        {"input-std", !given.deviation.empty()}};
    for (auto [option, isGiven] : ofImages)
      if (isGiven)
        return refuse(option) << "applies to the images of " << dashes
                              << "calibrate, which are not given";
    return success();
  }

  LogicalResult checkScheme() {
    const CompileOptions::Clustering &given = options.clustering;
    if (failed(
            checkKnown("scheme", given.scheme,
                       {"importance", "importance-corrected", "residual"})) ||
        failed(
            checkKnown("metric", given.metric, {"magnitude", "activation"})) ||
        failed(checkKnown("scope", given.scope, {"layer", "global"})))
      return failure();
    for (const std::string &layer : given.whole)
      if (failed(checkKnown("whole", layer, {"first", "last"})))
        return failure();
    for (double step : given.steps)
      if (!(step > 0) || !std::isfinite(step))
        return refuse("steps") << "must be above 0";
    if (given.scheme != "importance" &&
        (options.precision != "i8" || options.calibration.images.empty()))
      return refuse("scheme")
             << "'" << given.scheme
             << "' clusters integers of 8 bits on images: give " << dashes
             << "precision=i8 and " << dashes << "calibrate=X.npy";
    return success();
  }

  /// Checks that no option is set that the scheme ignores.
  LogicalResult checkUnused() {
    const CompileOptions defaults;
    const CompileOptions::Clustering &given = options.clustering,
                                     &byDefault = defaults.clustering;
    if (isResidual() && options.clusters != defaults.clusters)
      return refuse("clusters")
             << "the residual scheme has " << dashes << "steps instead";
    if (!isResidual() && given.steps != byDefault.steps)
      return refuse("steps")
             << "applies only to " << dashes << "scheme=residual";
    if (given.scheme != "importance-corrected" &&
        given.metric != byDefault.metric)
      return refuse("metric")
             << "applies only to " << dashes << "scheme=importance-corrected";
    if (isResidual() && given.scope != byDefault.scope)
      return refuse("scope") << "applies only to schemes of importance";
    if (given.scheme == "importance" && !given.whole.empty())
      return refuse("whole") << "applies only to schemes that need images";
    return success();
  }

  LogicalResult checkExit(size_t rounds) {
    auto emitError = [&] { return refuse("exit"); };
    FailureOr<ExitOption> rule =
        ExitOption::parse(options.exit, context, emitError);
    if (failed(rule))
      return failure();
    return success(
        succeeded(rule->forRounds(int64_t(rounds), context, emitError)));
  }

  LogicalResult checkHistogram(size_t rounds) {
    const std::vector<double> &given = options.exitHistogram;
    if (given.empty())
      return success();
    if (given.size() != rounds)
      return refuse("exit-histogram")
             << given.size() << " fractions for " << rounds
             << " clusters; give one per round";
    if (!ir::isDistribution(given))
      return refuse("exit-histogram")
             << "give fractions between 0 and 1 that add up to 1";
    return success();
  }

  const CompileOptions &options;
  MLIRContext *context;
  StringRef dashes;
};

} // namespace

LogicalResult crania::checkOptions(const CompileOptions &options,
                                   MLIRContext *context, StringRef dashes) {
  context->getOrLoadDialect<ir::CraniaDialect>(); // of the exit rule
  return OptionChecker(options, context, dashes).check();
}
