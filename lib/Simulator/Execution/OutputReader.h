// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_EXECUTION_OUTPUTREADER_H
#define CRANIA_LIB_SIMULATOR_EXECUTION_OUTPUTREADER_H

#include "crania/Simulator/Program/MemoryMap.h"

namespace crania::simulator {

/// Reads the output of a Contract or Vector command, row-major in the
/// dimensions of the output. Returns false if the output is not f32, or if the
/// command computes nothing.
bool readOutput(const ProgramView &program, const binary::Command &command,
                const Memories &memories, std::vector<float> &elements);

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_EXECUTION_OUTPUTREADER_H
