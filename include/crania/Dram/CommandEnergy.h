// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DRAM_COMMANDENERGY_H
#define CRANIA_DRAM_COMMANDENERGY_H

#include "crania/Dram/Spec.h"

namespace crania::dram {

/// Event counts of all channels.
struct Counts {
  uint64_t activates = 0;
  uint64_t precharges = 0; // all closings of banks
  uint64_t reads = 0, writes = 0;
  uint64_t refreshes = 0;
  /// Clocks with a bank open, and with all banks closed, summed over all ranks.
  Cycle activeCycles = 0, prechargedCycles = 0;
};

/// The energy of all channels, in pJ.
struct Energy {
  double activate = 0, read = 0, write = 0, refresh = 0;
  double activeStandby = 0, prechargeStandby = 0;
  double transfer = 0; // flat model only
  double total() const {
    return activate + read + write + refresh + activeStandby +
           prechargeStandby + transfer;
  }
};

/// Returns the energy of the counted events.
Energy energyOf(const Spec &spec, const Counts &counts);

} // namespace crania::dram

#endif // CRANIA_DRAM_COMMANDENERGY_H
