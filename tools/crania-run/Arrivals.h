// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_RUN_ARRIVALS_H
#define CRANIA_RUN_ARRIVALS_H

#include "crania/Support/Result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace crania::run {

/// Times at which inputs arrive at the machine.
struct Arrivals {
  enum class Kind { atOnce, periodic, poisson };
  Kind kind = Kind::atOnce;
  double perSecond = 0; ///< on average

  /// Parses "periodic:RATE" or "poisson:RATE", with RATE in inputs per second.
  static Result<Arrivals> parse(const std::string &text);
  /// Returns the arrival times of `inputs` inputs in ascending order, in cycles
  /// of a machine with that clock. Returns none if all inputs are present from
  /// the beginning. Random times are the same in each run.
  std::vector<uint64_t> times(size_t inputs, double clockMHz) const;
};

} // namespace crania::run

#endif // CRANIA_RUN_ARRIVALS_H
