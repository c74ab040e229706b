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
  /// The cost of one bit of code length, in squared steps of a weight with the
  /// layer's mean conditional variance. 0.1 is near 2 ln 2 / 12, the slope of a
  /// fine uniform quantizer. 0 minimizes the error alone.
  double rate = 0.1;
  /// A term added to the variances of the inputs, relative to their mean. It
  /// keeps the rounding from moving error into directions that are rare in the
  /// calibration inputs.
  double damping = 0.01;
  /// The number of passes that choose each code again, given all others.
  unsigned passes = 3;
  /// True if weights that are not rounded yet compensate the errors of rounded
  /// ones.
  bool compensate = true;
  /// True if the scale of each output is fitted by least squares.
  bool fitScales = true;
};

/// Weights to round such that the outputs of the layer change little.
struct RoundingProblem {
  size_t outputs = 0, inputs = 0;
  Span<const float> target; ///< [outputs x inputs]
  Span<const float> steps;  ///< [outputs], above 0: code c stands for c * step
  int largestCode = 127;    ///< codes are -largestCode..largestCode, <= 127
  /// The code that a decoder expects of each weight, [outputs x inputs], or
  /// empty if it expects 0. Only the difference from it is stored.
  Span<const int8_t> predictions;
  /// The context that a decoder knows of each weight, [outputs x inputs], or
  /// empty if all are 0. The differences of each context have a code of their
  /// own.
  Span<const int8_t> contexts;
};

struct Rounding {
  std::vector<int8_t> codes; ///< [outputs x inputs]
  std::vector<float> scales; ///< [outputs]: code c stands for c * scale
};

/// Rounds weights such that the outputs change little and the codes are short.
/// The codes c minimize approximately the sum over the outputs of e H e^T +
/// rate * bits. Here e = target - c * scale is the error of an output's row, H
/// is the covariance of the inputs, and bits is the length of the row in an
/// ideal code for the chosen codes.
///
/// Weights are rounded one after the other, and each error is compensated by
/// the best change of the weights that follow (optimal brain compression:
/// Frantar and Alistarh, arXiv:2208.11580, in the order and by the Cholesky
/// factor of GPTQ, arXiv:2210.17323). Afterwards, each code is chosen again
/// given all others. The result is deterministic.
///
/// `covariance` is [inputs x inputs], or empty for the identity, in which case
/// each weight is rounded independently. The time grows with outputs * inputs^2
/// + inputs^3.
///
/// Fails if sizes do not match, if a step is not above 0, or if a target or
/// covariance is not finite.
Result<Rounding> roundCompensated(const RoundingProblem &problem,
                                  Span<const float> covariance,
                                  const RoundingOptions &options = {});

/// Returns weights w' near `weights`, [outputs x inputs] in f32, that make up
/// for the errors of earlier layers. They minimize E |y - w' x|^2 + ridge *
/// mean variance * |w' - w|^2, about the means, on the inputs of a round: w' x
/// plus constants predicts y best. Fails like roundCompensated.
Result<std::vector<float>> retargetWeights(Span<const float> weights,
                                           const LayerMoments &moments,
                                           double ridge = 0.01);

} // namespace crania::clustering

#endif // CRANIA_CLUSTERING_COMPENSATEDROUNDING_H
