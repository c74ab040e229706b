// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_QUANTIZATION_ACTIVATIONHISTOGRAM_H
#define CRANIA_QUANTIZATION_ACTIVATIONHISTOGRAM_H

#include "crania/Support/Result.h"
#include "crania/Support/Span.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace crania::quantization {

/// A rule by which the observed values determine a range.
struct RangeRule {
  enum class Kind {
    maximum,      ///< covers all values
    percentile,   ///< covers a percentage of the magnitudes
    leastSquares, ///< minimizes the squared rounding and clipping error
  };
  Kind kind = Kind::leastSquares;
  double percentage = 100;

  /// Parses "max", "mse", or "percentile:99.99". Fails on any other text.
  static Result<RangeRule> parse(std::string_view text);
  /// Returns the text that parses as this rule.
  std::string text() const;
};

/// A histogram of the values of a tensor over many inputs. Values of the same
/// bin have equal sign, exponent and upper 7 bits of the significand, so they
/// are within 0.8 % of each other. The counts do not depend on the order of the
/// inputs.
class ActivationHistogram {
public:
  ActivationHistogram();

  /// Counts values. Values that are not finite are not counted, but recorded.
  void add(Span<const float> values);

  uint64_t count() const { return total; }
  bool sawNonFinite() const { return nonFinite; }

  struct Range {
    double low = 0, high = 0;
  };
  /// Returns the range by a rule, for integers of `bits` bits
  /// (docs/Arithmetic.md). It is symmetric about 0, unless no value is
  /// negative. It is {0, 0} if nothing was counted.
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
