// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_CALIBRATION_PASSES_H
#define CRANIA_CALIBRATION_PASSES_H

#include "mlir/Pass/Pass.h"

namespace crania {

#define GEN_PASS_DECL
#include "crania/Calibration/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "crania/Calibration/Passes.h.inc"

} // namespace crania

#endif // CRANIA_CALIBRATION_PASSES_H
