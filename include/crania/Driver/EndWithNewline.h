// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DRIVER_ENDWITHNEWLINE_H
#define CRANIA_DRIVER_ENDWITHNEWLINE_H

#include "mlir/Bytecode/BytecodeReader.h"
#include "llvm/Support/MemoryBuffer.h"

namespace crania {

/// Returns MLIR text with a newline at its end, or bytecode unchanged. The
/// lexer of MLIR 22 reads past the end of a text that ends within a string; a
/// newline ends the string.
inline std::unique_ptr<llvm::MemoryBuffer>
endWithNewline(std::unique_ptr<llvm::MemoryBuffer> module) {
  llvm::StringRef contents = module->getBuffer();
  if (contents.ends_with("\n") || mlir::isBytecode(*module))
    return module;
  return llvm::MemoryBuffer::getMemBufferCopy((contents + "\n").str(),
                                              module->getBufferIdentifier());
}

} // namespace crania

#endif // CRANIA_DRIVER_ENDWITHNEWLINE_H
