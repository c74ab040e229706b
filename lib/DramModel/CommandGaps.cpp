// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "CommandGaps.h"

#include <algorithm>

namespace crania::dram {

namespace {

/// Returns the clocks between two commands such that the bus is idle for
/// `pause` clocks between their data. The data of the first end `ends` clocks
/// after it, and those of the second begin `begins` clocks after it.
Cycle turnAround(Cycle ends, Cycle pause, Cycle begins) {
  const Cycle from = ends + pause;
  return from > begins ? from - begins : 1;
}

} // namespace

CommandGaps gapsOf(const Spec &spec) {
  const Spec::Timing &t = spec.timing;
  const Cycle burst = spec.burstCycles();
  CommandGaps g;
  g.readData = t.tCL + burst;
  g.writeData = t.tCWL + burst;
  g.activateToActivate = t.tRAS + t.tRP;
  g.activateToActivateS = t.tRRDS;
  g.activateToActivateL = t.tRRDL;
  g.activateToColumn = t.tRCD;
  g.activateToPrecharge = t.tRAS;
  g.prechargeToActivate = t.tRP;
  g.readToPrecharge = t.tRTP;
  g.writeToPrecharge = g.writeData + t.tWR;
  g.readToReadS = g.writeToWriteS = std::max<Cycle>(burst, t.tCCDS);
  g.readToReadL = g.writeToWriteL = std::max<Cycle>(burst, t.tCCDL);
  g.readToReadRank = g.writeToWriteRank = burst + t.tRTRS;
  g.readToWrite = turnAround(g.readData, t.tRTRS, t.tCWL);
  g.writeToReadS = g.writeData + t.tWTRS;
  g.writeToReadL = g.writeData + t.tWTRL;
  g.writeToReadRank = turnAround(g.writeData, t.tRTRS, t.tCL);
  return g;
}

} // namespace crania::dram
