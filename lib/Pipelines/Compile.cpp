// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Pipelines/Compile.h"
#include "ExitCalibration.h"
#include "crania/Analysis/Softmax.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "crania/Dialect/CraniaHW/IR/CraniaHWOps.h"
#include "crania/Pipelines/CheckOptions.h"
#include "crania/Pipelines/Pipeline.h"
#include "crania/Pipelines/StepReport.h"
#include "crania/Support/Decimal.h"
#include "crania/Translation/DeviceBinary/DeviceBinaryTranslation.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace crania;

std::vector<ProgramConfiguration>
crania::programConfigurations(const CompileOptions &options) {
  const std::vector<std::string> raw = {"raw"}, rawOrBitmap = {"raw", "bitmap"},
                                 all = {};
  const std::string &given = options.clusters, exit = exitOf(options);
  const std::string whole = "1", oneExit = exit.substr(0, exit.find(','));
  const Scheme scheme = options.clustering.scheme;
  if (!options.baselines)
    return {{"crania", given, exit, options.encodings, options.retain, scheme}};
  return {
      {"one-shot", whole, oneExit, raw, false},
      {"one-shot-compressed", whole, oneExit, all, true},
      {"iterative", given, exit, rawOrBitmap, false},
      {"iterative-cache", given, exit, rawOrBitmap, true},
      {"iterative-compression", given, exit, all, false},
      {"crania", given, exit, options.encodings, options.retain, scheme},
  };
}

std::vector<ProgramConfiguration>
crania::coarseConfigurations(const CompileOptions &options) {
  // With this threshold every inference stops after the first round.
  const std::string rule = options.exit.empty() ? "softmax" : options.exit;
  const std::string exit = rule + (rule == "entropy" ? ":1e9" : ":0");
  const Scheme scheme = options.clustering.scheme;
  ProgramConfiguration row = {
      "one-shot-coarse", options.clusters, exit, options.encodings,
      options.retain,    scheme,           {},   {1, 0}};
  std::vector<ProgramConfiguration> rows;
  if (scheme == Scheme::residual) {
    for (double step : {2.5, 2.0, 1.6, 1.25, 1.0, 0.8}) {
      row.steps = {step};
      rows.push_back(row);
    }
    return rows;
  }
  for (const char *fractions :
       {"0.1,0.9", "0.2,0.8", "0.3,0.7", "0.45,0.55", "0.6,0.4", "0.8,0.2"}) {
    row.clusters = fractions;
    rows.push_back(row);
  }
  return rows;
}

