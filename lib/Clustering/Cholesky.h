// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CLUSTERING_CHOLESKY_H
#define CRANIA_LIB_CLUSTERING_CHOLESKY_H

#include "crania/Support/Result.h"
#include "crania/Support/Span.h"

#include <cstddef>
#include <vector>

namespace crania::clustering {

/// The Cholesky factor R of a symmetric positive definite matrix A = R^T R. R
/// is upper triangular and row-major.
class Cholesky {
public:
  /// Factors a matrix, [size x size]. Fails if it is not positive definite.
  static Result<Cholesky> factor(std::vector<double> matrix, size_t size);

  /// Solves A x = b in place: `x` is b at first.
  void solve(Span<double> x) const;
  /// Returns the inverse of R, upper triangular. The inverse of A is R^-1 R^-T.
  std::vector<double> inverseFactor() const;

private:
  explicit Cholesky(size_t size) : size(size) {}

  size_t size;
  std::vector<double> rows;
};

} // namespace crania::clustering

#endif // CRANIA_LIB_CLUSTERING_CHOLESKY_H
