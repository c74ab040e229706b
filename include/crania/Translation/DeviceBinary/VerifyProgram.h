// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_TRANSLATION_DEVICEBINARY_VERIFYPROGRAM_H
#define CRANIA_TRANSLATION_DEVICEBINARY_VERIFYPROGRAM_H

#include "crania/Dialect/CraniaHW/IR/CraniaHWOps.h"

namespace crania::hw {

/// Verifies a whole program with the machine's own checks, so that compiler and
/// machine cannot disagree: capacities, directories, ranges, the order of
/// tokens, hazards between commands that share memory, use of weights before
/// their fetch, and legality for the target. Reports an error at the command at
/// fault, or at the program if the fault is in no command. The program must
/// have passed MLIR's verification.
llvm::LogicalResult verifyForMachine(ProgramOp program);

} // namespace crania::hw

#endif // CRANIA_TRANSLATION_DEVICEBINARY_VERIFYPROGRAM_H
