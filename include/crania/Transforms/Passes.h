// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_TRANSFORMS_PASSES_H
#define CRANIA_TRANSFORMS_PASSES_H

#include "mlir/Pass/Pass.h"

namespace crania {

#define GEN_PASS_DECL
#include "crania/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "crania/Transforms/Passes.h.inc"

} // namespace crania

#endif // CRANIA_TRANSFORMS_PASSES_H
