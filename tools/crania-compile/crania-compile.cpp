// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Compiles a trained network to a device binary, for users who do not want to
// know passes.

#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "crania/Dialect/CraniaHW/IR/CraniaHWOps.h"
#include "crania/Driver/Driver.h"
#include "crania/Driver/ToolVersion.h"
#include "crania/Pipelines/CheckOptions.h"
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

/// A parser that rejects an empty number, which LLVM's parser takes for 0.
class NumberParser : public cl::parser<double> {
public:
  using cl::parser<double>::parser;
  bool parse(cl::Option &option, llvm::StringRef name, llvm::StringRef text,
             double &value) {
    if (text.trim().empty())
      return option.error("a number is missing");
    return cl::parser<double>::parse(option, name, text, value);
  }
};

cl::opt<std::string> input(cl::Positional, cl::Required,
                           cl::desc("<model.onnx | model.mlir>"),
                           cl::cat(category));
cl::opt<std::string> output(
    "o", cl::Required, cl::value_desc("file"),
    cl::desc("The device binary to write; - writes to the standard output"),
    cl::cat(category));
cl::opt<std::string> function(
    "function", cl::value_desc("name"),
    cl::desc("The classifier of an MLIR module (default: the one marked "
             "crania.classifier, or the only public function)"),
    cl::cat(category));
cl::opt<std::string>
    target("target", cl::init("edge"), cl::value_desc("preset|file"),
           cl::desc("The machine: edge (default), another preset, or the "
                    "path of a target file (docs/Targets.md)"),
           cl::cat(category));
cl::opt<uint64_t> shareWeights(
    "share-weights", cl::init(0), cl::value_desc("N"),
    cl::desc(
        "Give each layer a codebook of at most N words, 1 to 256, by k-means "
        "of its weights. This changes the network, so check its accuracy"),
    cl::cat(category));
cl::opt<std::string> scheme(
    "scheme", cl::init("importance"),
    cl::desc(
        "Scheme of clustering the weights (docs/Clustering.md). importance "
        "(default): the largest weights first; importance-corrected: also "
        "corrects the outputs of each round; residual: all weights first "
        "coarsely, then refined. The latter two need --precision=i8"),
    cl::cat(category));
cl::list<double, bool, NumberParser> steps(
    "steps", cl::CommaSeparated, cl::value_desc("s1,s2,..."),
    cl::desc("residual: distance of the codes of each round but the last, in "
             "root mean squares of an output's weights, coarse to fine "
             "(default 1, for two rounds: about 2 bits per weight)"),
    cl::cat(category));
cl::opt<std::string>
    metric("metric", cl::init("magnitude"),
           cl::value_desc("magnitude|activation"),
           cl::desc("importance-corrected: measure of importance, which is the "
                    "magnitude of a weight (default), or the magnitude times "
                    "the mean input of the weight"),
           cl::cat(category));
cl::opt<std::string>
    scope("scope", cl::init("layer"), cl::value_desc("layer|global"),
          cl::desc("importance and importance-corrected: rank the weights "
                   "within each layer (default) or over all layers"),
          cl::cat(category));
cl::list<std::string> whole(
    "whole", cl::CommaSeparated, cl::value_desc("first,last"),
    cl::desc("Layers that importance-corrected and residual leave whole in the "
             "first cluster"),
    cl::cat(category));
cl::opt<uint64_t> clusterLimit(
    "cluster-limit", cl::init(128), cl::value_desc("N"),
    cl::desc("Cluster on the first N images of --calibrate (default 128; 0: "
             "all)"),
    cl::cat(category));
cl::opt<std::string> clusters(
    "clusters", cl::init("0.1,0.2,0.3,0.4"), cl::value_desc("f1,f2,..."),
    cl::desc(
        "Fraction of the weights in each cluster, adding up to 1, or "
        "equal:K, or kmeans:K for those of optimal k-means of the magnitudes "
        "(default: .1,.2,.3,.4); 1 is the network as it is, in one round"),
    cl::cat(category));
cl::opt<std::string> exitRule(
    "exit", cl::init("softmax:0.9"), cl::value_desc("rule:threshold,..."),
    cl::desc("Exit rule, which stops an inference after a confident round: "
             "softmax:0.9 (the largest probability is at least 0.9, default), "
             "margin:0.5 (the two largest probabilities are at least 0.5 "
             "apart) or entropy:0.3 (at most 0.3 nats). Give one threshold, or "
             "one per round but the last"),
    cl::cat(category));
