// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SIMULATOR_ACCOUNTING_BOUNDS_H
#define CRANIA_SIMULATOR_ACCOUNTING_BOUNDS_H

#include "crania/Simulator/Accounting/Counts.h"

#include <algorithm>

namespace crania::simulator {

/// Lower bound of the time of a run, in cycles, by the bandwidth of the DRAM
/// and of the DMAs and by the number of PEs: the larger of DRAM bytes /
/// bandwidth and MACs with present weights / PEs. No machine with these
/// resources is faster.
struct Bound {
  double dram = 0, dma = 0, array = 0;
  double cycles() const { return std::max({dram, dma, array}); }
};
Bound boundOf(const Counts &counts, const target::TargetModel &target);

/// Returns the utilization of the PEs, in [0, 1]: the MACs that were done,
/// divided by those that the PEs could have done in the counted cycles.
double utilizationOf(const Counts &counts, const target::TargetModel &target);

} // namespace crania::simulator

#endif // CRANIA_SIMULATOR_ACCOUNTING_BOUNDS_H
