// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Driver/Driver.h"
#include "crania/Driver/EndWithNewline.h"
#include "crania/Import/ONNX/Import.h"
#include "crania/InitAllDialects.h"
#include "mlir/Dialect/MLProgram/IR/MLProgram.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
using namespace crania;

void crania::registerNetworkDialects(DialectRegistry &registry) {
  registerAllDialects(registry);
  registerOnnxImportDialects(registry);
  // torch-mlir leaves a global of ml_program behind.
  registry.insert<math::MathDialect, ml_program::MLProgramDialect,
                  quant::QuantDialect>();
}

static bool isOnnx(llvm::StringRef name, llvm::StringRef bytes) {
  if (name.ends_with(".mlir") || name.ends_with(".mlirbc"))
    return false;
  return !bytes.starts_with("ML\xefR");
}

OwningOpRef<ModuleOp>
crania::readNetwork(std::unique_ptr<llvm::MemoryBuffer> bytes,
                    MLIRContext &context) {
  llvm::StringRef name = bytes->getBufferIdentifier();
  if (isOnnx(name, bytes->getBuffer()))
    return importOnnx(bytes->getBuffer(), &context, name);
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(endWithNewline(std::move(bytes)), llvm::SMLoc());
  return parseSourceFile<ModuleOp>(sources, ParserConfig(&context));
}

static void printLocation(llvm::raw_ostream &os, Location location) {
  if (auto name = dyn_cast<NameLoc>(location)) {
    printLocation(os, name.getChildLoc());
    os << "'" << name.getName().getValue() << "': ";
  } else if (auto fused = dyn_cast<FusedLoc>(location)) {
    if (!fused.getLocations().empty())
      printLocation(os, fused.getLocations().front());
  } else if (auto file = dyn_cast<FileLineColLoc>(location)) {
    os << file.getFilename().getValue() << ":";
    // A binary file has no lines.
    if (file.getLine() > 0)
      os << file.getLine() << ":" << file.getColumn() << ":";
    os << " ";
  }
}

std::string crania::describeLocation(Location location) {
  std::string text;
  llvm::raw_string_ostream os(text);
  printLocation(os, location);
  return text;
}

std::string crania::describeDiagnostic(Diagnostic &diagnostic) {
  return describeLocation(diagnostic.getLocation()) + diagnostic.str();
}
