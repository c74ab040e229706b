// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_EXECUTION_WRITEPROOF_H
#define CRANIA_LIB_SIMULATOR_EXECUTION_WRITEPROOF_H

#include "crania/Simulator/Program/ProgramView.h"

namespace crania::simulator {

/// Returns true if every byte that a round reads from the writable memories was
/// written before in the same round, by the host or by a command. Goes through
/// the commands once. Counts bytes that a command may read as read, and only
/// bytes that it certainly writes as written. Hence false may be wrong, but
/// true is not.
bool writesBeforeItReads(const ProgramView &program, unsigned round);

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_EXECUTION_WRITEPROOF_H
