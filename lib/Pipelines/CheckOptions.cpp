// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Pipelines/CheckOptions.h"
#include "crania/Clustering/Boundaries.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "crania/Dialect/Crania/Transforms/ExitOption.h"
#include "crania/Pipelines/OptionTable.h"

using namespace mlir;
using namespace crania;

namespace {

class OptionChecker {
public:
  OptionChecker(const CompileOptions &options, MLIRContext *context,
                StringRef dashes)
      : options(options), context(context), dashes(dashes) {}

  LogicalResult check() {
    if (failed(checkValues()) || failed(checkScheme()) || failed(checkNeeds()))
      return failure();
    const size_t rounds =
        options.clustering.scheme == Scheme::residual
            ? options.clustering.steps.size() + 1
            : clustering::Boundaries::parse(options.clusters)->clusters();
    return failure(failed(checkExit(rounds)) || failed(checkHistogram(rounds)));
  }

private:
  InFlightDiagnostic refuse(StringRef option) {
    return emitError(UnknownLoc::get(context)) << dashes << option << ": ";
  }

  /// Checks each value by itself.
  LogicalResult checkValues() {
    for (const CompileOption &option : compileOptionTable()) {
      if (option.rule)
        for (double number : option.numbers(options))
          if (!option.rule->holds(number))
            return refuse(option.name)
                   << option.rule->text << ", found " << number;
      if (!option.check)
        continue;
      if (Status status = option.check(options); !status)
        return refuse(option.name) << status.error().message;
    }
    return success();
  }

  /// Checks that no option is set that would be ignored.
  LogicalResult checkNeeds() {
    for (const CompileOption &option : compileOptionTable())
      if (option.need && !option.need->holds(options) &&
          !option.isDefault(options))
        return refuse(option.name) << spellOptions(option.need->text, dashes);
    return success();
  }

  LogicalResult checkScheme() {
    const Scheme scheme = options.clustering.scheme;
    if (scheme != Scheme::importance &&
        (options.precision != target::Precision::i8 ||
         options.calibration.images.empty()))
      return refuse("scheme")
             << "'" << nameOfValue(scheme)
             << "' clusters integers of 8 bits on images: give " << dashes
             << "precision=i8 and " << dashes << "calibrate=X.npy";
    return success();
  }

  LogicalResult checkExit(size_t rounds) {
    auto emitError = [&] { return refuse("exit"); };
    if (options.maxLoss && StringRef(options.exit).contains(':'))
      return emitError() << "'" << options.exit << "' has thresholds, which "
                         << dashes << "max-loss chooses; give the rule alone";
    if (!options.maxLoss && ir::symbolizeConfidence(options.exit))
      return emitError() << "'" << options.exit << "' has no threshold; give "
                         << "one, such as softmax:0.9, or " << dashes
                         << "max-loss, which chooses them";
    FailureOr<ExitOption> rule =
        ExitOption::parse(exitOf(options), context, emitError);
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
