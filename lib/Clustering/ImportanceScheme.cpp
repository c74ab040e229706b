// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Clustering/ImportanceScheme.h"

#include "OutputCorrection.h"
#include "crania/Clustering/CodeEntropy.h"
#include "crania/Clustering/Importance.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <string>

using namespace crania;
using namespace crania::clustering;

namespace {

/// The smallest gain. It keeps the scale of a channel with almost no weights in
/// a round large enough for integer arithmetic.
constexpr float leastGain = 1.0f / 256;

} // namespace

std::vector<float>
clustering::importanceOf(const QuantizedLayer &layer,
                         Span<const double> inputMagnitudes) {
  assert((inputMagnitudes.empty() || inputMagnitudes.size() == layer.inputs) &&
         "a magnitude per input, or none");
  std::vector<float> importances = realWeights(layer.codes, layer.scales);
  for (size_t i = 0; i < importances.size(); ++i) {
    importances[i] = std::fabs(importances[i]);
    if (!inputMagnitudes.empty())
      importances[i] *= float(inputMagnitudes[i % layer.inputs]);
  }
  return importances;
}

Result<ClusteredLayer>
ImportanceScheme::cluster(const QuantizedLayer &layer,
                          Span<const LayerMoments> moments) const {
  if (Status status = checkLayer(layer, clusters(), moments); !status)
    return status.error();
  if (!options.assignment.empty())
    return clusterAs(layer, options.assignment, moments);
  Span<const double> magnitudes;
  if (options.metric == ImportanceMetric::activation && clusters() > 1) {
    if (moments.empty())
      return Error{"the importance of weights by their activations needs "
                   "calibration images"};
    magnitudes = moments[moments.size() - 1].inputMagnitudes;
  }
  const std::vector<float> importances = importanceOf(layer, magnitudes);
  Result<std::vector<uint64_t>> sizes = options.boundaries.sizes(importances);
  if (!sizes)
    return sizes.error();
  auto assignment = assignByImportance(importances, *sizes);
  if (!assignment)
    return assignment.error();
  return clusterAs(layer, std::move(*assignment), moments);
}

Result<ClusteredLayer>
ImportanceScheme::clusterAs(const QuantizedLayer &layer,
                            std::vector<uint8_t> assignment,
                            Span<const LayerMoments> moments) const {
  if (Status status = checkLayer(layer, clusters(), moments); !status)
    return status.error();
  if (assignment.size() != layer.codes.size())
    return Error{"an assignment of " + std::to_string(assignment.size()) +
                 " weights for a layer of " +
                 std::to_string(layer.codes.size())};
  for (size_t i = 0; i < assignment.size(); ++i)
    if (assignment[i] >= clusters())
      return Error{"weight " + std::to_string(i) + " is in cluster " +
                   std::to_string(assignment[i]) + " of " +
                   std::to_string(clusters())};
  ClusteredLayer result;
  result.bits = clusterEntropies(layer.codes, assignment, clusters());
  for (unsigned r = 0; r + 1 < clusters(); ++r) {
    RoundWeights round = wholeLayer(layer);
    round.relativeError = -1;
    for (size_t i = 0; i < assignment.size(); ++i)
      if (assignment[i] > r)
        round.codes[i] = 0;
    if (options.correct && !moments.empty()) {
      OutputCorrection correction =
          correctOutputs(realWeights(round.codes, round.scales), moments[r]);
      for (size_t o = 0; o < layer.outputs; ++o)
        // Scales must be positive, so a negative gain is raised to the least
        // one.
        round.scales[o] *= std::max(correction.gains[o], leastGain);
      correction = correctOutputs(realWeights(round.codes, round.scales),
                                  moments[r], false);
      round.biases = std::move(correction.biases);
      round.relativeError = correction.relativeError;
    }
    result.rounds.push_back(std::move(round));
  }
  result.rounds.push_back(wholeLayer(layer));
  result.assignment = std::move(assignment);
  return result;
}

Result<std::vector<std::vector<uint8_t>>>
clustering::assignOverLayers(Span<const std::vector<float>> importances,
                             const Boundaries &boundaries) {
  std::vector<float> all;
  for (const std::vector<float> &layer : importances)
    all.insert(all.end(), layer.begin(), layer.end());
  Result<std::vector<uint64_t>> sizes = boundaries.sizes(all);
  if (!sizes)
    return sizes.error();
  auto assignment = assignByImportance(all, *sizes);
  if (!assignment)
    return assignment.error();
  std::vector<std::vector<uint8_t>> result;
  auto next = assignment->begin();
  for (const std::vector<float> &layer : importances) {
    result.emplace_back(next, next + ptrdiff_t(layer.size()));
    next += ptrdiff_t(layer.size());
  }
  return result;
}
