// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Import/ONNX/Import.h"
#include "GraphImporter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Verifier.h"

#include <limits>

using namespace crania;
using namespace crania::importer;
using namespace mlir;

static constexpr int64_t kMinOpset = 6;
static constexpr int64_t kMaxOpset = 21;

void crania::registerOnnxImportDialects(DialectRegistry &registry) {
  registry.insert<arith::ArithDialect, func::FuncDialect, linalg::LinalgDialect,
                  math::MathDialect, tensor::TensorDialect>();
}

/// The first bytes of the pointer file that Git LFS leaves in place of the real
/// one (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md).
static constexpr llvm::StringLiteral kLfsPointer =
    "version https://git-lfs.github.com/spec/";

static LogicalResult parseModel(StringRef bytes, Location loc,
                                ::onnx::ModelProto &model) {
  if (bytes.starts_with(kLfsPointer))
    return emitError(loc)
           << "the file is a Git LFS pointer and not the model itself; run "
              "'git lfs pull' in its repository";
  // The size of a protobuf message is an int.
  if (bytes.size() > static_cast<size_t>(std::numeric_limits<int>::max()))
    return emitError(loc)
           << "the file is larger than 2 GiB, the limit of ONNX's encoding";
  // Protobuf's own messages on standard error name neither the file nor a
  // remedy.
  google::protobuf::LogSilencer silencer;
  if (!model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return emitError(loc) << "not an ONNX model, or a damaged one: its "
                             "protobuf encoding is invalid";
  if (!model.has_graph())
    return emitError(loc)
           << "not an ONNX model, or a damaged one: it has no graph";
  return success();
}

static FailureOr<int64_t> readOpset(const ::onnx::ModelProto &model,
                                    Location loc) {
  for (const ::onnx::OperatorSetIdProto &imported : model.opset_import()) {
    bool isDefaultDomain =
        imported.domain().empty() || imported.domain() == "ai.onnx";
    if (!isDefaultDomain)
      continue;
    if (imported.version() < kMinOpset || imported.version() > kMaxOpset)
      return emitError(loc) << "opset " << imported.version()
                            << " is not supported; export the model with opset "
                            << kMinOpset << " to " << kMaxOpset;
    return imported.version();
  }
  return emitError(loc)
         << "the model does not say which opset it uses; export it with opset "
         << kMinOpset << " to " << kMaxOpset;
}

OwningOpRef<ModuleOp> crania::importOnnx(StringRef bytes, MLIRContext *context,
                                         StringRef fileName) {
  context->loadDialect<arith::ArithDialect, func::FuncDialect,
                       linalg::LinalgDialect, math::MathDialect,
                       tensor::TensorDialect>();
  Location loc = FileLineColLoc::get(context, fileName, 0, 0);
  ::onnx::ModelProto model;
  if (failed(parseModel(bytes, loc, model)))
    return nullptr;
  FailureOr<int64_t> opset = readOpset(model, loc);
  if (failed(opset))
    return nullptr;
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  GraphImporter importer(*model.mutable_graph(), *opset, loc);
  if (failed(importer.importInto(*module)) || failed(verify(*module)))
    return nullptr;
  return module;
}

/// Returns the file of a diagnostic of an importer, or an empty string.
static StringRef findFileName(Location loc) {
  auto file = loc->findInstanceOf<FileLineColLoc>();
  return file ? file.getFilename().getValue() : StringRef();
}

static StringRef severityName(DiagnosticSeverity severity) {
  switch (severity) {
  case DiagnosticSeverity::Error:
    return "error";
  case DiagnosticSeverity::Warning:
    return "warning";
  case DiagnosticSeverity::Note:
    return "note";
  case DiagnosticSeverity::Remark:
    return "remark";
  }
  llvm_unreachable("unknown severity");
}

OnnxDiagnosticPrinter::OnnxDiagnosticPrinter(MLIRContext *context,
                                             llvm::raw_ostream &stream)
    : ScopedDiagnosticHandler(context) {
  setHandler([&stream](Diagnostic &diagnostic) {
    StringRef file = findFileName(diagnostic.getLocation());
    stream << severityName(diagnostic.getSeverity()) << ": ";
    if (!file.empty())
      stream << file << ": ";
    stream << diagnostic << "\n";
    return success();
  });
}
