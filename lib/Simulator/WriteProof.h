// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_WRITEPROOF_H
#define CRANIA_LIB_SIMULATOR_WRITEPROOF_H

#include "crania/Simulator/ProgramView.h"

namespace crania::simulator {

/// Whether every byte that a round reads of the writable memories was written
/// before in the same round, by the host or by a command. Goes through the
/// commands once; what a command may read is taken as read, and only what it
/// is sure to write as written. So "no" may be wrong, but "yes" is not.
bool writesBeforeItReads(const ProgramView &program, unsigned round);

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_WRITEPROOF_H
