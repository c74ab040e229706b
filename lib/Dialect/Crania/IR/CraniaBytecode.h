// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_DIALECT_CRANIA_IR_CRANIABYTECODE_H
#define CRANIA_LIB_DIALECT_CRANIA_IR_CRANIABYTECODE_H

namespace crania::ir {
class CraniaDialect;

/// Registers the interface that gives the dialect's bytecode its version.
void addBytecodeInterface(CraniaDialect *dialect);

} // namespace crania::ir

#endif // CRANIA_LIB_DIALECT_CRANIA_IR_CRANIABYTECODE_H
