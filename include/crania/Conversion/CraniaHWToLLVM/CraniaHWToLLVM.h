// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_CONVERSION_CRANIAHWTOLLVM_CRANIAHWTOLLVM_H
#define CRANIA_CONVERSION_CRANIAHWTOLLVM_CRANIAHWTOLLVM_H

#include "mlir/Pass/Pass.h"

namespace crania {

#define GEN_PASS_DECL
#include "crania/Conversion/CraniaHWToLLVM/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "crania/Conversion/CraniaHWToLLVM/Passes.h.inc"

} // namespace crania

#endif // CRANIA_CONVERSION_CRANIAHWTOLLVM_CRANIAHWTOLLVM_H
