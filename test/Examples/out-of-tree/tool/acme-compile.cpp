// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A compiler of ONNX models to device binaries, with CRANIA's passes and Acme's
// own.

#include "acme/Acme.h"
#include "crania/Conversion/CraniaToCraniaHW/CraniaToCraniaHW.h"
#include "crania/Dialect/Crania/Transforms/Passes.h"
#include "crania/Import/ONNX/Import.h"
#include "crania/InitAllDialects.h"
#include "crania/Support/OutputFiles.h"
#include "crania/Support/ToolProcess.h"
#include "crania/Translation/DeviceBinary/DeviceBinaryTranslation.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/MemoryBuffer.h"

namespace cl = llvm::cl;

static cl::opt<std::string> input(cl::Positional, cl::Required,
                                  cl::desc("<model.onnx>"));
static cl::opt<std::string> output("o", cl::Required,
                                   cl::desc("Device binary"));
static cl::opt<std::string> clusters("clusters", cl::init(".1,.2,.3,.4"));
static cl::opt<bool> scramble("scramble", cl::init(true),
                              cl::desc("Scramble the first cluster"));

static void buildPipeline(mlir::OpPassManager &manager) {
  manager.addPass(crania::createCheckClassifiers());
  manager.addPass(crania::createFoldConstantLayouts());
  manager.addPass(crania::createAttachTarget({"edge"}));
  manager.addPass(crania::createClusterWeights({clusters}));
  manager.addNestedPass<mlir::func::FuncOp>(
      crania::createFormRounds({"softmax:0.9"}));
  if (scramble)
    manager.addPass(acme::createScrambleWeights());
  manager.addPass(crania::createAssignEncodings());
  manager.addPass(crania::createScheduleFetches());
  manager.addNestedPass<mlir::func::FuncOp>(crania::createPlaceSegments());
  manager.addPass(crania::createConvertCraniaToHW());
}

static bool report(const crania::Status &status) {
  if (!status)
    llvm::errs() << status.error().message << "\n";
  return bool(status);
}

int main(int argc, char **argv) {
  crania::prepareTool();
  cl::ParseCommandLineOptions(argc, argv, "The Acme compiler\n");
  crania::OutputFiles files;
  files.addInput("", input);
  if (!report(files.open("-o", output)))
    return 1;
  auto bytes = llvm::MemoryBuffer::getFile(input);
  if (!bytes) {
    llvm::errs() << input << ": " << bytes.getError().message() << "\n";
    return 1;
  }
  mlir::DialectRegistry registry;
  crania::registerAllDialects(registry);
  registry.insert<acme::AcmeDialect>();
  mlir::MLIRContext context(registry);
  context.printOpOnDiagnostic(false);

  mlir::OwningOpRef<mlir::ModuleOp> module =
      crania::importOnnx((*bytes)->getBuffer(), &context, input);
  if (!module)
    return 1;
  mlir::PassManager manager(&context);
  buildPipeline(manager);
  if (mlir::failed(manager.run(*module)))
    return 1;
  auto binary = crania::translateToDeviceBinary(*module);
  if (mlir::failed(binary))
    return 1;
  return !report(files.write(output, {binary->data(), binary->size()})) ||
         !report(files.commit());
}
