// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Clustering/ResidualScheme.h"
#include "OutputCorrection.h"
#include "crania/Clustering/CodeEntropy.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdlib>
#include <string>

using namespace crania;
using namespace crania::clustering;

namespace {

constexpr int largestCode = 127;
constexpr int largestContext = 7;

uint8_t multiplierNear(double value) {
  return uint8_t(std::clamp(std::round(value), 1.0, double(largestCode)));
}

/// Returns a multiplier per output: step * root mean square of the codes of the
/// output, at least 1.
std::vector<uint8_t> multipliersFor(const QuantizedLayer &layer, double step) {
  std::vector<uint8_t> multipliers;
  for (size_t o = 0; o < layer.outputs; ++o) {
    double squares = 0;
    for (int8_t code : layer.codes.slice(o * layer.inputs, layer.inputs))
      squares += double(code) * code;
    multipliers.push_back(
        multiplierNear(step * std::sqrt(squares / double(layer.inputs))));
  }
  return multipliers;
}

} // namespace

int8_t clustering::expectedCode(int8_t code, uint8_t before,
                                uint8_t multiplier) {
  assert(multiplier > 0 && "codes of step 0");
  const int value = int(code) * before;
  const int magnitude = (2 * std::abs(value) + multiplier) / (2 * multiplier);
  const int clamped = std::min(magnitude, largestCode);
  return int8_t(value < 0 ? -clamped : clamped);
}

int8_t clustering::symbolContext(int8_t code) {
  return int8_t(std::clamp<int>(code, -largestContext, largestContext));
}

//===----------------------------------------------------------------------===//
// Clustering
//===----------------------------------------------------------------------===//

namespace {

class ResidualCoder {
public:
  ResidualCoder(const QuantizedLayer &layer, const ResidualOptions &options)
      : layer(layer), options(options), codes(layer.codes.size()),
        before(layer.outputs, 1),
        weights(realWeights(layer.codes, layer.scales)) {}

  Status addRound(double step, const LayerMoments *moments) {
    const std::vector<uint8_t> multipliers = multipliersFor(layer, step);
    std::vector<float> target = weights;
    if (moments && options.retarget) {
      auto moved = retargetWeights(weights, *moments, options.ridge);
      if (!moved)
        return moved.error();
      target = std::move(*moved);
    }
    std::vector<float> steps(layer.outputs);
    for (size_t o = 0; o < layer.outputs; ++o)
      steps[o] = layer.scales[o] * float(multipliers[o]);
    RoundingProblem problem{layer.outputs, layer.inputs, target, steps,
                            largestCode,   {},           {}};
    const std::vector<int8_t> expected = expectedCodes(multipliers),
                              contexts = contextsOfCodes();
    if (!result.rounds.empty()) {
      problem.predictions = expected;
      problem.contexts = contexts;
    }
    auto rounding =
        roundCompensated(problem,
                         moments ? Span<const float>(moments->inputCovariance)
                                 : Span<const float>(),
                         options.rounding);
    if (!rounding)
      return rounding.error();
    RoundWeights round{rounding->codes, rounding->scales, {}, -1};
    if (moments) {
      // The scales are least-squares gains already, so only biases are fitted.
      OutputCorrection correction = correctOutputs(
          realWeights(round.codes, round.scales), *moments, false);
      round.biases = std::move(correction.biases);
      round.relativeError = correction.relativeError;
    }
    // The next round predicts from the fitted scale, not from the step.
    std::vector<uint8_t> worth;
    for (size_t o = 0; o < layer.outputs; ++o)
      worth.push_back(
          multiplierNear(double(round.scales[o]) / layer.scales[o]));
    add(std::move(round), worth);
    return {};
  }

  ClusteredLayer finish() {
    add(wholeLayer(layer), std::vector<uint8_t>(layer.outputs, 1));
    return std::move(result);
  }

private:
  std::vector<int8_t> expectedCodes(Span<const uint8_t> multipliers) const {
    std::vector<int8_t> expected(codes.size());
    for (size_t i = 0; i < codes.size(); ++i)
      expected[i] = expectedCode(codes[i], before[i / layer.inputs],
                                 multipliers[i / layer.inputs]);
    return expected;
  }

  std::vector<int8_t> contextsOfCodes() const {
    std::vector<int8_t> contexts(codes.size());
    std::transform(codes.begin(), codes.end(), contexts.begin(), symbolContext);
    return contexts;
  }

  void add(RoundWeights round, const std::vector<uint8_t> &multipliers) {
    const std::vector<int8_t> expected = expectedCodes(multipliers);
    std::vector<int8_t> symbols(codes.size());
    for (size_t i = 0; i < codes.size(); ++i)
      symbols[i] = int8_t(uint8_t(round.codes[i] - expected[i]));
    result.bits.push_back(conditionalEntropy(symbols, contextsOfCodes()));
    codes = round.codes;
    before = multipliers;
    result.rounds.push_back(std::move(round));
  }

  const QuantizedLayer &layer;
  const ResidualOptions &options;
  /// Codes and multipliers of the round before; the codes are 0 at first.
  std::vector<int8_t> codes;
  std::vector<uint8_t> before;
  std::vector<float> weights;
  ClusteredLayer result;
};

} // namespace

Result<ClusteredLayer>
ResidualScheme::cluster(const QuantizedLayer &layer,
                        Span<const LayerMoments> moments) const {
  if (Status status = checkLayer(layer, clusters(), moments); !status)
    return status.error();
  for (size_t r = 0; r < options.steps.size(); ++r)
    if (!(options.steps[r] > 0) ||
        (r && !(options.steps[r] < options.steps[r - 1])))
      return Error{"step " + std::to_string(options.steps[r]) + " of round " +
                   std::to_string(r + 1) +
                   "; give steps above 0 that become smaller"};
  ResidualCoder coder(layer, options);
  for (size_t r = 0; r < options.steps.size(); ++r)
    if (Status status = coder.addRound(options.steps[r],
                                       moments.empty() ? nullptr : &moments[r]);
        !status)
      return status.error();
  return coder.finish();
}
