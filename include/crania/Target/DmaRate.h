// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_TARGET_DMARATE_H
#define CRANIA_TARGET_DMARATE_H

#include "crania/Target/TargetModel.h"

namespace crania::target {

/// Most bytes per machine cycle that one DMA reads: no more than the DRAM's
/// bandwidth, a request each cycle, and all outstanding requests in the time
/// that the fastest of them takes. Every estimate of how long bytes take uses
/// this; `TargetModel::dramBytesPerCycle` is what the DMAs share.
double streamBytesPerCycle(const TargetModel &target);

/// Cycles of a request of so many bytes on an idle machine, from when it is
/// made to its last byte, rounded up.
uint64_t idleRequestCycles(const TargetModel &target, uint64_t bytes);

} // namespace crania::target

#endif // CRANIA_TARGET_DMARATE_H
