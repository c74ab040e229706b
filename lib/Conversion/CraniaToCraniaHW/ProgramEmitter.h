// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_PROGRAMEMITTER_H
#define CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_PROGRAMEMITTER_H

#include "MemoryPlan.h"
#include "ProgramImage.h"

namespace crania::lowering {

/// Creates the program of an iteration at the builder's insertion point: its
/// buffers, weights and rounds. Moves the bytes out of the image. All decisions
/// are made before, so this cannot fail.
hw::ProgramOp emitProgram(mlir::OpBuilder &builder, ir::IterateOp iterate,
                          ir::ExitAttr exit, llvm::StringRef name,
                          const Network &network, const MemoryPlan &plan,
                          ProgramImage &image);

} // namespace crania::lowering

#endif // CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_PROGRAMEMITTER_H
