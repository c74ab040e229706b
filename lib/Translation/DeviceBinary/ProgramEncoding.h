// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_TRANSLATION_DEVICEBINARY_PROGRAMENCODING_H
#define CRANIA_LIB_TRANSLATION_DEVICEBINARY_PROGRAMENCODING_H

#include "crania/DeviceBinary/DeviceBinary.h"
#include "crania/Dialect/CraniaHW/IR/CraniaHWOps.h"

namespace crania::hw {

/// Returns the program as metadata of a device binary. The caller adds the
/// image. Buffers, weights and commands are numbered in their order, and labels
/// in the order of their first use.
///
/// The program must have passed MLIR's verification. It may still be one that
/// the machine refuses (verifyForMachine).
binary::ProgramT encodeProgram(ProgramOp program);

} // namespace crania::hw

#endif // CRANIA_LIB_TRANSLATION_DEVICEBINARY_PROGRAMENCODING_H
