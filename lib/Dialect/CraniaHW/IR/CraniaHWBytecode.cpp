// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "CraniaHWBytecode.h"
#include "crania/Dialect/CraniaHW/IR/CraniaHWDialect.h"
#include "mlir/Bytecode/BytecodeImplementation.h"

using namespace mlir;
using namespace crania::hw;

namespace {

struct CraniaHWVersion : public DialectVersion {
  explicit CraniaHWVersion(uint64_t value) : value(value) {}
  uint64_t value;
};

/// Types and attributes are written in their textual form, which is small
/// beside the image; what matters is that every file says its version.
struct CraniaHWBytecodeInterface : public BytecodeDialectInterface {
  explicit CraniaHWBytecodeInterface(Dialect *dialect)
      : BytecodeDialectInterface(dialect) {}

  void writeVersion(DialectBytecodeWriter &writer) const override {
    writer.writeVarInt(dialectVersion);
  }

  std::unique_ptr<DialectVersion>
  readVersion(DialectBytecodeReader &reader) const override {
    uint64_t version;
    if (failed(reader.readVarInt(version)))
      return nullptr;
    if (version > dialectVersion) {
      reader.emitError() << "written by version " << (version >> 16) << "."
                         << (version & 0xffff) << " of the crania_hw dialect; "
                         << "this tool reads up to " << (dialectVersion >> 16)
                         << "." << (dialectVersion & 0xffff)
                         << ": use a newer one";
      return nullptr;
    }
    return std::make_unique<CraniaHWVersion>(version);
  }
};

} // namespace

void crania::hw::addBytecodeInterface(CraniaHWDialect *dialect) {
  dialect->addInterface<CraniaHWBytecodeInterface>();
}
