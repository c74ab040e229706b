// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DIALECT_CRANIAHW_IR_PROGRAMENCODING_H
#define CRANIA_DIALECT_CRANIAHW_IR_PROGRAMENCODING_H

#include "crania/DeviceBinary/DeviceBinary.h"
#include "crania/Dialect/CraniaHW/IR/CraniaHWOps.h"

namespace crania::hw {

/// Returns the program as metadata of a device binary. The caller adds the
/// image. Buffers, weights and commands are numbered in their order, and labels
/// in the order of their first use.
///
/// Each operation must be verified, and every name that it refers to must be in
/// the program. The program's verifier encodes the program to check everything
/// else that the machine relies on.
binary::ProgramT encodeProgram(ProgramOp program);

} // namespace crania::hw

#endif // CRANIA_DIALECT_CRANIAHW_IR_PROGRAMENCODING_H
