// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania-c/Passes.h"
#include "crania/InitAllPasses.h"
#include "mlir/CAPI/Pass.h"

#include <mutex>

using namespace mlir;
using namespace crania;

void craniaRegisterAllPasses(void) {
  static std::once_flag once;
  std::call_once(once, crania::registerAllPasses);
}

extern "C" {
#include "crania/Calibration/Passes.capi.cpp.inc"
#include "crania/Conversion/CraniaHWToLLVM/Passes.capi.cpp.inc"
#include "crania/Conversion/CraniaToCraniaHW/Passes.capi.cpp.inc"
#include "crania/Conversion/Passes.capi.cpp.inc"
#include "crania/Dialect/Crania/Transforms/Passes.capi.cpp.inc"
#include "crania/Dialect/CraniaHW/Transforms/Passes.capi.cpp.inc"
#include "crania/Transforms/Passes.capi.cpp.inc"
}
