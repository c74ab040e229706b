// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

/* CRANIA's IR, in addition to MLIR's own C API (mlir-c/IR.h), whose types it
 * uses. It is as stable as that API. libCraniaMLIRC.so has both. */

#ifndef CRANIA_C_DIALECTS_H
#define CRANIA_C_DIALECTS_H

#include "mlir-c/IR.h"

#ifdef __cplusplus
extern "C" {
#endif

/* mlirGetDialectHandle__crania__() and mlirGetDialectHandle__crania_hw__(). */
MLIR_DECLARE_CAPI_DIALECT_REGISTRATION(Crania, crania);
MLIR_DECLARE_CAPI_DIALECT_REGISTRATION(CraniaHW, crania_hw);

/* Registers both dialects, and the interfaces of upstream dialects that
 * CRANIA's pipelines need (bufferization interfaces). */
MLIR_CAPI_EXPORTED void craniaRegisterAllDialects(MlirDialectRegistry registry);

/* Handle !crania.clustered<tensor, clusters = N>, where `tensor` is a ranked
 * tensor type of static shape. The constructor returns a null type, after a
 * diagnostic, if the two do not fit. */
MLIR_CAPI_EXPORTED bool craniaTypeIsAClustered(MlirType type);
MLIR_CAPI_EXPORTED MlirType craniaClusteredTypeGetChecked(MlirLocation location,
                                                          MlirType tensor,
                                                          int64_t clusters);
MLIR_CAPI_EXPORTED MlirType craniaClusteredTypeGetTensor(MlirType type);
MLIR_CAPI_EXPORTED int64_t craniaClusteredTypeGetClusters(MlirType type);

/* Imports the ONNX model in `bytes` as a module. Returns null after a
 * diagnostic. `fileName` is used in locations. Loads the dialects of the
 * result. */
MLIR_CAPI_EXPORTED MlirModule craniaImportOnnx(MlirContext context,
                                               MlirStringRef bytes,
                                               MlirStringRef fileName);

/* Calls `write` with the device binary of the programs of `module`, as
 * crania-pipeline leaves them. Fails after a diagnostic. */
MLIR_CAPI_EXPORTED MlirLogicalResult craniaTranslateToDeviceBinary(
    MlirModule module, MlirStringCallback write, void *userData);

#ifdef __cplusplus
}
#endif

#endif /* CRANIA_C_DIALECTS_H */
