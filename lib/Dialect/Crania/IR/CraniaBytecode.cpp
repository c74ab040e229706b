// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "CraniaBytecode.h"
#include "../../VersionedBytecode.h"
#include "crania/Dialect/Crania/IR/CraniaDialect.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"

using namespace mlir;
using namespace crania;
using namespace crania::ir;

namespace {
constexpr uint64_t versionWithScales = uint64_t(1) << 16 | 1;
} // namespace

/// Reads the properties in alphabetical order, which is the order in which MLIR
/// writes them. The scales are the exception and come last.
LogicalResult WeightsOp::readProperties(DialectBytecodeReader &reader,
                                        OperationState &state) {
  auto &prop = state.getOrAddProperties<Properties>();
  if (failed(reader.readAttribute(prop.assignment)) ||
      failed(reader.readAttribute(prop.scheme)) ||
      failed(reader.readAttribute(prop.sym_name)) ||
      failed(reader.readOptionalAttribute(prop.sym_visibility)) ||
      failed(reader.readAttribute(prop.type)) ||
      failed(reader.readAttribute(prop.values)))
    return failure();
  auto version = reader.getDialectVersion<CraniaDialect>();
  if (failed(version) ||
      static_cast<const DialectVersionNumber *>(*version)->value <
          versionWithScales)
    return success();
  return reader.readOptionalAttribute(prop.scales);
}

void WeightsOp::writeProperties(DialectBytecodeWriter &writer) {
  auto &prop = getProperties();
  writer.writeAttribute(prop.assignment);
  writer.writeAttribute(prop.scheme);
  writer.writeAttribute(prop.sym_name);
  writer.writeOptionalAttribute(prop.sym_visibility);
  writer.writeAttribute(prop.type);
  writer.writeAttribute(prop.values);
  writer.writeOptionalAttribute(prop.scales);
}

void crania::ir::addBytecodeInterface(CraniaDialect *dialect) {
  dialect->addInterface<VersionedBytecode<dialectVersion>>();
}
