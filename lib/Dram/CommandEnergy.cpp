// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Energy from the currents of data sheets, after Micron's TN-40-07. It is the
// sum of what each command adds to the standby current, and of the standby by
// the state of the banks.

#include "crania/Dram/CommandEnergy.h"

namespace crania::dram {

namespace {

/// The factor of clock periods in ps: mA * V * ns is pJ.
constexpr double nanosecondsPerPicosecond = 1e-3;
constexpr double bitsPerByte = 8;

void addSupply(Energy &energy, const Spec &spec, const Spec::Supply &supply,
               const Counts &counts) {
  const Spec::Timing &t = spec.timing;
  const double cycle = supply.volts * t.clockPs * nanosecondsPerPicosecond *
                       spec.devicesPerRank();
  const double standbyOfRow = supply.idd3n * t.tRAS + supply.idd2n * t.tRP;
  const double burst = cycle * spec.burstCycles();
  energy.activate += counts.activates * cycle *
                     (supply.idd0 * (t.tRAS + t.tRP) - standbyOfRow);
  energy.read += counts.reads * burst * (supply.idd4r - supply.idd3n);
  energy.write += counts.writes * burst * (supply.idd4w - supply.idd3n);
  energy.refresh +=
      counts.refreshes * cycle * t.tRFC * (supply.idd5 - supply.idd3n);
  energy.activeStandby += counts.activeCycles * cycle * supply.idd3n;
  energy.prechargeStandby += counts.prechargedCycles * cycle * supply.idd2n;
}

} // namespace

Energy energyOf(const Spec &spec, const Counts &counts) {
  Energy energy;
  if (spec.energy.model == EnergyModel::flat) {
    const double bits =
        double(counts.reads + counts.writes) * spec.burstBytes() * bitsPerByte;
    energy.transfer = bits * spec.energy.picojoulesPerBit;
    return energy;
  }
  addSupply(energy, spec, spec.vdd, counts);
  addSupply(energy, spec, spec.vpp, counts);
  return energy;
}

} // namespace crania::dram
