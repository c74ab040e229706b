// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Cholesky.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <string>

using namespace crania;
using namespace crania::clustering;

namespace {

/// The number of rows that are subtracted from all others together, while they
/// are in the cache.
constexpr size_t panel = 32;

void addScaled(double *sums, const double *row, double factor, size_t begin,
               size_t end) {
  for (size_t i = begin; i < end; ++i)
    sums[i] += factor * row[i];
}

} // namespace

Result<Cholesky> Cholesky::factor(std::vector<double> matrix, size_t size) {
  assert(matrix.size() == size * size && "the matrix is not square");
  Cholesky result(size);
  double *a = matrix.data();
  for (size_t begin = 0; begin < size; begin += panel) {
    const size_t end = std::min(size, begin + panel);
    for (size_t k = begin; k < end; ++k) {
      double *row = a + k * size;
      for (size_t other = begin; other < k; ++other)
        addScaled(row, a + other * size, -a[other * size + k], k, size);
      if (!(row[k] > 0) || !std::isfinite(row[k]))
        return Error{"matrix is not positive definite at row " +
                     std::to_string(k) + "; raise the damping"};
      const double inverse = 1 / std::sqrt(row[k]);
      for (size_t i = k; i < size; ++i)
        row[i] *= inverse;
    }
    for (size_t i = end; i < size; ++i)
      for (size_t k = begin; k < end; ++k)
        addScaled(a + i * size, a + k * size, -a[k * size + i], i, size);
  }
  for (size_t i = 0; i < size; ++i)
    std::fill(a + i * size, a + i * size + i, 0.0);
  result.rows = std::move(matrix);
  return result;
}

void Cholesky::solve(Span<double> x) const {
  assert(x.size() == size && "a vector of another size than the matrix");
  for (size_t k = 0; k < size; ++k) { // R^T z = b
    x[k] /= rows[k * size + k];
    addScaled(x.data(), &rows[k * size], -x[k], k + 1, size);
  }
  for (size_t k = size; k-- > 0;) { // R x = z
    double sum = x[k];
    for (size_t i = k + 1; i < size; ++i)
      sum -= rows[k * size + i] * x[i];
    x[k] = sum / rows[k * size + k];
  }
}

std::vector<double> Cholesky::inverseFactor() const {
  // Row k of the inverse, from the last row up, is
  // (e_k - sum_i R_ki inverse_i) / R_kk.
  std::vector<double> inverse(size * size);
  for (size_t k = size; k-- > 0;) {
    double *row = &inverse[k * size];
    for (size_t i = k + 1; i < size; ++i)
      addScaled(row, &inverse[i * size], -rows[k * size + i], i, size);
    row[k] = 1;
    const double factor = 1 / rows[k * size + k];
    for (size_t i = k; i < size; ++i)
      row[i] *= factor;
  }
  return inverse;
}
