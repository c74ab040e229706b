// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_RUN_ARRIVALS_H
#define CRANIA_RUN_ARRIVALS_H

#include "crania/Support/Result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace crania::run {

/// When inputs arrive at the machine.
struct Arrivals {
  enum class Kind { atOnce, periodic, poisson };
  Kind kind = Kind::atOnce;
  double perSecond = 0; ///< on average

  /// "periodic:RATE" or "poisson:RATE", RATE in inputs per second.
  static Result<Arrivals> parse(const std::string &text);
  /// Cycles of so many inputs on a machine of that clock, in ascending order;
  /// none if they are all there at once. Random ones are the same each time.
  std::vector<uint64_t> times(size_t inputs, double clockMHz) const;
};

} // namespace crania::run

#endif // CRANIA_RUN_ARRIVALS_H
