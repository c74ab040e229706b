// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The importer translates an ONNX model to linalg on tensors. The result is a
// module with one function:
//
//   func.func @main(%input : tensor<1x...xf32> {crania.name = "input"})
//       -> (tensor<...xf32> {crania.name = "logits"}) attributes
//       {crania.classifier}
//
// Shapes are static, the batch size is 1, and elements are f32.
// `crania.classifier` marks the function as the network that the rest of CRANIA
// compiles. Weights are `dense_resource` blobs named after their initializers.
// Each operation carries the name of its ONNX node as a NameLoc inside the
// location of the file.
//
// It supports opset 6 to 21 and the operators of lib/Import/ONNX/Operators.cpp.
// Everything else, and every malformed model, is an error that names the node,
// the operator and the attribute. The importer does not crash on any input.

#ifndef CRANIA_IMPORT_ONNX_IMPORT_H
#define CRANIA_IMPORT_ONNX_IMPORT_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/OwningOpRef.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

namespace mlir {
class DialectRegistry;
class MLIRContext;
} // namespace mlir

namespace crania {

/// Registers the dialects that importOnnx emits.
void registerOnnxImportDialects(mlir::DialectRegistry &registry);

/// Imports the ONNX model in `bytes`, the content of a .onnx file. Locations
/// and diagnostics use `fileName`. Loads the dialects that it emits into
/// `context`. Returns null after emitting an error diagnostic.
mlir::OwningOpRef<mlir::ModuleOp> importOnnx(llvm::StringRef bytes,
                                             mlir::MLIRContext *context,
                                             llvm::StringRef fileName);

/// A diagnostic handler that prints diagnostics of importOnnx as `error: FILE:
/// message` during its lifetime. It omits line and column, which an ONNX file
/// does not have.
class OnnxDiagnosticPrinter : public mlir::ScopedDiagnosticHandler {
public:
  OnnxDiagnosticPrinter(mlir::MLIRContext *context,
                        llvm::raw_ostream &stream = llvm::errs());
};

/// Registers `--import-onnx` with mlir::mlirTranslateMain.
void registerOnnxImportTranslation();

} // namespace crania

#endif // CRANIA_IMPORT_ONNX_IMPORT_H
