// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Guards MLIR's own readers against files that they do not survive.

#ifndef CRANIA_DRIVER_MODULEINPUT_H
#define CRANIA_DRIVER_MODULEINPUT_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>
#include <optional>
#include <string>

namespace crania {

/// A fault in MLIR text, `offset` bytes from its beginning.
struct TextFault {
  size_t offset;
  std::string message;
};

/// The first resource of a dialect whose alignment cannot be allocated. The
/// parser of MLIR 22 takes a zero or an arbitrarily large power of two to the
/// allocator, which ends the process. Nothing for bytecode and for every text
/// that the parser can judge.
std::optional<TextFault> findTextFault(llvm::StringRef module);

/// Prints an error with the line of the first fault, if there is one in
/// `module`. Returns true if there is none.
bool printTextFault(const llvm::MemoryBuffer &module);

/// The module at an address that is aligned to a page if it is bytecode, as
/// the reader of MLIR 22 wants the whole file aligned like its blobs. Copies
/// only what is not aligned yet.
std::unique_ptr<llvm::MemoryBuffer>
alignBytecode(std::unique_ptr<llvm::MemoryBuffer> module);

/// Returns MLIR text with a newline at its end, or bytecode unchanged. The
/// lexer of MLIR 22 reads past the end of a text that ends within a string; a
/// newline ends the string.
std::unique_ptr<llvm::MemoryBuffer>
endWithNewline(std::unique_ptr<llvm::MemoryBuffer> module);

} // namespace crania

#endif // CRANIA_DRIVER_MODULEINPUT_H
