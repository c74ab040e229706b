// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Compiles a trained network to a device binary, for users who do not want to
// know passes.

#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "crania/Dialect/CraniaHW/IR/CraniaHWOps.h"
#include "crania/Driver/Driver.h"
#include "crania/Driver/ToolVersion.h"
#include "crania/Pipelines/CheckOptions.h"
#include "crania/Pipelines/OptionFlags.h"
#include "crania/Pipelines/StepReport.h"
#include "crania/Support/OutputFiles.h"
#include "crania/Support/ToolProcess.h"
#include "crania/Target/TargetInputs.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/WithColor.h"

#include <optional>

using namespace mlir;
namespace cl = llvm::cl;

namespace {

cl::OptionCategory category("crania-compile options");

cl::opt<std::string> input(cl::Positional, cl::Required,
                           cl::desc("<model.onnx | model.mlir>"),
                           cl::cat(category));
cl::opt<std::string> output(
    "o", cl::Required, cl::value_desc("file"),
    cl::desc("The device binary to write; - writes to the standard output"),
    cl::cat(category));
cl::opt<bool>
    timing("timing",
           cl::desc("Print the resources of each pass, and of the steps before "
                    "and after all passes, to standard error: CPU seconds, "
                    "current memory and peak memory of the process"),
           cl::cat(category));

constexpr const char *overview =
    R"(CRANIA compiler: translates a trained network to a device binary

Examples:
  crania-compile lenet.onnx -o lenet.crania
  crania-compile lenet.onnx -o lenet.crania --clusters=.1,.2,.3,.4 --exit=softmax:0.9 --baselines
  crania-compile lenet.onnx -o whole.crania --clusters=1
  crania-compile lenet.onnx -o i8.crania --precision=i8 --calibrate=train_x.npy --input-scale=0.00392157
  crania-compile lenet.onnx -o lenet.crania --max-loss=0.5 --calibrate=x.npy --labels=y.npy --input-scale=0.00392157
Then run the binary on images with crania-run (crania-run --help).
)";

llvm::raw_ostream &error() { return llvm::WithColor::error(llvm::errs()); }

bool refuse(llvm::StringRef option, const llvm::Twine &reason) {
  error() << "--" << option << ": " << reason << "\n";
  return false;
}

bool hasRange(Operation *op) {
  llvm::StringRef name = crania::ir::CraniaDialect::getRangeAttrName();
  if (op->hasAttr(name))
    return true;
  auto function = dyn_cast<mlir::FunctionOpInterface>(op);
  for (unsigned i = 0; function && i < function.getNumArguments(); ++i)
    if (function.getArgAttr(i, name))
      return true;
  return false;
}

bool isIntegerLayer(Operation *op) {
  auto type = op->getAttrOfType<mlir::TypeAttr>(
      crania::ir::CraniaDialect::getPrecisionAttrName());
  return type && isa<mlir::IntegerType>(type.getValue());
}

bool any(ModuleOp module, bool (*holds)(Operation *)) {
  return module
      .walk([&](Operation *op) {
        return holds(op) ? WalkResult::interrupt() : WalkResult::advance();
      })
      .wasInterrupted();
}

/// Fails if the user gives an option that the module has decided already, as
/// the option would be ignored.
bool checkAgainst(ModuleOp module, const crania::OptionFlags &flags,
                  const crania::CompileOptions &options) {
  bool clustered = false, iterates = false, compiled = false;
  module.walk([&](Operation *op) {
    clustered |= isa<crania::ir::WeightsOp>(op);
    iterates |= isa<crania::ir::IterateOp>(op);
    compiled |= isa<crania::hw::ProgramOp>(op);
  });
  if (compiled) {
    error() << input << " is compiled already; crania-translate "
            << "--crania-to-binary makes a device binary of it\n";
    return false;
  }
  const char *decided = "the module decides that already; leave the option out";
  if (clustered && flags.isGiven("clusters"))
    return refuse("clusters", decided);
  if (iterates && flags.isGiven("exit"))
    return refuse("exit", decided);
  if (iterates && options.maxLoss)
    return refuse("max-loss", decided);
  if (clustered && usesIntegers(options))
    return refuse("precision", "the weights are clustered already, and were "
                               "quantized before that or not at all");
  const bool integers = usesIntegers(options) || any(module, isIntegerLayer);
  if (integers && options.calibration.images.empty() && !any(module, hasRange))
    return refuse("precision",
                  "integers need the ranges of activations: give images with "
                  "--calibrate=X.npy, and report on other images");
  if (!integers && !options.maxLoss && !options.calibration.images.empty())
    return refuse("calibrate", "only integers and --max-loss need calibration; "
                               "give --precision=i8 or i16, or --max-loss");
  if (flags.isGiven("target") &&
      module->hasAttr(crania::ir::CraniaDialect::getTargetAttrName()))
    return refuse("target", decided);
  return true;
}

