// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_TIMING_BUFFERPORT_H
#define CRANIA_LIB_SIMULATOR_TIMING_BUFFERPORT_H

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstdint>

namespace crania::simulator {

/// Bandwidth of the global buffer, which the PE array and the vector unit share
/// (DMAs have ports of their own). Work of a unit touches its bytes evenly over
/// its time. Work that began first keeps its share; later work gets the rest,
/// and may take longer.
class BufferPort {
public:
  enum User { array, vector };

  explicit BufferPort(uint64_t bytesPerCycle)
      : bytesPerCycle(double(bytesPerCycle)) {
    assert(bytesPerCycle > 0 && "a port without bandwidth");
  }

  /// Returns the time at which work ends that begins at `now`, touches `bytes`
  /// bytes, and would take `cycles` cycles without a limit of bandwidth.
  uint64_t finish(User user, uint64_t now, uint64_t cycles, uint64_t bytes) {
    if (cycles == 0)
      return now;
    const Use &other = uses[1 - user];
    const double wanted = double(bytes) / double(cycles);
    double time = double(now), left = double(bytes);
    if (other.end > now) {
      const double rate = std::min(wanted, bytesPerCycle - other.rate);
      const double served = rate * double(other.end - now);
      if (served >= left)
        return use(user, now, cycles, bytes,
                   time + (rate > 0 ? left / rate : 0));
      left -= served;
      time = double(other.end);
    }
    const double rate = std::min(wanted, bytesPerCycle);
    return use(user, now, cycles, bytes, time + (rate > 0 ? left / rate : 0));
  }

private:
  struct Use {
    uint64_t end = 0;
    double rate = 0; // bytes per cycle
  };

  uint64_t use(User user, uint64_t now, uint64_t cycles, uint64_t bytes,
               double end) {
    // Sums of quotients may miss a whole number by a little.
    constexpr double tolerance = 1e-6;
    const auto done = uint64_t(std::ceil(end - tolerance));
    const uint64_t last = std::max(done, now + cycles);
    uses[user] = {last, double(bytes) / double(last - now)};
    return last;
  }

  double bytesPerCycle;
  std::array<Use, 2> uses;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_TIMING_BUFFERPORT_H
