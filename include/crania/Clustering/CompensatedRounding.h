// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_CLUSTERING_COMPENSATEDROUNDING_H
#define CRANIA_CLUSTERING_COMPENSATEDROUNDING_H

#include "crania/Clustering/LayerMoments.h"
#include "crania/Support/Result.h"
#include "crania/Support/Span.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace crania::clustering {

struct RoundingOptions {
  /// What a bit of code length is worth, in squared steps of a weight with the
  /// layer's mean conditional variance. 0.1 is near 2 ln 2 / 12, the slope of a
  /// fine uniform quantiser; 0 chooses by the error alone.
  double rate = 0.1;
  /// Added to the variances of the inputs, relative to their mean: keeps
  /// directions that the calibration inputs hardly have from being spent.
  double damping = 0.01;
  /// Passes over all weights that choose each code again given all others.
  unsigned passes = 3;
  /// Whether errors are compensated by the weights that are not rounded yet.
  bool compensate = true;
  /// Whether the scale of each output follows by least squares.
  bool fitScales = true;
};

/// Weights to be rounded so that the outputs change little.
struct RoundingProblem {
  size_t outputs = 0, inputs = 0;
  Span<const float> target; ///< [outputs x inputs]
  Span<const float> steps;  ///< [outputs], above 0: code c stands for c * step
  int largestCode = 127;    ///< codes are -largestCode..largestCode, <= 127
  /// [outputs x inputs], or empty for 0: the code that a decoder expects. What
  /// is stored is the difference.
  Span<const int8_t> predictions;
  /// [outputs x inputs], or empty for 0: what the decoder knows of a weight.
  /// The differences of each context have their own code.
  Span<const int8_t> contexts;
};

struct Rounding {
  std::vector<int8_t> codes; ///< [outputs x inputs]
  std::vector<float> scales; ///< [outputs]: code c is c * scale in the end
};

/// Chooses codes c that make the sum over the outputs of e H e^T + rate * bits
/// small, where e = target - c * scale is an output's row, H the covariance of
/// the inputs, and bits the length of the code in an ideal code for those
/// chosen. One weight after the other is rounded, and the error is compensated
/// by the best change of those that follow (optimal brain compression: Frantar
/// and Alistarh, arXiv:2208.11580, in the order and by the Cholesky factor of
/// GPTQ, arXiv:2210.17323); then each is chosen again given all others.
/// Deterministic.
///
/// `covariance` is [inputs x inputs], or empty for the identity: then each
/// weight is rounded by itself. Time grows with outputs * inputs^2 + inputs^3.
///
/// Fails for sizes that do not fit, steps that are not above 0, and a target or
/// covariance that is not finite.
Result<Rounding> roundCompensated(const RoundingProblem &problem,
                                  Span<const float> covariance,
                                  const RoundingOptions &options = {});

/// The weights w' near `weights`, [outputs x inputs] in f32, that make
/// w' x + constants the best for y on the inputs of a round: minimises
/// E |y - w' x|^2 + ridge * mean variance * |w' - w|^2, about the means. It
/// makes up for what earlier layers lost. Fails like roundCompensated.
Result<std::vector<float>> retargetWeights(Span<const float> weights,
                                           const LayerMoments &moments,
                                           double ridge = 0.01);

} // namespace crania::clustering

#endif // CRANIA_CLUSTERING_COMPENSATEDROUNDING_H
