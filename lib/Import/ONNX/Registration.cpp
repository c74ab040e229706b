// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The registration of `crania-translate --import-onnx`.

#include "crania/Import/ONNX/Import.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-translate/Translation.h"

#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;

static OwningOpRef<Operation *> translate(llvm::SourceMgr &sources,
                                          MLIRContext *context) {
  const llvm::MemoryBuffer *file =
      sources.getMemoryBuffer(sources.getMainFileID());
  crania::OnnxDiagnosticPrinter printer(context);
  return crania::importOnnx(file->getBuffer(), context,
                            file->getBufferIdentifier());
}

void crania::registerOnnxImportTranslation() {
  TranslateToMLIRRegistration registration(
      "import-onnx",
      "import an ONNX model (opset 6 to 21) as linalg on tensors", translate,
      registerOnnxImportDialects);
}
