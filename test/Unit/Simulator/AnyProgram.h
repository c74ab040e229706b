// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_TEST_UNIT_SIMULATOR_ANYPROGRAM_H
#define CRANIA_TEST_UNIT_SIMULATOR_ANYPROGRAM_H

#include "MicroProgram.h"

namespace crania::test {

/// Places on chip where the weights of a random program may stay.
enum class Kept { anywhere, nowhere, inCache };

/// Returns a random layer in one to three rounds on a random machine. Must be
/// called within a property of RapidCheck.
MicroProgram anyMicroProgram(Kept kept = Kept::anywhere);

} // namespace crania::test

#endif // CRANIA_TEST_UNIT_SIMULATOR_ANYPROGRAM_H
