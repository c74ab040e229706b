// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Functions that programs which compile whole networks share: crania-compile
// and the C API.

#ifndef CRANIA_DRIVER_DRIVER_H
#define CRANIA_DRIVER_DRIVER_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>
#include <string>

namespace crania {

/// Registers the dialects of which a network may consist: CRANIA's own and the
/// upstream dialects that its passes and the ONNX importer know.
void registerNetworkDialects(mlir::DialectRegistry &registry);

/// Reads the network in `bytes`: an MLIR module, as text or bytecode, or an
/// ONNX model. After the bytes there is a zero that does not count. Locations
/// and diagnostics use the identifier of the buffer as the file name; the
/// ending .mlir or .mlirbc marks MLIR. Returns null after an error diagnostic.
mlir::OwningOpRef<mlir::ModuleOp>
readNetwork(std::unique_ptr<llvm::MemoryBuffer> bytes,
            mlir::MLIRContext &context);

/// Returns the place of a location in the user's terms: "model.onnx: 'conv1': "
/// or "net.mlir:3:7: ". Returns an empty string if it is not known.
std::string describeLocation(mlir::Location location);

/// Returns the place and the text of a diagnostic, without its notes and
/// without the IR that it concerns.
std::string describeDiagnostic(mlir::Diagnostic &diagnostic);

} // namespace crania

#endif // CRANIA_DRIVER_DRIVER_H
