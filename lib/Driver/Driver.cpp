// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Driver/Driver.h"
#include "crania/Driver/ModuleInput.h"
#include "crania/Import/ONNX/Import.h"
#include "crania/InitAllDialects.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/MLProgram/IR/MLProgram.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/SaveAndRestore.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
using namespace crania;

void crania::registerNetworkDialects(DialectRegistry &registry) {
  registerAllDialects(registry);
  registerOnnxImportDialects(registry);
  // torch-mlir leaves a global of ml_program behind.
  registry.insert<math::MathDialect, ml_program::MLProgramDialect,
                  quant::QuantDialect>();
  // The compiler rejects these ops in a classifier, with location and reason.
  registry.insert<cf::ControlFlowDialect, scf::SCFDialect>();
}

namespace {

constexpr llvm::StringLiteral linalgRemedy =
    "lower the network to linalg on tensors before, with what arith, math, "
    "tensor and func have, as its front end does";
// The passes are those of docs/Embedding.md.
constexpr llvm::StringLiteral tosaRemedy =
    "lower TOSA to linalg before: crania-opt --pass-pipeline='builtin.module("
    "func.func(tosa-to-linalg-named,tosa-to-linalg,tosa-to-arith,"
    "tosa-to-tensor),canonicalize)'";

/// Replaces the remedy in MLIR's errors about unknown dialects, which is one
/// for MLIR tools, with a remedy for the author of the network.
class UnknownDialectHandler : ScopedDiagnosticHandler {
public:
  UnknownDialectHandler(MLIRContext &context, llvm::SourceMgr &sources)
      : ScopedDiagnosticHandler(&context), sources(sources) {
    setHandler([this](Diagnostic &diagnostic) {
      std::string text = diagnostic.str();
      // The diagnostic that is emitted here also calls this handler.
      if (isEmitting || diagnostic.getSeverity() != DiagnosticSeverity::Error ||
          !isAboutDialect(text))
        return failure();
      llvm::StringRef fact =
          llvm::StringRef(text).split(". If this is intended").first.rtrim();
      const std::string op = opBefore(diagnostic.getLocation());
      llvm::SaveAndRestore emitting(isEmitting, true);
      emitError(diagnostic.getLocation())
          << (op.empty() ? "" : "'" + op + "': ") << fact << "; "
          << (isTosa(fact, op) ? tosaRemedy : linalgRemedy);
      return success();
    });
  }

private:
  static bool isAboutDialect(llvm::StringRef text) {
    return text.contains("not found for custom op") ||
           text.contains("unregistered dialect") ||
           (text.starts_with("dialect '") && text.contains("is unknown"));
  }

  static bool isTosa(llvm::StringRef fact, llvm::StringRef op) {
    return op.starts_with("tosa.") || fact.contains("tosa'") ||
           fact.contains("\"tosa\"");
  }

  /// Returns the op in quotes that ends at a location in text. MLIR's error
  /// about such an op does not name it. Returns an empty text if there is none.
  std::string opBefore(Location location) const {
    auto file = dyn_cast<FileLineColLoc>(location);
    const unsigned main = sources.getMainFileID();
    if (!file || file.getLine() == 0)
      return {};
    llvm::SMLoc end =
        sources.FindLocForLineAndColumn(main, file.getLine(), file.getColumn());
    if (!end.isValid())
      return {};
    const char *begin = sources.getMemoryBuffer(main)->getBufferStart();
    llvm::StringRef text(begin, size_t(end.getPointer() - begin));
    if (!text.consume_back("\""))
      return {};
    return text.drop_front(text.rfind('"') + 1).str();
  }

  llvm::SourceMgr &sources;
  bool isEmitting = false;
};

} // namespace

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
  sources.AddNewSourceBuffer(alignBytecode(endWithNewline(std::move(bytes))),
                             llvm::SMLoc());
  const llvm::MemoryBuffer &module = *sources.getMemoryBuffer(1);
  if (std::optional<TextFault> fault = findTextFault(module.getBuffer())) {
    auto [line, column] = sources.getLineAndColumn(
        llvm::SMLoc::getFromPointer(module.getBufferStart() + fault->offset));
    emitError(FileLineColLoc::get(&context, module.getBufferIdentifier(), line,
                                  column))
        << fault->message;
    return {};
  }
  UnknownDialectHandler handler(context, sources);
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
