// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_INITALLDIALECTS_H
#define CRANIA_INITALLDIALECTS_H

#include "crania/Dialect/Crania/IR/CraniaDialect.h"
#include "crania/Dialect/CraniaHW/IR/CraniaHWDialect.h"
#include "crania/Pipelines/ReferencePipeline.h"

namespace crania {

/// Registers CRANIA's dialects and what its pipelines need of upstream's
/// (bufferization interfaces). Upstream's own dialects are left to the caller.
inline void registerAllDialects(mlir::DialectRegistry &registry) {
  registry.insert<ir::CraniaDialect, hw::CraniaHWDialect>();
  registerReferencePipelineInterfaces(registry);
}

} // namespace crania

#endif // CRANIA_INITALLDIALECTS_H
