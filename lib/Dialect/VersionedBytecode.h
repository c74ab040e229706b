// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_DIALECT_VERSIONEDBYTECODE_H
#define CRANIA_LIB_DIALECT_VERSIONEDBYTECODE_H

#include "mlir/Bytecode/BytecodeImplementation.h"
#include "mlir/IR/Dialect.h"

namespace crania {

struct DialectVersionNumber : public mlir::DialectVersion {
  explicit DialectVersionNumber(uint64_t value) : value(value) {}
  uint64_t value;
};

/// Types and attributes are written in their textual form, which is small
/// beside weights and images; what matters is that every file says its version.
template <unsigned current>
struct VersionedBytecode : public mlir::BytecodeDialectInterface {
  explicit VersionedBytecode(mlir::Dialect *dialect)
      : mlir::BytecodeDialectInterface(dialect) {}

  void writeVersion(mlir::DialectBytecodeWriter &writer) const override {
    writer.writeVarInt(current);
  }

  std::unique_ptr<mlir::DialectVersion>
  readVersion(mlir::DialectBytecodeReader &reader) const override {
    uint64_t version;
    if (mlir::failed(reader.readVarInt(version)))
      return nullptr;
    if (version > current) {
      reader.emitError() << "the bytecode is written by version "
                         << (version >> 16) << "." << (version & 0xffff)
                         << " of the " << getDialect()->getNamespace()
                         << " dialect; "
                         << "this tool reads up to " << (current >> 16) << "."
                         << (current & 0xffff) << ": use a newer one";
      return nullptr;
    }
    return std::make_unique<DialectVersionNumber>(version);
  }
};

} // namespace crania

#endif // CRANIA_LIB_DIALECT_VERSIONEDBYTECODE_H
