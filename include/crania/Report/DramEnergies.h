// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_REPORT_DRAMENERGIES_H
#define CRANIA_REPORT_DRAMENERGIES_H

#include "crania/Runtime/Performance.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace crania::runtime {

/// Energies of a bit of DRAM traffic, in pJ, for which every report states the
/// energy of a run. They span mobile memories (4 to 8), the system level of
/// LPDDR3 (20) and of DDR3 with its interface (40).
inline constexpr std::array<double, 4> dramPicojoulesPerBit = {4, 8, 20, 40};

/// The energy of a run under an assumption on its DRAM.
struct EnergyByDram {
  std::string dram; ///< pJ per bit, or "commands"
  /// Mean energy of an input in pJ. There is none by commands if the DRAM is
  /// not timed or its currents are not known.
  std::optional<double> picojoules;
};

/// Returns the energy of the counted events for each of dramPicojoulesPerBit
/// and by DRAM commands. Time and traffic are those of the run.
std::vector<EnergyByDram> energiesByDram(const Performance &performance,
                                         const simulator::ProgramView &program);

} // namespace crania::runtime

#endif // CRANIA_REPORT_DRAMENERGIES_H
