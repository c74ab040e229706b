// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_DRAM_H
#define CRANIA_LIB_SIMULATOR_DRAM_H

#include "crania/Target/TargetModel.h"

namespace crania::simulator {

/// The shared DRAM: first come, first served, a bus of fixed bandwidth and a
/// pipelined latency. Requests are rounded out to whole bursts. The bus keeps
/// fractions of a cycle, so that bandwidth is exact over many requests.
class Dram {
public:
  explicit Dram(const target::TargetModel &target)
      : bytesPerCycle(target.dramBytesPerCycle()),
        latency(target.dramLatencyCycles()),
        burstBytes(target.dram.burstBytes) {}

  struct Service {
    uint64_t begin;       ///< first cycle on the bus
    uint64_t transferred; ///< first cycle after it: a write is done
    uint64_t arrived;     ///< when data that were read are on chip
    uint64_t movedBytes;  ///< in whole bursts
    uint64_t busyCycles;  ///< bus cycles; fractions carry over to later ones
  };

  /// Serves a request that is made in cycle `now`; calls have ascending times.
  Service request(uint64_t now, uint64_t address, uint64_t bytes);

  uint64_t requestedBytes() const { return requested; }
  uint64_t movedBytes() const { return moved; }

private:
  double bytesPerCycle;
  uint64_t latency;
  uint32_t burstBytes;
  double busFree = 0;
  uint64_t requested = 0, moved = 0, busy = 0;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_DRAM_H
