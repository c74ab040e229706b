// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_TEST_UNIT_SIMULATOR_ANYPROGRAM_H
#define CRANIA_TEST_UNIT_SIMULATOR_ANYPROGRAM_H

#include "MicroProgram.h"

namespace crania::test {

/// Within a property of RapidCheck: a random layer in one to three rounds on a
/// random machine.
MicroProgram anyMicroProgram();

} // namespace crania::test

#endif // CRANIA_TEST_UNIT_SIMULATOR_ANYPROGRAM_H
