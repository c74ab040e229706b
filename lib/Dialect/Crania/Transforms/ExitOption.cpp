// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Dialect/Crania/Transforms/ExitOption.h"

using namespace mlir;
using namespace crania;
using namespace crania::ir;

FailureOr<ExitOption>
ExitOption::parse(StringRef text, MLIRContext *context,
                  function_ref<InFlightDiagnostic()> emitError) {
  ExitOption option;
  auto [rule, list] = text.split(':');
  std::optional<Confidence> confidence = symbolizeConfidence(rule);
  if (!confidence)
    return emitError() << "exit '" << text << "': '" << rule
                       << "' is not an exit rule; expected softmax, margin or "
                       << "entropy, a colon and a threshold, e.g. softmax:0.9";
  option.confidence = *confidence;
  SmallVector<StringRef> items;
  list.split(items, ',');
  for (StringRef item : items) {
    double threshold;
    if (item.trim().getAsDouble(threshold))
      return emitError()
             << "exit '" << text << "': '" << item
             << "' is not a threshold; expected e.g. softmax:0.9 or "
             << "softmax:0.9,0.8,0.7";
    option.thresholds.push_back(threshold);
  }
  if (failed(
          ExitAttr::verify(emitError, option.confidence,
                           DenseF64ArrayAttr::get(context, option.thresholds))))
    return failure();
  return option;
}

FailureOr<ExitAttr>
ExitOption::forRounds(int64_t rounds, MLIRContext *context,
                      function_ref<InFlightDiagnostic()> emitError) const {
  SmallVector<double> all = thresholds;
  if (all.size() == 1)
    all.assign(rounds - 1, thresholds.front());
  if (int64_t(all.size()) == rounds - 1)
    return ExitAttr::get(context, confidence,
                         DenseF64ArrayAttr::get(context, all));
  if (rounds == 1)
    return emitError() << "exit rule has " << all.size()
                       << " thresholds for one round, which always stops; "
                       << "give one";
  return emitError() << "exit rule has " << all.size() << " thresholds for "
                     << rounds << " rounds; give one, or " << rounds - 1
                     << " (the last round always stops)";
}
