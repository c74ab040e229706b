// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_CLUSTERING_LAYERMOMENTS_H
#define CRANIA_CLUSTERING_LAYERMOMENTS_H

#include "crania/Support/Span.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace crania::clustering {

/// Statistics of a layer y = W x + b in one round, gathered on calibration
/// inputs. x is the input of the layer in that round, behind layers that are
/// clustered and corrected already. y is the output of the layer in the network
/// that is not clustered.
struct LayerMoments {
  size_t inputs = 0;  ///< columns of W; for a convolution, its window
  size_t outputs = 0; ///< rows of W
  uint64_t samples = 0;
  std::vector<double> inputMeans;      ///< [inputs]
  std::vector<double> inputMagnitudes; ///< [inputs], means of |x|
  std::vector<double> outputMeans;     ///< [outputs]
  std::vector<double> outputVariances; ///< [outputs]
  std::vector<float> inputCovariance;  ///< [inputs x inputs]
  std::vector<float> outputCovariance; ///< [outputs x inputs], between y and x
};

/// Accumulates LayerMoments. The result depends on the order and number of
/// rows, but not on threads or the CPU.
class MomentAccumulator {
public:
  MomentAccumulator(size_t inputs, size_t outputs);

  /// Adds rows of inputs `x`, [rows x inputs], and of outputs `y`, [rows x
  /// outputs].
  void add(Span<const float> x, Span<const float> y);

  LayerMoments finish();

private:
  void addRows(const float *x, const float *y, size_t rows);
  void flush();

  size_t inputs, outputs;
  uint64_t samples = 0;
  size_t pending = 0; ///< rows in the f32 sums
  /// Means of the first rows. Values are summed relative to these, so that
  /// little cancels.
  std::vector<float> inputPivot, outputPivot;
  std::vector<double> inputSum, magnitudeSum, outputSum, outputSquares;
  std::vector<float> squaresPart, productsPart;
  std::vector<double> squares, products;
};

} // namespace crania::clustering

#endif // CRANIA_CLUSTERING_LAYERMOMENTS_H