namespace {

/// Returns the options with which a row is compiled.
CompileOptions optionsOf(const ProgramConfiguration &row,
                         const CompileOptions &options) {
  CompileOptions ofRow = options;
  ofRow.clusters = row.clusters;
  ofRow.exit = row.exit;
  ofRow.maxLoss.reset(); // the row states its thresholds
  ofRow.encodings = row.encodings;
  ofRow.retain = row.retain;
  ofRow.clustering.scheme = row.scheme;
  if (!row.steps.empty())
    ofRow.clustering.steps = row.steps;
  // A calibration run counts the exits of the given clusters.
  if (row.clusters != options.clusters || !row.exitHistogram.empty())
    ofRow.exitHistogram = row.exitHistogram;
  return ofRow;
}

LogicalResult runPipeline(ModuleOp module, const ProgramConfiguration &row,
                          const CompileOptions &options) {
  PassManager manager(module.getContext());
  buildCompilationPipeline(manager, optionsOf(row, options));
  if (options.steps)
    options.steps->watch(manager);
  return manager.run(module);
}

/// Adds the ops that compute `value` to `ops`, but not the op of `end` nor
/// those that only it needs.
void collectProducers(Value value, Value end, DenseSet<Operation *> &ops) {
  SmallVector<Value> pending = {value};
  while (!pending.empty()) {
    Value next = pending.pop_back_val();
    Operation *op = next.getDefiningOp();
    if (next == end || !op || !ops.insert(op).second)
      continue;
    // A region may read values from outside.
    op->walk([&](Operation *inner) {
      llvm::append_range(pending, inner->getOperands());
    });
  }
}

/// Returns the ops of the function that only compute a softmax of what the
/// machine computes, in any spelling, which the function returns. Such a
/// softmax changes no prediction.
DenseSet<Operation *> findSoftmaxHead(func::FuncOp function) {
  DenseSet<Operation *> head, inputs;
  Operation *end = function.getBody().front().getTerminator();
  if (end->getNumOperands() != 1)
    return head;
  Value logits = findSoftmaxInput(end->getOperand(0));
  if (!logits || !logits.getDefiningOp<hw::ExecuteOp>())
    return head;
  collectProducers(end->getOperand(0), logits, head);
  // The head may share an op with the input of the machine.
  collectProducers(logits, {}, inputs);
  for (Operation *op : inputs)
    head.erase(op);
  return head;
}

/// Fails if the host has work to do. A device binary has no host code, so that
/// all work would be lost that the machine does not do. Reshapes and a softmax
/// of the machine's result are harmless.
LogicalResult refuseHostWork(func::FuncOp function) {
  const DenseSet<Operation *> head = findSoftmaxHead(function);
  WalkResult result = function.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (op == function)
      return WalkResult::advance();
    if (head.contains(op) ||
        isa<hw::ExecuteOp, func::ReturnOp, tensor::CollapseShapeOp,
            tensor::ExpandShapeOp, tensor::EmptyOp, arith::ConstantOp>(op))
      return WalkResult::skip();
    op->emitOpError()
        << "would run on the host, which a device binary does not "
        << "have; take crania-opt --crania-pipeline for a program "
        << "with host code";
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

runtime::Preprocessing
preprocessingOf(const CompileOptions::Calibration &given) {
  runtime::Preprocessing preprocessing;
  preprocessing.layout = given.layout;
  preprocessing.reverseChannels = given.channels == runtime::ChannelOrder::bgr;
  preprocessing.scale = given.scale;
  if (!given.mean.empty())
    preprocessing.mean = given.mean;
  if (!given.deviation.empty())
    preprocessing.deviation = given.deviation;
  return preprocessing;
}

/// Returns what chooses thresholds on the images of the options.
ExitCalibration exitCalibrationOf(const CompileOptions &options) {
  const CompileOptions::Calibration &given = options.calibration;
  ExitCalibration::Options calibration;
  calibration.images = given.images;
  calibration.labels = given.labels;
  calibration.limit = given.limit.value_or(0);
  calibration.maxLossPoints = *options.maxLoss;
  calibration.preprocessing = preprocessingOf(given);
  return ExitCalibration(std::move(calibration));
}

/// Returns an exit rule in the form of the option.
std::string textOf(ir::ExitAttr exit) {
  std::string text = ir::stringifyConfidence(exit.getConfidence()).str();
  char separator = ':';
  for (double threshold : exit.getThresholds().asArrayRef())
    text += std::exchange(separator, ',') + shortestDecimal(threshold);
  return text;
}

/// Returns what a loss is a loss of.
StringRef measureOf(const CompileOptions &options) {
  return options.calibration.labels.empty() ? "agreement" : "accuracy";
}

/// Chooses the thresholds of a program of more than one round, and tells the
/// user.
LogicalResult chooseExit(hw::ProgramOp program, const ProgramConfiguration &row,
                         const CompileOptions &options,
                         ExitCalibration &calibration) {
  if (program.getExit().getThresholds().empty())
    return success();
  // Encodings and the weight store do not change answers.
  FailureOr<ExitCalibration::Chosen> chosen = calibration.setThresholds(
      program, row.clusters + " " + nameOfValue(row.scheme));
  if (failed(chosen))
    return failure();
  if (!options.onDecision)
    return success();
  const solvers::ThresholdOutcome &outcome = chosen->choice.crossFitted;
  std::string decision;
  llvm::raw_string_ostream os(decision);
  os << row.name << ": --exit=" << textOf(program.getExit()) << " takes "
     << llvm::format("%.2f", outcome.meanRounds)
     << " rounds per image and loses "
     << llvm::format("%.2f +- %.2f", 100 * outcome.loss,
                     100 * outcome.lossInterval)
     << " points of " << measureOf(options) << " on " << chosen->images
     << " images (cross-fitted)";
  options.onDecision(decision);
  return success();
}

/// Compiles one row. Returns its program in the module.
FailureOr<hw::ProgramOp> compileRow(ModuleOp module,
                                    const ProgramConfiguration &row,
                                    const CompileOptions &options) {
  if (failed(runPipeline(module, row, options)))
    return failure();
  SmallVector<hw::ProgramOp> programs(module.getOps<hw::ProgramOp>());
  if (programs.size() != 1)
    return module.emitOpError() << "has " << programs.size()
                                << " classifiers; a device binary takes one";
  for (auto function : module.getOps<func::FuncOp>())
    if (!function.getOps<hw::ExecuteOp>().empty() &&
        failed(refuseHostWork(function)))
      return failure();
  hw::ProgramOp program = programs.front();
  program.setSymName(row.name);
  return program;
}

/// Compiles one row and moves its program to `bundle`. Chooses the thresholds
/// of the exit rule if there is a calibration.
LogicalResult addProgram(OwningOpRef<ModuleOp> module, ModuleOp bundle,
                         const ProgramConfiguration &row,
                         const CompileOptions &options,
                         ExitCalibration *calibration) {
  FailureOr<hw::ProgramOp> program = compileRow(*module, row, options);
  if (failed(program) ||
      (calibration && failed(chooseExit(*program, row, options, *calibration))))
    return failure();
  (*program)->remove();
  bundle.push_back(*program);
  return success();
}

/// Adds the row one-shot-coarse if a setting keeps the limit on the loss.
LogicalResult addCoarseProgram(ModuleOp module, ModuleOp bundle,
                               const CompileOptions &options,
                               ExitCalibration &calibration) {
  auto decide = [&](const Twine &decision) {
    if (options.onDecision)
      options.onDecision(("one-shot-coarse: " + decision).str());
  };
  for (const ProgramConfiguration &row : coarseConfigurations(options)) {
    const std::string setting =
        row.steps.empty() ? "--clusters=" + row.clusters
                          : "--steps=" + shortestDecimal(row.steps.front());
    OwningOpRef<ModuleOp> trial = module.clone();
    FailureOr<hw::ProgramOp> program = compileRow(*trial, row, options);
    if (failed(program))
      return failure();
    FailureOr<double> loss =
        calibration.lossOfFirstRound(*program, row.name + setting);
    if (failed(loss))
      return failure();
    if (100 * *loss > *options.maxLoss)
      continue;
    (*program)->remove();
    bundle.push_back(*program);
    decide("the first round of " + setting + " loses " +
           llvm::formatv("{0:f2}", 100 * *loss).str() + " points of " +
           measureOf(options));
    return success();
  }
  decide("no setting keeps the limit on the loss, so the row is left out");
  return success();
}

/// Frees the data of resources to which none of `modules` refers, which must be
/// all modules of the context.
void releaseUnusedBlobs(MLIRContext *context, ArrayRef<ModuleOp> modules) {
  llvm::StringSet<> used;
  for (ModuleOp module : modules)
    module.walk([&](Operation *op) {
      op->getAttrDictionary().walk([&](DenseResourceElementsAttr attribute) {
        used.insert(attribute.getRawHandle().getKey());
      });
    });
  DialectResourceBlobManager &manager =
      DenseResourceElementsHandle::getManagerInterface(context)
          .getBlobManager();
  SmallVector<StringRef> unused;
  manager.getBlobMap([&](const auto &entries) {
    for (StringRef name : entries.keys())
      if (!used.contains(name))
        unused.push_back(name);
  });
  for (StringRef name : unused)
    manager.update(name, AsmResourceBlob());
}

} // namespace

static bool hasIntegerLayers(ModuleOp module) {
  return module
      .walk([](Operation *op) {
        auto type = op->getAttrOfType<TypeAttr>(
            ir::CraniaDialect::getPrecisionAttrName());
        return type && isa<IntegerType>(type.getValue())
                   ? WalkResult::interrupt()
                   : WalkResult::advance();
      })
      .wasInterrupted();
}

/// Quantizes the classifier once for all rows, as they share the arithmetic.
static LogicalResult decideArithmetic(ModuleOp module,
                                      const CompileOptions &options) {
  CompileOptions needed = options;
  // The images may serve the thresholds alone.
  if (options.maxLoss && !usesIntegers(options) && !hasIntegerLayers(module))
    needed.calibration.images.clear();
  PassManager manager(module.getContext());
  buildArithmeticPipeline(manager, needed);
  if (options.steps)
    options.steps->watch(manager);
  return manager.run(module);
}

/// Fails if the module is clustered already, as all rows would then be the
/// same.
static LogicalResult refuseDecisions(ModuleOp module) {
  WalkResult result = module.walk([](Operation *op) -> WalkResult {
    if (!isa<ir::WeightsOp, ir::IterateOp>(op))
      return WalkResult::advance();
    return op->emitError() << "baseline rows need a network that is not "
                           << "clustered yet";
  });
  return failure(result.wasInterrupted());
}

FailureOr<std::vector<uint8_t>>
crania::compileToDeviceBinary(OwningOpRef<ModuleOp> module,
                              const CompileOptions &options) {
  MLIRContext *context = module->getContext();
  if (failed(checkOptions(options, context)) ||
      (options.baselines && failed(refuseDecisions(*module))))
    return failure();
  if (failed(decideArithmetic(*module, options)))
    return failure();
  releaseUnusedBlobs(context, *module);
  OwningOpRef<ModuleOp> bundle = ModuleOp::create(module->getLoc());
  std::optional<ExitCalibration> calibration;
  if (options.maxLoss)
    calibration.emplace(exitCalibrationOf(options));
  std::vector<ProgramConfiguration> rows = programConfigurations(options);
  auto addRow = [&](size_t i, OwningOpRef<ModuleOp> row) {
    if (options.progress)
      options.progress(rows[i].name, i + 1, rows.size());
    return addProgram(std::move(row), *bundle, rows[i], options,
                      calibration ? &*calibration : nullptr);
  };
  for (size_t i = 0; i + 1 < rows.size(); ++i) {
    if (failed(addRow(i, module->clone())))
      return failure();
    releaseUnusedBlobs(context, {*bundle, *module});
  }
  if (calibration && options.baselines &&
      failed(addCoarseProgram(*module, *bundle, options, *calibration)))
    return failure();
  if (failed(addRow(rows.size() - 1, std::move(module))))
    return failure();
  releaseUnusedBlobs(context, {*bundle});
  return translateToDeviceBinary(*bundle);
}
