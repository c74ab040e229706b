// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Clustering/LayerMoments.h"

#include <algorithm>
#include <cassert>
#include <cmath>

using namespace crania;
using namespace crania::clustering;

namespace {

/// The number of rows that are added to an outer product together.
constexpr size_t lanes = 8;
/// The number of rows that are summed in f32 before the sums move to f64.
constexpr size_t flushedRows = 4096;

/// Computes sums[i] += sum over the lanes of factors[lane] * rows[lane][i], for
/// i in [begin, end).
void addProducts(float *sums, const float *const *rows, const float *factors,
                 size_t begin, size_t end) {
  for (size_t i = begin; i < end; ++i)
    sums[i] += ((factors[0] * rows[0][i] + factors[1] * rows[1][i]) +
                (factors[2] * rows[2][i] + factors[3] * rows[3][i])) +
               ((factors[4] * rows[4][i] + factors[5] * rows[5][i]) +
                (factors[6] * rows[6][i] + factors[7] * rows[7][i]));
}

void moveInto(std::vector<double> &sums, std::vector<float> &part) {
  for (size_t i = 0; i < sums.size(); ++i)
    sums[i] += part[i];
  std::fill(part.begin(), part.end(), 0.0f);
}

std::vector<float> meansOf(Span<const float> rows, size_t columns) {
  assert(columns > 0 && rows.size() >= columns && "there is no row");
  const size_t count = std::min<size_t>(rows.size() / columns, 256);
  std::vector<double> sums(columns);
  for (size_t r = 0; r < count; ++r)
    for (size_t i = 0; i < columns; ++i)
      sums[i] += rows[r * columns + i];
  std::vector<float> means(columns);
  for (size_t i = 0; i < columns; ++i)
    means[i] = float(sums[i] / double(count));
  return means;
}

} // namespace

MomentAccumulator::MomentAccumulator(size_t inputs, size_t outputs)
    : inputs(inputs), outputs(outputs), inputSum(inputs), magnitudeSum(inputs),
      outputSum(outputs), outputSquares(outputs), squaresPart(inputs * inputs),
      productsPart(outputs * inputs), squares(inputs * inputs),
      products(outputs * inputs) {}

void MomentAccumulator::add(Span<const float> x, Span<const float> y) {
  assert(inputs > 0 && outputs > 0 && "a layer without inputs or outputs");
  assert(x.size() % inputs == 0 && y.size() == x.size() / inputs * outputs &&
         "as many rows of outputs as of inputs");
  const size_t rows = x.size() / inputs;
  if (rows == 0)
    return;
  if (inputPivot.empty()) {
    inputPivot = meansOf(x, inputs);
    outputPivot = meansOf(y, outputs);
  }
  for (size_t r = 0; r < rows; r += lanes)
    addRows(x.data() + r * inputs, y.data() + r * outputs,
            std::min(lanes, rows - r));
}

void MomentAccumulator::addRows(const float *x, const float *y, size_t rows) {
  assert(rows <= lanes && "more rows than are added together");
  // Missing rows are 0.
  std::vector<float> shifted(lanes * inputs), targets(lanes * outputs);
  const float *row[lanes];
  for (size_t r = 0; r < lanes; ++r)
    row[r] = shifted.data() + r * inputs;
  for (size_t r = 0; r < rows; ++r) {
    for (size_t i = 0; i < inputs; ++i) {
      const float value = x[r * inputs + i] - inputPivot[i];
      shifted[r * inputs + i] = value;
      inputSum[i] += value;
      magnitudeSum[i] += std::fabs(x[r * inputs + i]);
    }
    for (size_t o = 0; o < outputs; ++o) {
      const float value = y[r * outputs + o] - outputPivot[o];
      targets[r * outputs + o] = value;
      outputSum[o] += value;
      outputSquares[o] += double(value) * value;
    }
  }
  float factors[lanes];
  for (size_t i = 0; i < inputs; ++i) {
    for (size_t r = 0; r < lanes; ++r)
      factors[r] = row[r][i];
    addProducts(&squaresPart[i * inputs], row, factors, i, inputs);
  }
  for (size_t o = 0; o < outputs; ++o) {
    for (size_t r = 0; r < lanes; ++r)
      factors[r] = targets[r * outputs + o];
    addProducts(&productsPart[o * inputs], row, factors, 0, inputs);
  }
  samples += rows;
  pending += rows;
  if (pending >= flushedRows)
    flush();
}

void MomentAccumulator::flush() {
  moveInto(squares, squaresPart);
  moveInto(products, productsPart);
  pending = 0;
}

LayerMoments MomentAccumulator::finish() {
  flush();
  LayerMoments moments;
  moments.inputs = inputs;
  moments.outputs = outputs;
  moments.samples = samples;
  moments.inputMeans.resize(inputs);
  moments.inputMagnitudes.resize(inputs);
  moments.outputMeans.resize(outputs);
  moments.outputVariances.resize(outputs);
  moments.inputCovariance.resize(inputs * inputs);
  moments.outputCovariance.resize(outputs * inputs);
  if (samples == 0)
    return moments;
  const double count = double(samples);
  std::vector<double> x(inputs), y(outputs); // means relative to the pivots
  for (size_t i = 0; i < inputs; ++i) {
    x[i] = inputSum[i] / count;
    moments.inputMeans[i] = inputPivot[i] + x[i];
    moments.inputMagnitudes[i] = magnitudeSum[i] / count;
  }
  for (size_t o = 0; o < outputs; ++o) {
    y[o] = outputSum[o] / count;
    moments.outputMeans[o] = outputPivot[o] + y[o];
    moments.outputVariances[o] =
        std::max(0.0, outputSquares[o] / count - y[o] * y[o]);
    for (size_t i = 0; i < inputs; ++i)
      moments.outputCovariance[o * inputs + i] =
          float(products[o * inputs + i] / count - y[o] * x[i]);
  }
  for (size_t i = 0; i < inputs; ++i)
    for (size_t j = i; j < inputs; ++j)
      moments.inputCovariance[i * inputs + j] =
          moments.inputCovariance[j * inputs + i] =
              float(squares[i * inputs + j] / count - x[i] * x[j]);
  return moments;
}
