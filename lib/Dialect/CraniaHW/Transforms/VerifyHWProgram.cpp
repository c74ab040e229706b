// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Dialect/CraniaHW/Transforms/Passes.h"
#include "crania/Translation/DeviceBinary/VerifyProgram.h"

namespace crania {
#define GEN_PASS_DEF_VERIFYHWPROGRAM
#include "crania/Dialect/CraniaHW/Transforms/Passes.h.inc"
} // namespace crania

namespace {

struct VerifyHWProgram
    : public crania::impl::VerifyHWProgramBase<VerifyHWProgram> {
  void runOnOperation() override {
    if (failed(crania::hw::verifyForMachine(getOperation())))
      return signalPassFailure();
    markAllAnalysesPreserved();
  }
};

} // namespace
