// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DRAM_ENERGY_H
#define CRANIA_DRAM_ENERGY_H

#include "crania/Dram/Spec.h"

namespace crania::dram {

/// What happened in all channels.
struct Counts {
  uint64_t activates = 0;
  uint64_t precharges = 0; // banks closed, by whatever means
  uint64_t reads = 0, writes = 0;
  uint64_t refreshes = 0;
  /// Of all ranks: clocks with a bank open, and with all closed.
  Cycle activeCycles = 0, prechargedCycles = 0;
};

/// In pJ, of all channels.
struct Energy {
  double activate = 0, read = 0, write = 0, refresh = 0;
  double activeStandby = 0, prechargeStandby = 0;
  double transfer = 0; // of the flat model
  double total() const {
    return activate + read + write + refresh + activeStandby +
           prechargeStandby + transfer;
  }
};

/// What the counted events cost.
Energy energyOf(const Spec &spec, const Counts &counts);

} // namespace crania::dram

#endif // CRANIA_DRAM_ENERGY_H