cl::list<double, bool, NumberParser> exitHistogram(
    "exit-histogram", cl::CommaSeparated, cl::value_desc("f1,f2,..."),
    cl::desc(
        "Fraction of inputs that stop after each round, e.g. from the report "
        "of an earlier run (default: all rounds are equally likely). The "
        "weight store does not keep clusters of rounds that no input reaches. "
        "Other fractions hardly ever change its contents"),
    cl::cat(category));
cl::opt<std::string> precision(
    "precision", cl::init("f32"), cl::value_desc("f32|i16|i8"),
    cl::desc(
        "Arithmetic of the machine (docs/Arithmetic.md): f32 (default), or "
        "integers of 16 or 8 bits, which need --calibrate"),
    cl::cat(category));
cl::opt<std::string> firstLayer(
    "first-layer", cl::value_desc("f32|i16|i8"),
    cl::desc("Arithmetic of the first layer, if it differs from --precision"),
    cl::cat(category));
cl::opt<std::string> lastLayer(
    "last-layer", cl::value_desc("f32|i16|i8"),
    cl::desc("Arithmetic of the last layer, if it differs from --precision"),
    cl::cat(category));
cl::opt<std::string> calibrate(
    "calibrate", cl::value_desc("X.npy"),
    cl::desc("Images to measure the ranges of activations on, in the form of "
             "crania-run --images; report accuracies on other images"),
    cl::cat(category));
cl::opt<uint64_t>
    calibrateLimit("calibrate-limit", cl::init(0), cl::value_desc("N"),
                   cl::desc("Use only the first N of these images"),
                   cl::cat(category));
cl::opt<std::string> calibrateRule(
    "calibrate-rule", cl::init("mse"), cl::value_desc("mse|max|percentile:P"),
    cl::desc(
        "Rule that derives a range from values: mse (the least squared error, "
        "default), max (all values) or percentile:P (P % of the magnitudes)"),
    cl::cat(category));
cl::opt<std::string>
    networkLayout("network-layout", cl::init("auto"),
                  cl::value_desc("nhwc|nchw"),
                  cl::desc("Order of the axes of the network's input, if none "
                           "of its readers determines the order; options such "
                           "as crania-run --input-channels need it"),
                  cl::cat(category));
cl::opt<std::string>
    inputLayout("input-layout", cl::init("auto"), cl::value_desc("nhwc|nchw"),
                cl::desc("Order of the axes of the images, as for crania-run"),
                cl::cat(category));
cl::opt<std::string> inputChannels(
    "input-channels", cl::init("rgb"), cl::value_desc("rgb|bgr"),
    cl::desc("bgr: the channels of the images are in reverse order"),
    cl::cat(category));
cl::opt<double, false, NumberParser>
    inputScale("input-scale", cl::init(1), cl::value_desc("S"),
               cl::desc("Factor on the pixels (default 1)"), cl::cat(category));
cl::list<double, bool, NumberParser> inputMean(
    "input-mean", cl::CommaSeparated, cl::value_desc("a,b,c"),
    cl::desc("Mean to subtract after scaling: one value, or one per channel"),
    cl::cat(category));
cl::list<double, bool, NumberParser> inputDeviation(
    "input-std", cl::CommaSeparated, cl::value_desc("a,b,c"),
    cl::desc("Divisor applied last: one value, or one per channel"),
    cl::cat(category));
cl::opt<bool>
    baselines("baselines",
              cl::desc("Compile the baseline rows, too (one-shot, "
                       "one-shot-compressed, iterative, iterative-cache, "
                       "iterative-compression), all into one file"),
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
Then run the binary on images with crania-run (crania-run --help).
)";

llvm::raw_ostream &error() { return llvm::WithColor::error(llvm::errs()); }

bool refuse(const cl::Option &option, const llvm::Twine &reason) {
  error() << "--" << option.ArgStr << ": " << reason << "\n";
  return false;
}

bool isInteger(const std::string &name) {
  return name == "i16" || name == "i8";
}

bool usesIntegers() {
  return isInteger(precision) || isInteger(firstLayer) || isInteger(lastLayer);
}

