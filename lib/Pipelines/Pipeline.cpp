// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Pipelines/Pipeline.h"
#include "crania/Calibration/Passes.h"
#include "crania/Conversion/CraniaToCraniaHW/CraniaToCraniaHW.h"
#include "crania/Dialect/Crania/Transforms/Passes.h"
#include "crania/Dialect/CraniaHW/Transforms/Passes.h"
#include "crania/Pipelines/OptionFlags.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassOptions.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace crania;
using target::Precision;

/// Sets the options of a pass that runs classifiers on images.
template <typename PassOptions>
static void setImages(PassOptions &pass,
                      const CompileOptions::Calibration &calibration) {
  pass.images = calibration.images;
  pass.layout = nameOfValue(calibration.layout);
  pass.channels = nameOfValue(calibration.channels);
  pass.scale = calibration.scale;
  llvm::append_range(pass.mean, calibration.mean);
  llvm::append_range(pass.deviation, calibration.deviation);
}

static CalibrateOptions calibrateOptions(const CompileOptions &options) {
  CalibrateOptions calibrate;
  setImages(calibrate, options.calibration);
  calibrate.limit = options.calibration.limit.value_or(0);
  calibrate.rule = options.calibration.rule.text();
  calibrate.precision = nameOfValue(
      options.precision == Precision::i16 ? Precision::i16 : Precision::i8);
  return calibrate;
}

static std::string nameOrNone(std::optional<Precision> precision) {
  return precision ? nameOfValue(*precision) : "";
}

void crania::buildArithmeticPipeline(OpPassManager &manager,
                                     const CompileOptions &options) {
  manager.addPass(createCheckClassifiers(
      {options.function, nameOfValue(options.networkLayout)}));
  manager.addPass(createFoldConstantLayouts());
  if (!options.calibration.images.empty())
    manager.addPass(createCalibrate(calibrateOptions(options)));
  manager.addPass(createQuantizeClassifiers({nameOfValue(options.precision),
                                             nameOrNone(options.firstLayer),
                                             nameOrNone(options.lastLayer)}));
  if (const uint64_t words = options.sharedWords.value_or(0); words != 0)
    manager.addPass(createShareWeights({unsigned(words)}));
}

/// Adds passes that cluster layers on images where this is possible, and leave
/// other layers whole.
static void addCalibratedClusters(OpPassManager &manager,
                                  const CompileOptions &options) {
  const CompileOptions::Clustering &given = options.clustering;
  ClusterCalibratedOptions cluster;
  setImages(cluster, options.calibration);
  cluster.limit = given.limit;
  cluster.scheme = nameOfValue(given.scheme == Scheme::importanceCorrected
                                   ? Scheme::importance
                                   : given.scheme);
  llvm::append_range(cluster.steps, given.steps);
  cluster.balance = given.balance;
  cluster.correct = given.correct;
  cluster.compensate = given.compensate;
  cluster.retarget = given.retarget;
  cluster.rate = given.rate;
  cluster.fractions = options.clusters;
  cluster.metric = nameOfValue(given.metric);
  cluster.scope = nameOfValue(given.scope);
  for (EndLayer layer : given.whole)
    cluster.whole.push_back(nameOfValue(layer));
  manager.addPass(createClusterCalibrated(cluster));
  manager.addPass(createClusterWeights({"1"}));
}

void crania::buildCraniaPipeline(OpPassManager &manager,
                                 const CompileOptions &options) {
  buildArithmeticPipeline(manager, options);
  buildCompilationPipeline(manager, options);
}

void crania::buildCompilationPipeline(OpPassManager &manager,
                                      const CompileOptions &options) {
  manager.addPass(createAttachTarget({options.target}));
  if (options.clustering.scheme == Scheme::importance)
    manager.addPass(createClusterWeights(
        {options.clusters, nameOfValue(options.clustering.scope)}));
  else
    addCalibratedClusters(manager, options);
  manager.addNestedPass<func::FuncOp>(createFormRounds({exitOf(options)}));

  AssignEncodingsOptions encodings;
  llvm::append_range(encodings.encodings, options.encodings);
  manager.addPass(createAssignEncodings(encodings));

  ScheduleFetchesOptions schedule;
  schedule.retain = options.retain;
  llvm::append_range(schedule.exitHistogram, options.exitHistogram);
  manager.addPass(createScheduleFetches(schedule));

  manager.addNestedPass<func::FuncOp>(createPlaceSegments());
  manager.addPass(createConvertCraniaToHW());
  manager.addNestedPass<hw::ProgramOp>(createVerifyHWProgram());
}

namespace {

/// The options of `crania-pipeline` for MLIR, with their values as texts.
class TextOptions : public PassPipelineOptions<TextOptions> {
public:
  TextOptions() {
    for (const crania::CompileOption &option : crania::pipelineOptions())
      texts.push_back(std::make_unique<Text>(*this, option));
  }

  /// Returns the options by their texts.
  Result<CompileOptions> values() {
    CompileOptions options;
    for (std::unique_ptr<Text> &text : texts)
      if (Status status = text->set(options); !status)
        return status.error();
    return options;
  }

private:
  struct Text {
    Text(TextOptions &parent, const crania::CompileOption &option)
        : option(option), help(crania::helpOf(option, "")),
          valueText(crania::valuesOf(option)) {
      const llvm::cl::desc description(help);
      const llvm::cl::value_desc values(valueText);
      if (option.form == crania::CompileOption::Form::list)
        list.emplace(parent, option.name, description, values);
      else
        single.emplace(parent, option.name, description, values,
                       option.form == crania::CompileOption::Form::flag
                           ? llvm::cl::ValueOptional
                           : llvm::cl::ValueRequired);
    }

    Status set(CompileOptions &options) {
      if (single && single->hasValue())
        return setCompileOption(options, option, single->getValue());
      if (list && list->hasValue())
        return setCompileOption(options, option, llvm::join(**list, ","));
      return {};
    }

    const crania::CompileOption &option;
    std::string help, valueText;
    std::optional<Option<std::string, TextParser>> single;
    std::optional<ListOption<std::string, TextParser>> list;
  };
  std::vector<std::unique_ptr<Text>> texts;
};

} // namespace

Result<CompileOptions> crania::parsePipelineOptions(StringRef text) {
  TextOptions texts;
  std::string reason;
  llvm::raw_string_ostream os(reason);
  if (failed(texts.parseFromString(text, os)))
    return Error{StringRef(reason).rtrim().str()};
  return texts.values();
}

/// Builds `crania-pipeline` from the text of its options. MLIR's own function
/// for this prints the reasons of a failure instead of handing them over.
static LogicalResult
parseCraniaPipeline(OpPassManager &manager, StringRef text,
                    function_ref<LogicalResult(const Twine &)> refuse) {
  Result<CompileOptions> options = parsePipelineOptions(text);
  if (!options)
    return refuse(options.error().message);
  buildCraniaPipeline(manager, *options);
  return success();
}

void crania::registerCraniaPipeline() {
  registerPassPipeline(
      "crania-pipeline",
      "Compile classifiers in linalg to programs of the machine",
      parseCraniaPipeline,
      [](function_ref<void(const mlir::detail::PassOptions &)> show) {
        show(TextOptions());
      });
}
