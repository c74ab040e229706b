// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DIALECT_CRANIAHW_IR_PROGRAMENCODING_H
#define CRANIA_DIALECT_CRANIAHW_IR_PROGRAMENCODING_H

#include "crania/DeviceBinary/DeviceBinary.h"
#include "crania/Dialect/CraniaHW/IR/CraniaHWOps.h"

namespace crania::hw {

/// The program as the metadata of a device binary; its image is left to the
/// caller. Buffers, weights and commands are numbered in their order, labels in
/// the order of their first use. Operations must verify one by one and every
/// name must be one of the program's: the program's verifier checks the rest of
/// what the machine relies on by encoding it.
binary::ProgramT encodeProgram(ProgramOp program);

} // namespace crania::hw

#endif // CRANIA_DIALECT_CRANIAHW_IR_PROGRAMENCODING_H
