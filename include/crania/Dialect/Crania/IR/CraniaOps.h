// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DIALECT_CRANIA_IR_CRANIAOPS_H
#define CRANIA_DIALECT_CRANIA_IR_CRANIAOPS_H

#include "crania/Dialect/Crania/IR/CraniaAttributes.h"
#include "crania/Dialect/Crania/IR/CraniaDialect.h"
#include "crania/Dialect/Crania/IR/CraniaTypes.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/BufferDeallocationOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#define GET_OP_CLASSES
#include "crania/Dialect/Crania/IR/CraniaOps.h.inc"

namespace crania::ir {

/// Returns true if the numbers are probabilities that add up to 1, within
/// 0.001, because reports round them.
bool isDistribution(llvm::ArrayRef<double> fractions);

} // namespace crania::ir

#endif // CRANIA_DIALECT_CRANIA_IR_CRANIAOPS_H
