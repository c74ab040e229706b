// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// What programs that compile whole networks share: crania-compile and the C
// API.

#ifndef CRANIA_DRIVER_DRIVER_H
#define CRANIA_DRIVER_DRIVER_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>
#include <string>

namespace crania {

/// Registers what a network may consist of: CRANIA's dialects and those of
/// upstream that its passes and the ONNX importer know.
void registerNetworkDialects(mlir::DialectRegistry &registry);

/// The network in `bytes`, which end in a zero that is not counted: an MLIR
/// module, as text or bytecode, or an ONNX model. The buffer's identifier is
/// the name that locations and diagnostics have; .mlir or .mlirbc says that it
/// is MLIR. Null after an error diagnostic.
mlir::OwningOpRef<mlir::ModuleOp>
readNetwork(std::unique_ptr<llvm::MemoryBuffer> bytes,
            mlir::MLIRContext &context);

/// "model.onnx: 'conv1': " or "net.mlir:3:7: ": where, in the user's terms.
/// Empty if that is not known.
std::string describeLocation(mlir::Location location);

/// Where, and what, without its notes and without the IR that it is about.
std::string describeDiagnostic(mlir::Diagnostic &diagnostic);

} // namespace crania

#endif // CRANIA_DRIVER_DRIVER_H
