// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_QUANTIZATION_ACTIVATIONHISTOGRAM_H
#define CRANIA_QUANTIZATION_ACTIVATIONHISTOGRAM_H

#include "crania/Support/Result.h"
#include "crania/Support/Span.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace crania::quantization {

/// How a range follows from the values that were seen.
struct RangeRule {
  enum class Kind {
    maximum,      ///< all of them
    percentile,   ///< that percentage of the magnitudes
    leastSquares, ///< what makes the squared rounding and clipping error
                  ///< smallest
  };
  Kind kind = Kind::leastSquares;
  double percentage = 100;

  /// "max", "mse", or "percentile:99.99".
  static Result<RangeRule> parse(std::string_view text);
};

/// The values of a tensor over many inputs, counted in bins of equal sign,
/// exponent and upper 7 bits of the significand: within 0.8 % of each other.
/// What is counted does not depend on the order of the inputs.
class ActivationHistogram {
public:
  ActivationHistogram();

  /// Counts values; those that are not finite are left out, and remembered.
  void add(Span<const float> values);

  uint64_t count() const { return total; }
  bool sawNonFinite() const { return nonFinite; }

  struct Range {
    double low = 0, high = 0;
  };
  /// The range by a rule, for integers of `bits` (docs/Arithmetic.md):
  /// symmetric about 0 unless no value is negative. {0, 0} if nothing was
  /// counted.
  Range range(const RangeRule &rule, unsigned bits) const;

private:
  double percentileOf(double percentage) const;
  double leastSquares(unsigned bits) const;
  double squaredError(double clip, double levels) const;

  std::vector<uint64_t> bins;
  uint64_t total = 0;
  bool nonFinite = false;
  float lowest = 0, highest = 0;
};

} // namespace crania::quantization

#endif // CRANIA_QUANTIZATION_ACTIVATIONHISTOGRAM_H
