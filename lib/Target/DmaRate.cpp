// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Target/DmaRate.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace crania::target {

/// Returns the least latency of a request. In the timed model, it is that of a
/// request whose row is open.
static double leastLatencyNsOf(const TargetModel::Dram &dram) {
  if (dram.model == DramModel::flat)
    return dram.latencyNs;
  const dram::Spec &memory = *dram.memory;
  constexpr double picosecondsPerNs = 1000;
  return memory.picoseconds(memory.timing.tCL + memory.burstCycles()) /
         picosecondsPerNs;
}

double streamBytesPerCycle(const TargetModel &target) {
  assert(target.dma.requestBytes > 0 && target.dma.outstandingRequests > 0 &&
         "a DMA of no requests");
  const TargetModel::Dma &dma = target.dma;
  const double perCycle =
      std::min(target.dramBytesPerCycle(), double(dma.requestBytes));
  const double latency =
      leastLatencyNsOf(target.dram) * target.clockMHz / 1000; // cycles
  const double outstanding = double(dma.requestBytes) * dma.outstandingRequests;
  return outstanding < perCycle * latency ? outstanding / latency : perCycle;
}

uint64_t idleRequestCycles(const TargetModel &target, uint64_t bytes) {
  return target.dramLatencyCycles() +
         uint64_t(std::ceil(double(bytes) / target.dramBytesPerCycle()));
}

} // namespace crania::target
