// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Dram.h"

#include <algorithm>
#include <cmath>

using namespace crania;
using namespace crania::simulator;

Dram::Service Dram::request(uint64_t now, uint64_t address, uint64_t bytes) {
  const uint64_t firstBurst = address / burstBytes;
  const uint64_t lastBurst = (address + bytes - 1) / burstBytes;
  const uint64_t movedNow = (lastBurst - firstBurst + 1) * burstBytes;
  const double begin = std::max(double(now), busFree);
  busFree = begin + double(movedNow) / bytesPerCycle;
  requested += bytes;
  moved += movedNow;
  const uint64_t end = uint64_t(std::ceil(busFree));
  const uint64_t busyBefore = busy;
  busy = uint64_t(std::ceil(double(moved) / bytesPerCycle));
  return {uint64_t(begin), end, end + latency, movedNow, busy - busyBefore};
}
