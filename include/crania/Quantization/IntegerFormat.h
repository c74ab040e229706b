// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_QUANTIZATION_INTEGERFORMAT_H
#define CRANIA_QUANTIZATION_INTEGERFORMAT_H

#include <algorithm>
#include <cstdint>
#include <limits>

namespace crania::quantization {

/// The integers that represent the real numbers of a tensor: q represents q *
/// scale. Signed ones are symmetric: -2^(bits-1) is not used
/// (docs/Arithmetic.md).
struct IntegerFormat {
  unsigned bits = 8;
  bool isSigned = true;

  int64_t high() const {
    return (int64_t(1) << (isSigned ? bits - 1 : bits)) - 1;
  }
  int64_t low() const { return isSigned ? -high() : 0; }

  /// Returns the scale that maps the largest magnitude of [low, high] to the
  /// largest integer. It is a normal number of f32. Returns 1 for an empty
  /// range, whose only number is 0.
  float scaleFor(double lowest, double highest) const {
    const double magnitude = std::max(-lowest, highest);
    if (!(magnitude > 0))
      return 1.0f;
    using Limits = std::numeric_limits<float>;
    return float(std::clamp(magnitude / double(high()), double(Limits::min()),
                            double(Limits::max())));
  }

  bool operator==(const IntegerFormat &other) const {
    return bits == other.bits && isSigned == other.isSigned;
  }
};

/// Returns the format for the values of a range. It is unsigned bytes if no
/// value is negative. 16-bit formats are always signed, because they have
/// enough integers.
inline IntegerFormat formatFor(unsigned bits, double lowest) {
  return {bits, bits != 8 || lowest < 0};
}

} // namespace crania::quantization

#endif // CRANIA_QUANTIZATION_INTEGERFORMAT_H
