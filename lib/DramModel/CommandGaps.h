// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_DRAMMODEL_COMMANDGAPS_H
#define CRANIA_LIB_DRAMMODEL_COMMANDGAPS_H

#include "crania/Dram/Spec.h"

namespace crania::dram {

/// The minimum clocks from one command to another, which follow from the
/// timing. S: another bank group of the rank; L: the same bank group; Rank:
/// another rank.
struct CommandGaps {
  Cycle activateToActivate; // same bank
  Cycle activateToActivateS, activateToActivateL;
  Cycle activateToColumn;
  Cycle activateToPrecharge;
  Cycle prechargeToActivate;
  Cycle readToPrecharge, writeToPrecharge;
  Cycle readToReadS, readToReadL, readToReadRank;
  Cycle writeToWriteS, writeToWriteL, writeToWriteRank;
  Cycle readToWrite; // any rank
  Cycle writeToReadS, writeToReadL, writeToReadRank;
  /// Clocks from the command to the last beat on the data bus.
  Cycle readData, writeData;
};

CommandGaps gapsOf(const Spec &spec);

} // namespace crania::dram

#endif // CRANIA_LIB_DRAMMODEL_COMMANDGAPS_H
