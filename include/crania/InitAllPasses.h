// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_INITALLPASSES_H
#define CRANIA_INITALLPASSES_H

#include "crania/Calibration/Passes.h"
#include "crania/Conversion/CraniaHWToLLVM/CraniaHWToLLVM.h"
#include "crania/Conversion/CraniaToCraniaHW/CraniaToCraniaHW.h"
#include "crania/Conversion/Passes.h"
#include "crania/Dialect/Crania/Transforms/Passes.h"
#include "crania/Dialect/CraniaHW/Transforms/Passes.h"
#include "crania/Pipelines/Pipeline.h"
#include "crania/Pipelines/ReferencePipeline.h"
#include "crania/Transforms/Passes.h"

namespace crania {

/// Registers CRANIA's passes and pipelines with the global pass registry.
inline void registerAllPasses() {
  registerCraniaTransformsPasses();
  registerCraniaCalibrationPasses();
  registerCraniaConversionPasses();
  registerCraniaReferenceTransformsPasses();
  registerCraniaToCraniaHWPasses();
  registerCraniaHWToLLVMPasses();
  registerCraniaHWTransformsPasses();
  registerCraniaPipeline();
  registerReferencePipeline();
}

} // namespace crania

#endif // CRANIA_INITALLPASSES_H
