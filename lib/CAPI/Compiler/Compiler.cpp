// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania-c/Compiler.h"
#include "StandardErrorCapture.h"
#include "crania/Driver/Driver.h"
#include "crania/InitAllPasses.h"
#include "crania/Pipelines/Compile.h"
#include "crania/Pipelines/OptionTable.h"
#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/ADT/StringExtras.h"

#include <mutex>

using namespace mlir;
using namespace crania;

struct CraniaCompilerSessionImpl {
  CraniaCompilerDiagnosticCallback callback;
  void *userData;
  CompileOptions options;

  void report(CraniaCompilerSeverity severity,
              const std::string &message) const {
    if (callback)
      callback(severity, message.c_str(), userData);
  }
};

struct CraniaCompilerOutputImpl {
  std::string bytes;
};

namespace {

CraniaCompilerSeverity severityOf(DiagnosticSeverity severity) {
  switch (severity) {
  case DiagnosticSeverity::Note:
    return CRANIA_COMPILER_NOTE;
  case DiagnosticSeverity::Warning:
    return CRANIA_COMPILER_WARNING;
  case DiagnosticSeverity::Error:
    return CRANIA_COMPILER_ERROR;
  case DiagnosticSeverity::Remark:
    return CRANIA_COMPILER_REMARK;
  }
  llvm_unreachable("unknown severity");
}

/// Context of a single call. Hence sessions share nothing, and the data that a
/// compilation interned are freed with its context.
class CallContext {
public:
  CallContext(const CraniaCompilerSessionImpl &session,
              const DialectRegistry &registry)
      : context(registry, MLIRContext::Threading::DISABLED) {
    // Programs and weights are too large to be printed with an error.
    context.printOpOnDiagnostic(false);
    context.getDiagEngine().registerHandler([&session](Diagnostic &diagnostic) {
      session.report(severityOf(diagnostic.getSeverity()),
                     describeDiagnostic(diagnostic));
      for (Diagnostic &note : diagnostic.getNotes())
        session.report(CRANIA_COMPILER_NOTE, describeDiagnostic(note));
      return success();
    });
  }

  MLIRContext &operator*() { return context; }

private:
  MLIRContext context;
};

OwningOpRef<ModuleOp> read(MLIRContext &context, const void *bytes,
                           uint64_t size, const char *name) {
  StringRef data(static_cast<const char *>(bytes), bytes ? size : 0);
  return readNetwork(
      llvm::MemoryBuffer::getMemBufferCopy(data, name ? name : "network"),
      context);
}

DialectRegistry everyDialect() {
  DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registerNetworkDialects(registry);
  return registry;
}

void registerPassesOnce() {
  static std::once_flag once;
  std::call_once(once, [] {
    mlir::registerAllPasses();
    crania::registerAllPasses();
  });
}

/// Adds the passes of a textual pipeline to `manager`. Returns why that is not
/// possible and the remedy, or an empty text.
std::string parsePipeline(StringRef passes, PassManager &manager) {
  std::string reasons;
  LogicalResult result = success();
  std::string printed = captureStandardError([&] {
    llvm::raw_string_ostream os(reasons);
    result = parsePassPipeline(passes, manager, os);
  });
  if (succeeded(result))
    return {};
  // LLVM begins with the name of the program, which a library has not.
  reasons = StringRef(printed).ltrim(" :").str() + reasons;
  SmallVector<StringRef> lines;
  llvm::SplitString(reasons, lines, "\n");
  lines.push_back("crania-opt --help lists the passes and their options");
  return llvm::join(lines, "\n");
}

/// Fails, with an error diagnostic, if something has no bytecode.
FailureOr<std::string> print(ModuleOp module, bool bytecode) {
  std::string text;
  llvm::raw_string_ostream os(text);
  if (!bytecode)
    module->print(os, OpPrintingFlags().enableDebugInfo());
  else if (failed(writeBytecodeToFile(module, os)))
    return failure();
  return text;
}

} // namespace

uint32_t craniaCompilerGetVersion(void) { return CRANIA_COMPILER_VERSION; }

CraniaCompilerSession
craniaCompilerSessionCreate(CraniaCompilerDiagnosticCallback onDiagnostic,
                            void *userData) {
  return new CraniaCompilerSessionImpl{onDiagnostic, userData, {}};
}

void craniaCompilerSessionDestroy(CraniaCompilerSession session) {
  delete session;
}

int craniaCompilerSessionSetOption(CraniaCompilerSession session,
                                   const char *name, const char *value) {
  Status status = setCompileOption(session->options, name, value);
  if (status)
    return 0;
  session->report(CRANIA_COMPILER_ERROR, status.error().message);
  return -1;
}

uint64_t craniaCompilerGetOptionCount(void) { return toolOptions().size(); }

const char *craniaCompilerGetOptionName(uint64_t option) {
  return option < toolOptions().size() ? toolOptions()[option].name : nullptr;
}

CraniaCompilerOutput craniaCompilerSessionCompile(CraniaCompilerSession session,
                                                  const void *bytes,
                                                  uint64_t size,
                                                  const char *name) {
  DialectRegistry registry;
  registerNetworkDialects(registry);
  CallContext context(*session, registry);
  OwningOpRef<ModuleOp> module = read(*context, bytes, size, name);
  if (!module)
    return nullptr;
  CompileOptions options = session->options;
  options.onDecision = [session](StringRef decision) {
    session->report(CRANIA_COMPILER_REMARK, decision.str());
  };
  FailureOr<std::vector<uint8_t>> binary =
      compileToDeviceBinary(std::move(module), options);
  if (failed(binary))
    return nullptr;
  return new CraniaCompilerOutputImpl{{binary->begin(), binary->end()}};
}

CraniaCompilerOutput
craniaCompilerSessionRunPasses(CraniaCompilerSession session, const void *bytes,
                               uint64_t size, const char *name,
                               const char *pipeline, int bytecode) {
  registerPassesOnce();
  CallContext context(*session, everyDialect());
  OwningOpRef<ModuleOp> module = read(*context, bytes, size, name);
  if (!module)
    return nullptr;
  PassManager manager(&*context, ModuleOp::getOperationName());
  // A pipeline has the form of mlir-opt, or only the part in parentheses.
  StringRef passes = pipeline ? pipeline : "";
  if (passes.starts_with("builtin.module(") && passes.ends_with(")"))
    passes = passes.drop_front(StringRef("builtin.module(").size()).drop_back();
  if (std::string reasons = parsePipeline(passes, manager); !reasons.empty()) {
    session->report(CRANIA_COMPILER_ERROR,
                    "the pipeline '" + passes.str() + "': " + reasons);
    return nullptr;
  }
  if (failed(manager.run(*module)))
    return nullptr;
  FailureOr<std::string> output = print(*module, bytecode);
  return failed(output) ? nullptr
                        : new CraniaCompilerOutputImpl{std::move(*output)};
}

const void *craniaCompilerOutputGetData(CraniaCompilerOutput output) {
  return output->bytes.data();
}

uint64_t craniaCompilerOutputGetSize(CraniaCompilerOutput output) {
  return output->bytes.size();
}

void craniaCompilerOutputDestroy(CraniaCompilerOutput output) { delete output; }
