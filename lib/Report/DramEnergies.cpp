// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Report/DramEnergies.h"
#include "crania/Simulator/Accounting/Energy.h"

#include <algorithm>

using namespace crania;
using namespace crania::runtime;

std::vector<EnergyByDram>
runtime::energiesByDram(const Performance &performance,
                        const simulator::ProgramView &program) {
  const double inputs = double(std::max<uint64_t>(performance.inputs, 1));
  target::TargetModel target = program.target();
  const auto energy = [&] {
    return energyOf(performance.total, target, program.widestPrecision(),
                    program.decoderUm2())
               .total() /
           inputs;
  };
  std::vector<EnergyByDram> energies;
  target.dram.energy = target::DramEnergy::flat;
  for (double picojoules : dramPicojoulesPerBit) {
    target.dram.picojoulesPerBit = picojoules;
    energies.push_back({std::to_string(int(picojoules)), energy()});
  }
  energies.push_back({"commands", std::nullopt});
  if (target.dram.model == target::DramModel::timed &&
      target.dram.memory->energy.model == dram::EnergyModel::currents) {
    target.dram.energy = target::DramEnergy::commands;
    energies.back().picojoules = energy();
  }
  return energies;
}
