// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

/* CRANIA's passes beside MLIR's own C API (mlir-c/Pass.h). Options are given in
 * a pipeline's text: mlirOpPassManagerAddPipeline with
 * "crania-pipeline{clusters=0.5,0.5 target=edge}". */

#ifndef CRANIA_C_PASSES_H
#define CRANIA_C_PASSES_H

#include "mlir-c/Pass.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Registers all passes, crania-pipeline and crania-reference-pipeline. May be
 * called more than once, and by several threads. */
MLIR_CAPI_EXPORTED void craniaRegisterAllPasses(void);

#ifdef __cplusplus
}
#endif

/* For each pass, mlirCreate<group><Pass>() and mlirRegister<group><Pass>(). */
#include "crania/Calibration/Passes.capi.h.inc"
#include "crania/Conversion/CraniaHWToLLVM/Passes.capi.h.inc"
#include "crania/Conversion/CraniaToCraniaHW/Passes.capi.h.inc"
#include "crania/Conversion/Passes.capi.h.inc"
#include "crania/Dialect/Crania/Transforms/Passes.capi.h.inc"
#include "crania/Dialect/CraniaHW/Transforms/Passes.capi.h.inc"
#include "crania/Transforms/Passes.capi.h.inc"

#endif /* CRANIA_C_PASSES_H */
