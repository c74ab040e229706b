// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DIALECT_CRANIAHW_IR_CRANIAHWATTRIBUTES_H
#define CRANIA_DIALECT_CRANIAHW_IR_CRANIAHWATTRIBUTES_H

#include "crania/Dialect/Crania/IR/CraniaAttributes.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/BuiltinAttributes.h"

#include "crania/Dialect/CraniaHW/IR/CraniaHWEnums.h.inc"

namespace crania::hw {
/// The crania dialect decides where fetched weights go; commands say the same.
using ir::Residency;
using ir::symbolizeResidency;
} // namespace crania::hw

#define GET_ATTRDEF_CLASSES
#include "crania/Dialect/CraniaHW/IR/CraniaHWAttributes.h.inc"

#endif // CRANIA_DIALECT_CRANIAHW_IR_CRANIAHWATTRIBUTES_H
