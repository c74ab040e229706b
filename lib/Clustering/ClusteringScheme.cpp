// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Clustering/ClusteringScheme.h"

#include <cassert>
#include <cmath>
#include <string>

using namespace crania;
using namespace crania::clustering;

Status clustering::checkLayer(const QuantizedLayer &layer, unsigned clusters,
                              Span<const LayerMoments> moments) {
  const std::string shape =
      std::to_string(layer.outputs) + "x" + std::to_string(layer.inputs);
  if (layer.codes.size() != layer.outputs * layer.inputs ||
      layer.scales.size() != layer.outputs)
    return Error{"a layer of " + shape + " weights with " +
                 std::to_string(layer.codes.size()) + " codes and " +
                 std::to_string(layer.scales.size()) + " scales"};
  if (layer.codes.empty())
    return Error{"a layer of " + shape + " weights has none to cluster"};
  if (moments.empty())
    return {};
  if (moments.size() + 1 != clusters)
    return Error{"moments of " + std::to_string(moments.size()) +
                 " rounds for a layer in " + std::to_string(clusters) +
                 " clusters; give them for all rounds but the last"};
  for (const LayerMoments &round : moments) {
    if (round.outputs != layer.outputs || round.inputs != layer.inputs)
      return Error{"moments of " + std::to_string(round.outputs) + "x" +
                   std::to_string(round.inputs) + " weights for a layer of " +
                   shape};
    if (round.samples == 0)
      return Error{"moments of no samples; calibrate on at least one image"};
  }
  return {};
}

RoundWeights clustering::wholeLayer(const QuantizedLayer &layer) {
  return {{layer.codes.begin(), layer.codes.end()},
          {layer.scales.begin(), layer.scales.end()},
          {},
          0};
}

double clustering::expectedShift(const RoundWeights &round,
                                 const LayerMoments &moments,
                                 Span<const float> biases) {
  assert(round.codes.size() == moments.outputs * moments.inputs &&
         round.scales.size() == moments.outputs && "moments of another layer");
  assert((biases.empty() || biases.size() == moments.outputs) &&
         "a bias per output, or none");
  double shifts = 0, variances = 0;
  for (size_t o = 0; o < moments.outputs; ++o) {
    double mean = biases.empty() ? 0 : double(biases[o]);
    for (size_t i = 0; i < moments.inputs; ++i)
      mean += double(round.scales[o]) * round.codes[o * moments.inputs + i] *
              moments.inputMeans[i];
    const double shift = mean - moments.outputMeans[o];
    shifts += shift * shift;
    variances += moments.outputVariances[o];
  }
  return variances > 0 ? std::sqrt(shifts / variances) : 0;
}

std::vector<float> clustering::realWeights(Span<const int8_t> codes,
                                           Span<const float> scales) {
  if (scales.empty())
    return {};
  assert(codes.size() % scales.size() == 0 && "rows of different lengths");
  std::vector<float> weights(codes.size());
  const size_t inputs = codes.size() / scales.size();
  for (size_t i = 0; i < codes.size(); ++i)
    weights[i] = float(codes[i]) * scales[i / inputs];
  return weights;
}
