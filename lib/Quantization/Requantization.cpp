// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Quantization/Requantization.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

using namespace crania;
using namespace crania::quantization;

namespace {

/// The limit of multipliers, which have 31 bits and a sign.
constexpr double multiplierLimit = 2147483647.0; // 2^31 - 1
/// The limit of sums: one bit below the capacity of 64 bits, to leave room for
/// the rounding errors of this computation.
constexpr double sumLimit = 4611686018427387904.0; // 2^62
constexpr unsigned largestShift = 62;

/// Returns the largest magnitude, or infinity if one of the values is not a
/// number.
double largestOf(Span<const double> values) {
  double largest = 0;
  for (double value : values) {
    if (!std::isfinite(value))
      return std::numeric_limits<double>::infinity();
    largest = std::max(largest, std::fabs(value));
  }
  return largest;
}

bool fits(Span<const RequantizationTerm> terms, double largestOffset,
          unsigned shift) {
  double sum = std::ldexp(largestOffset + 0.5, int(shift));
  for (const RequantizationTerm &term : terms) {
    const double multiplier = std::ldexp(largestOf(term.factors), int(shift));
    if (!(multiplier <= multiplierLimit))
      return false;
    // Rounding changes the multiplier by at most one half.
    sum += term.magnitude * (multiplier + 0.5);
  }
  return sum < sumLimit;
}

} // namespace

Result<Requantization>
quantization::requantize(Span<const RequantizationTerm> terms,
                         Span<const double> offsets) {
  for ([[maybe_unused]] const RequantizationTerm &term : terms)
    assert((term.factors.size() == 1 || offsets.size() == 1 ||
            term.factors.size() == offsets.size()) &&
           term.magnitude >= 0 && "a factor per channel, or one for all");
  const double largestOffset = largestOf(offsets);
  Requantization result;
  result.shift = largestShift;
  while (result.shift > 0 && !fits(terms, largestOffset, result.shift))
    --result.shift;
  if (result.shift == 0)
    return Error{"its scales differ by too much for 31-bit multipliers"};
  for (const RequantizationTerm &term : terms) {
    std::vector<int32_t> multipliers;
    for (double factor : term.factors)
      multipliers.push_back(
          int32_t(std::nearbyint(std::ldexp(factor, int(result.shift)))));
    result.multipliers.push_back(std::move(multipliers));
  }
  for (double offset : offsets)
    result.addends.push_back(
        int64_t(std::nearbyint(std::ldexp(offset + 0.5, int(result.shift)))));
  return result;
}