std::vector<double> stepsOrDefault() {
  if (steps.empty())
    return {1.0};
  return {steps.begin(), steps.end()};
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
bool checkAgainst(ModuleOp module) {
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
  if (clustered && clusters.getNumOccurrences())
    return refuse(clusters, decided);
  if (iterates && exitRule.getNumOccurrences())
    return refuse(exitRule, decided);
  if (clustered && usesIntegers())
    return refuse(precision, "the weights are clustered already, and were "
                             "quantized before that or not at all");
  const bool integers = usesIntegers() || any(module, isIntegerLayer);
  if (integers && calibrate.empty() && !any(module, hasRange))
    return refuse(precision,
                  "integers need the ranges of activations: give images with "
                  "--calibrate=X.npy, and report on other images");
  if (!integers && !calibrate.empty())
    return refuse(calibrate, "only integers need calibration; give "
                             "--precision=i8 or i16 too");
  if (target.getNumOccurrences() &&
      module->hasAttr(crania::ir::CraniaDialect::getTargetAttrName()))
    return refuse(target, decided);
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

crania::CompileOptions compileOptions() {
  crania::CompileOptions options;
  options.function = function;
  options.target = target;
  options.clusters = clusters;
  options.exit = exitRule;
  options.exitHistogram.assign(exitHistogram.begin(), exitHistogram.end());
  options.baselines = baselines;
  options.clustering = {scheme,
                        stepsOrDefault(),
                        metric,
                        scope,
                        {whole.begin(), whole.end()},
                        clusterLimit};
  options.precision = precision;
  options.firstLayer = firstLayer;
  if (shareWeights.getNumOccurrences())
    options.sharedWords = shareWeights;
  options.lastLayer = lastLayer;
  options.networkLayout = networkLayout;
  options.calibration = {calibrate,
                         inputLayout,
                         inputChannels,
                         inputScale,
                         {inputMean.begin(), inputMean.end()},
                         {inputDeviation.begin(), inputDeviation.end()},
                         std::nullopt,
                         calibrateRule};
  if (calibrateLimit.getNumOccurrences())
    options.calibration.limit = calibrateLimit;
  if (llvm::errs().is_displayed())
    options.progress = [](llvm::StringRef name, size_t number, size_t count) {
      llvm::errs() << "[" << number << "/" << count << "] " << name << "\n";
    };
  return options;
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
bool openOutput(crania::OutputFiles &files) {
  files.addInput("", input);
  files.addInput("--calibrate", calibrate);
  for (const std::string &file : crania::target::filesOfTarget(target))
    files.addInput("--target", file);
  return report(files.open("-o", output));
}

bool writeOutput(llvm::ArrayRef<uint8_t> bytes, crania::OutputFiles &files) {
  return report(files.write(output, {bytes.data(), bytes.size()})) &&
         report(files.commit());
}

/// Refuses values that are invalid for every network, before the network is
/// read.
bool checkOptions(MLIRContext &context) {
  return succeeded(crania::checkOptions(compileOptions(), &context, "--"));
}

/// Reads the network, compiles it and writes the output. Reports the end of
/// each step to `steps`, if there is one.
bool compile(MLIRContext &context, crania::OutputFiles &files,
             crania::StepReport *steps) {
  auto endStep = [&](llvm::StringRef name) {
    if (steps)
      steps->endStep(name);
  };
  OwningOpRef<ModuleOp> module = readModule(context);
  if (!module || !checkAgainst(*module))
    return false;
  endStep("read");
  crania::CompileOptions options = compileOptions();
  options.steps = steps;
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
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(argc, argv, overview);
  DialectRegistry registry;
  crania::registerNetworkDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  // Programs and weights are too large to be printed with an error.
  context.printOpOnDiagnostic(false);
  context.getDiagEngine().registerHandler(printDiagnostic);

  context.loadDialect<crania::ir::CraniaDialect>();
  crania::OutputFiles files;
  if (!checkOptions(context) || !openOutput(files))
    return 1;
  std::optional<crania::StepReport> steps;
  if (timing)
    steps.emplace(llvm::errs());
  if (!compile(context, files, steps ? &*steps : nullptr))
    return 1;
  if (steps)
    steps->end();
  return 0;
}
