// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_DIALECT_CRANIAHW_IR_CRANIAHWBYTECODE_H
#define CRANIA_LIB_DIALECT_CRANIAHW_IR_CRANIAHWBYTECODE_H

namespace crania::hw {
class CraniaHWDialect;

/// Registers the interface that gives the dialect's bytecode its version.
void addBytecodeInterface(CraniaHWDialect *dialect);

} // namespace crania::hw

#endif // CRANIA_LIB_DIALECT_CRANIAHW_IR_CRANIAHWBYTECODE_H
