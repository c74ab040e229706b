// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_QUANTIZATION_REQUANTIZATION_H
#define CRANIA_QUANTIZATION_REQUANTIZATION_H

#include "crania/Support/Result.h"
#include "crania/Support/Span.h"

#include <cstdint>
#include <vector>

namespace crania::quantization {

/// Integers a that are to be multiplied by real factors.
struct RequantizationTerm {
  std::vector<double> factors; ///< per channel, or one for all
  double magnitude;            ///< the largest |a|
};

/// The constants of a requantization. In 64 bits, (sum over the terms of a *
/// multipliers + addends) >> shift is the sum of a * factor + offset, rounded
/// half up (docs/Arithmetic.md).
struct Requantization {
  unsigned shift;
  std::vector<std::vector<int32_t>> multipliers; ///< per term, like the factors
  std::vector<int64_t> addends;                  ///< like the offsets
};

/// Returns the requantization with the largest shift, so that multipliers are
/// as exact as their 31 bits and the 64 bits of the sum allow. `offsets` are
/// per channel, or one for all. Fails if the factors or offsets are too large
/// for any integer arithmetic, so that even a shift of 1 does not fit.
Result<Requantization> requantize(Span<const RequantizationTerm> terms,
                                  Span<const double> offsets);

} // namespace crania::quantization

#endif // CRANIA_QUANTIZATION_REQUANTIZATION_H