OwningOpRef<ModuleOp> readModule(MLIRContext &context) {
  auto buffer = llvm::MemoryBuffer::getFile(input, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/true);
  if (!buffer) {
    error() << input << ": " << buffer.getError().message() << "\n";
    return {};
  }
  return crania::readNetwork(std::move(*buffer), context);
}

void printProgress(llvm::StringRef name, size_t number, size_t count) {
  llvm::errs() << "[" << number << "/" << count << "] " << name << "\n";
}

void printDecision(llvm::StringRef decision) {
  llvm::errs() << decision << "\n";
}

/// Prints errors and warnings, one line each, without the IR that they concern.
LogicalResult printDiagnostic(Diagnostic &diagnostic) {
  llvm::raw_ostream &os = llvm::errs();
  DiagnosticSeverity severity = diagnostic.getSeverity();
  if (severity == DiagnosticSeverity::Remark)
    return success();
  severity == DiagnosticSeverity::Error ? llvm::WithColor::error(os)
                                        : llvm::WithColor::warning(os);
  os << crania::describeDiagnostic(diagnostic) << "\n";
  for (Diagnostic &note : diagnostic.getNotes()) {
    llvm::WithColor::note(os) << crania::describeDiagnostic(note) << "\n";
  }
  return success();
}

bool report(const crania::Status &status) {
  if (!status)
    error() << status.error().message << "\n";
  return bool(status);
}

/// Accepts the file of -o before anything is read.
bool openOutput(crania::OutputFiles &files,
                const crania::CompileOptions &options) {
  files.addInput("", input);
  files.addInput("--calibrate", options.calibration.images);
  files.addInput("--labels", options.calibration.labels);
  for (const std::string &file : crania::target::filesOfTarget(options.target))
    files.addInput("--target", file);
  return report(files.open("-o", output));
}

bool writeOutput(llvm::ArrayRef<uint8_t> bytes, crania::OutputFiles &files) {
  return report(files.write(output, {bytes.data(), bytes.size()})) &&
         report(files.commit());
}

/// Reads the network, compiles it and writes the output. Reports the end of
/// each step to the report of the options, if there is one.
bool compile(MLIRContext &context, crania::OutputFiles &files,
             const crania::OptionFlags &flags,
             const crania::CompileOptions &options) {
  auto endStep = [&](llvm::StringRef name) {
    if (options.steps)
      options.steps->endStep(name);
  };
  OwningOpRef<ModuleOp> module = readModule(context);
  if (!module || !checkAgainst(*module, flags, options))
    return false;
  endStep("read");
  FailureOr<std::vector<uint8_t>> bytes =
      crania::compileToDeviceBinary(std::move(module), options);
  if (failed(bytes))
    return false;
  endStep("translate");
  if (!writeOutput(*bytes, files))
    return false;
  endStep("write");
  return true;
}

} // namespace

int main(int argc, char **argv) {
  // A signal ends the process, SIGPIPE too.
  llvm::InitLLVM init(argc, argv, /*InstallPipeSignalExitHandler=*/false);
  crania::prepareTool();
  crania::setToolVersion("crania-compile");
  const crania::OptionFlags flags(category);
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(argc, argv, overview);
  DialectRegistry registry;
  crania::registerNetworkDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  // Programs and weights are too large to be printed with an error.
  context.printOpOnDiagnostic(false);
  context.getDiagEngine().registerHandler(printDiagnostic);

  context.loadDialect<crania::ir::CraniaDialect>();
  crania::Result<crania::CompileOptions> options = flags.options();
  if (!options) {
    error() << options.error().message << "\n";
    return 1;
  }
  // Values that are invalid for every network are refused before it is read.
  crania::OutputFiles files;
  if (failed(crania::checkOptions(*options, &context, "--")) ||
      !openOutput(files, *options))
    return 1;
  if (llvm::errs().is_displayed())
    options->progress = printProgress;
  options->onDecision = printDecision;
  std::optional<crania::StepReport> steps;
  if (timing)
    options->steps = &steps.emplace(llvm::errs());
  if (!compile(context, files, flags, *options))
    return 1;
  if (steps)
    steps->end();
  return 0;
}
