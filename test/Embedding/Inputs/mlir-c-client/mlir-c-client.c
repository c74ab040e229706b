// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

/* CRANIA's IR through MLIR's C API: mlir-c-client net.onnx out.crania builds a
 * type, imports a network, runs the pipeline and translates it. */

#include "crania-c/Dialects.h"
#include "crania-c/Passes.h"
#include "mlir-c/BuiltinTypes.h"
#include "mlir-c/Diagnostics.h"
#include "mlir-c/RegisterEverything.h"

#include <stdio.h>
#include <stdlib.h>

static void write(MlirStringRef bytes, void *userData) {
  fwrite(bytes.data, 1, bytes.length, (FILE *)userData);
}

static MlirLogicalResult printDiagnostic(MlirDiagnostic diagnostic,
                                         void *userData) {
  (void)userData;
  fputs("diagnostic: ", stdout);
  mlirDiagnosticPrint(diagnostic, write, stdout);
  putchar('\n');
  return mlirLogicalResultSuccess();
}

static void buildTypes(MlirContext context) {
  MlirLocation here = mlirLocationFileLineColGet(
      context, mlirStringRefCreateFromCString("client"), 1, 1);
  MlirAttribute noEncoding = {NULL};
  int64_t shape[] = {4, 2};
  MlirType f32 = mlirF32TypeGet(context);
  MlirType tensor = mlirRankedTensorTypeGet(2, shape, f32, noEncoding);
  MlirType clustered = craniaClusteredTypeGetChecked(here, tensor, 3);
  mlirTypeDump(clustered);
  printf("clustered: %d, tensor: %d, clusters: %d\n",
         craniaTypeIsAClustered(clustered),
         mlirTypeEqual(craniaClusteredTypeGetTensor(clustered), tensor),
         (int)craniaClusteredTypeGetClusters(clustered));
  printf("null: %d %d\n",
         mlirTypeIsNull(craniaClusteredTypeGetChecked(here, tensor, 0)),
         mlirTypeIsNull(craniaClusteredTypeGetChecked(here, f32, 3)));
}

static MlirModule import(MlirContext context, const char *path) {
  static char bytes[1 << 20];
  FILE *file = fopen(path, "rb");
  size_t size = file ? fread(bytes, 1, sizeof bytes, file) : 0;
  return craniaImportOnnx(context, mlirStringRefCreate(bytes, size),
                          mlirStringRefCreateFromCString(path));
}

int main(int argc, char **argv) {
  MlirContext context = mlirContextCreateWithThreading(false);
  MlirDialectRegistry registry = mlirDialectRegistryCreate();
  MlirModule module;
  MlirPassManager manager;
  MlirOpPassManager passes;
  FILE *file;
  if (argc != 3)
    return 1;
  mlirRegisterAllDialects(registry);
  craniaRegisterAllDialects(registry);
  mlirContextAppendDialectRegistry(context, registry);
  mlirDialectHandleRegisterDialect(mlirGetDialectHandle__crania__(), context);
  mlirDialectHandleLoadDialect(mlirGetDialectHandle__crania_hw__(), context);
  mlirContextAttachDiagnosticHandler(context, printDiagnostic, NULL, NULL);
  mlirRegisterAllPasses();
  craniaRegisterAllPasses();
  craniaRegisterAllPasses();
  buildTypes(context);

  module = import(context, argv[1]);
  if (mlirModuleIsNull(module))
    return 1;
  manager = mlirPassManagerCreate(context);
  passes = mlirPassManagerGetAsOpPassManager(manager);
  /* A pass by its function, the rest by name. */
  mlirPassManagerAddOwnedPass(manager,
                              mlirCreateCraniaTransformsCheckClassifiers());
  if (mlirLogicalResultIsFailure(mlirOpPassManagerAddPipeline(
          passes,
          mlirStringRefCreateFromCString("crania-pipeline{clusters=.25,.75 "
                                         "exit=margin:0.5}"),
          write, stdout)) ||
      mlirLogicalResultIsFailure(
          mlirPassManagerRunOnOp(manager, mlirModuleGetOperation(module))))
    return 1;
  file = fopen(argv[2], "wb");
  if (!file ||
      mlirLogicalResultIsFailure(
          craniaTranslateToDeviceBinary(module, write, file)) ||
      ferror(file) || fclose(file))
    return 1;
  mlirPassManagerDestroy(manager);
  mlirModuleDestroy(module);
  mlirContextDestroy(context);
  mlirDialectRegistryDestroy(registry);
  return 0;
}
