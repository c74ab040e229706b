// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Dialect/Crania/IR/CraniaDialect.h"
#include "crania/Driver/ModuleInput.h"
#include "crania/Translation/DeviceBinary/DeviceBinaryTranslation.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Tools/mlir-translate/Translation.h"
#include "llvm/Support/SourceMgr.h"

#include <optional>

using namespace mlir;
using namespace crania;

/// Reads the module in the main buffer of `sources` and writes its programs.
static LogicalResult exportModule(const llvm::SourceMgr &sources,
                                  raw_ostream &os, MLIRContext *context) {
  const llvm::MemoryBuffer *buffer =
      sources.getMemoryBuffer(sources.getMainFileID());
  if (!printTextFault(*buffer))
    return failure();
  llvm::SourceMgr readable;
  readable.AddNewSourceBuffer(
      alignBytecode(endWithNewline(llvm::MemoryBuffer::getMemBuffer(
          buffer->getMemBufferRef(), /*RequiresNullTerminator=*/false))),
      llvm::SMLoc());
  auto module = parseSourceFile<ModuleOp>(readable, ParserConfig(context));
  if (!module)
    return failure();
  FailureOr<std::vector<uint8_t>> bytes = translateToDeviceBinary(*module);
  if (failed(bytes))
    return failure();
  os.write(reinterpret_cast<const char *>(bytes->data()), bytes->size());
  return success();
}

static Result<binary::DeviceBinary> parse(const llvm::MemoryBuffer &buffer) {
  StringRef text = buffer.getBuffer();
  return binary::DeviceBinary::parse(
      std::vector<uint8_t>(text.bytes_begin(), text.bytes_end()));
}

/// Parses the binary in the main buffer of `sources`. Returns nothing after an
/// error.
static std::optional<binary::DeviceBinary>
parseOrReport(const llvm::SourceMgr &sources, MLIRContext *context) {
  const llvm::MemoryBuffer *buffer =
      sources.getMemoryBuffer(sources.getMainFileID());
  Result<binary::DeviceBinary> binary = parse(*buffer);
  if (binary)
    return *binary;
  emitError(FileLineColLoc::get(context, buffer->getBufferIdentifier(), 0, 0))
      << binary.error().message;
  return std::nullopt;
}

static OwningOpRef<Operation *> importModule(llvm::SourceMgr &sources,
                                             MLIRContext *context) {
  std::optional<binary::DeviceBinary> binary = parseOrReport(sources, context);
  if (!binary)
    return {};
  StringRef name =
      sources.getMemoryBuffer(sources.getMainFileID())->getBufferIdentifier();
  return importDeviceBinary(*binary, FileLineColLoc::get(context, name, 0, 0));
}

/// Translates a device binary to text.
template <void (*print)(const binary::DeviceBinary &, raw_ostream &)>
static LogicalResult
printBinary(const std::shared_ptr<llvm::SourceMgr> &sources, raw_ostream &os,
            MLIRContext *context) {
  std::optional<binary::DeviceBinary> binary = parseOrReport(*sources, context);
  if (!binary)
    return failure();
  print(*binary, os);
  return success();
}

/// Translates the weight images of a device binary to text, which may fail.
template <LogicalResult (*print)(const binary::DeviceBinary &, Location,
                                 raw_ostream &)>
static LogicalResult printImage(const std::shared_ptr<llvm::SourceMgr> &sources,
                                raw_ostream &os, MLIRContext *context) {
  std::optional<binary::DeviceBinary> binary = parseOrReport(*sources, context);
  if (!binary)
    return failure();
  StringRef name =
      sources->getMemoryBuffer(sources->getMainFileID())->getBufferIdentifier();
  return print(*binary, FileLineColLoc::get(context, name, 0, 0), os);
}

void crania::registerDeviceBinaryTranslations(
    const std::function<void(DialectRegistry &)> &hostDialects) {
  auto registerOwn = [](DialectRegistry &registry) {
    registry.insert<ir::CraniaDialect, hw::CraniaHWDialect>();
  };
  auto registerAll = [=](DialectRegistry &registry) {
    registerOwn(registry);
    hostDialects(registry);
  };
  // MLIR's own function to read a module does not survive every text.
  TranslateRegistration toBinary(
      "crania-to-binary", "write the programs of a module as a device binary",
      [=](const std::shared_ptr<llvm::SourceMgr> &sources, raw_ostream &os,
          MLIRContext *context) {
        DialectRegistry registry;
        registerAll(registry);
        context->appendDialectRegistry(registry);
        return exportModule(*sources, os, context);
      });
  TranslateToMLIRRegistration fromBinary(
      "binary-to-crania", "read a device binary as programs of crania_hw",
      importModule, registerOwn);
  TranslateRegistration toText("disassemble",
                               "print a device binary command by command",
                               printBinary<disassemble>);
  TranslateRegistration toMap("dump-image",
                              "print a map of the weight images of a binary",
                              printImage<dumpImage>);
  TranslateRegistration toPlot("plot-image",
                               "draw the weight images of a binary, as SVG",
                               printImage<plotImage>);
}
