// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Arrivals.h"

#include <cmath>
#include <cstdlib>
#include <random>

using namespace crania;
using namespace crania::run;

Result<Arrivals> Arrivals::parse(const std::string &text) {
  Arrivals arrivals;
  const size_t colon = text.find(':');
  const std::string kind = text.substr(0, colon);
  const std::string rate =
      colon == std::string::npos ? "" : text.substr(colon + 1);
  char *end = nullptr;
  arrivals.perSecond = std::strtod(rate.c_str(), &end);
  const bool isRate = !rate.empty() && *end == '\0' &&
                      arrivals.perSecond >= 1e-3 && arrivals.perSecond <= 1e9;
  if (!isRate || (kind != "periodic" && kind != "poisson"))
    return Error{"'" + text +
                 "' is not 'periodic:RATE' or 'poisson:RATE' with a rate from "
                 "0.001 to 1e9 inputs per second"};
  arrivals.kind = kind == "poisson" ? Kind::poisson : Kind::periodic;
  return arrivals;
}

std::vector<uint64_t> Arrivals::times(size_t inputs, double clockMHz) const {
  std::vector<uint64_t> times;
  if (kind == Kind::atOnce)
    return times;
  const double mean = clockMHz * 1e6 / perSecond; // cycles
  // The standard fixes the numbers of this generator, but not its
  // distributions. Runs can be repeated.
  // NOLINTNEXTLINE(bugprone-random-generator-seed)
  std::mt19937_64 random(1);
  double time = 0;
  for (size_t i = 0; i < inputs; ++i) {
    times.push_back(uint64_t(time));
    const double uniform = double(random() >> 11) * 0x1p-53; // in [0, 1)
    time += kind == Kind::poisson ? -std::log1p(-uniform) * mean : mean;
  }
  return times;
}
