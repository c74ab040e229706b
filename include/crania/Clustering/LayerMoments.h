// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_CLUSTERING_LAYERMOMENTS_H
#define CRANIA_CLUSTERING_LAYERMOMENTS_H

#include "crania/Support/Span.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace crania::clustering {

/// What calibration inputs say about a layer y = W x + b in one round: x is
/// what the layer gets in that round, behind layers that are clustered and
/// corrected already; y is what it computes in the network that is not
/// clustered.
struct LayerMoments {
  size_t inputs = 0;  ///< columns of W: for a convolution, of its window
  size_t outputs = 0; ///< rows of W
  uint64_t samples = 0;
  std::vector<double> inputMeans;      ///< [inputs]
  std::vector<double> inputMagnitudes; ///< [inputs], means of |x|
  std::vector<double> outputMeans;     ///< [outputs]
  std::vector<double> outputVariances; ///< [outputs]
  std::vector<float> inputCovariance;  ///< [inputs x inputs]
  std::vector<float> outputCovariance; ///< [outputs x inputs], of y and x
};

/// Gathers them. What it gives depends on the order and number of rows, but on
/// no thread or CPU.
class MomentAccumulator {
public:
  MomentAccumulator(size_t inputs, size_t outputs);

  /// Adds rows: `x` is [rows x inputs], `y` [rows x outputs].
  void add(Span<const float> x, Span<const float> y);

  LayerMoments finish();

private:
  void addRows(const float *x, const float *y, size_t rows);
  void flush();

  size_t inputs, outputs;
  uint64_t samples = 0;
  size_t pending = 0; ///< rows in the sums in f32
  /// Near the means, so that little cancels: those of the first rows.
  std::vector<float> inputPivot, outputPivot;
  std::vector<double> inputSum, magnitudeSum, outputSum, outputSquares;
  std::vector<float> squaresPart, productsPart;
  std::vector<double> squares, products;
};

} // namespace crania::clustering

#endif // CRANIA_CLUSTERING_LAYERMOMENTS_H
