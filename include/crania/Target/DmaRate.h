// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_TARGET_DMARATE_H
#define CRANIA_TARGET_DMARATE_H

#include "crania/Target/TargetModel.h"

namespace crania::target {

/// Returns the most bytes per machine cycle that one DMA reads. Three rates
/// bound it: the bandwidth of the DRAM, one request per cycle, and all
/// outstanding requests in the time of the fastest request. Every estimate of
/// the time to fetch bytes uses this rate. All DMAs together share
/// `TargetModel::dramBytesPerCycle`.
double streamBytesPerCycle(const TargetModel &target);

/// Returns the cycles from issuing a request of `bytes` bytes on an idle
/// machine to its last byte, rounded up.
uint64_t idleRequestCycles(const TargetModel &target, uint64_t bytes);

} // namespace crania::target

#endif // CRANIA_TARGET_DMARATE_H
