// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_TIMING_CLOCKRATIO_H
#define CRANIA_LIB_SIMULATOR_TIMING_CLOCKRATIO_H

#include <cassert>
#include <cmath>
#include <cstdint>
#include <numeric>

namespace crania::simulator {

/// Converts between clocks of the DRAM and cycles of the machine, both counted
/// from the same instant, in integers: the clocks are taken to the femtosecond
/// and to the hertz.
class ClockRatio {
public:
  ClockRatio(double dramClockPs, double machineMHz) {
    constexpr double femtosecondsPerPicosecond = 1e3, hertzPerMegahertz = 1e6;
    constexpr uint64_t femtosecondsPerSecond = 1'000'000'000'000'000;
    const auto femtoseconds =
        uint64_t(std::llround(dramClockPs * femtosecondsPerPicosecond));
    const auto hertz = uint64_t(std::llround(machineMHz * hertzPerMegahertz));
    assert(femtoseconds > 0 && hertz > 0 && "a clock stands still");
    const uint64_t common = std::gcd(hertz, femtosecondsPerSecond);
    cycles = Wide(femtoseconds) * (hertz / common);
    clocks = femtosecondsPerSecond / common;
  }

  /// Returns the first cycle that does not begin before a clock does.
  uint64_t cycleOf(uint64_t clock) const {
    return ceilDivide(clock * cycles, clocks);
  }
  /// Returns the first clock that does not begin before a cycle does.
  uint64_t clockOf(uint64_t cycle) const {
    return ceilDivide(cycle * clocks, cycles);
  }

private:
  using Wide = unsigned __int128;
  static uint64_t ceilDivide(Wide a, Wide b) {
    return uint64_t((a + b - 1) / b);
  }

  Wide cycles, clocks; // that last equally long
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_TIMING_CLOCKRATIO_H
