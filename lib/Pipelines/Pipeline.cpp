// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Pipelines/Pipeline.h"
#include "crania/Calibration/Passes.h"
#include "crania/Conversion/CraniaToCraniaHW/CraniaToCraniaHW.h"
#include "crania/Dialect/Crania/Transforms/Passes.h"
#include "crania/Dialect/CraniaHW/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;
using namespace crania;

static CalibrateOptions calibrateOptions(const PipelineOptions &options) {
  CalibrateOptions calibrate;
  calibrate.images = options.calibrate;
  calibrate.layout = options.inputLayout;
  calibrate.channels = options.inputChannels;
  calibrate.scale = options.inputScale;
  llvm::append_range(calibrate.mean, options.inputMean);
  llvm::append_range(calibrate.deviation, options.inputDeviation);
  calibrate.limit = options.calibrateLimit;
  calibrate.rule = options.calibrateRule;
  calibrate.precision = options.precision == "i16" ? "i16" : "i8";
  return calibrate;
}

void crania::buildArithmeticPipeline(OpPassManager &manager,
                                     const PipelineOptions &options) {
  manager.addPass(
      createCheckClassifiers({options.function, options.networkLayout}));
  manager.addPass(createFoldConstantLayouts());
  if (!options.calibrate.empty())
    manager.addPass(createCalibrate(calibrateOptions(options)));
  manager.addPass(createQuantizeClassifiers(
      {options.precision, options.firstLayer, options.lastLayer}));
  if (options.shareWeights != 0)
    manager.addPass(createShareWeights({options.shareWeights}));
}

/// Adds passes that cluster layers on images where this is possible, and leave
/// other layers whole.
static void addCalibratedClusters(OpPassManager &manager,
                                  const PipelineOptions &options) {
  ClusterCalibratedOptions cluster;
  cluster.images = options.calibrate;
  cluster.layout = options.inputLayout;
  cluster.channels = options.inputChannels;
  cluster.scale = options.inputScale;
  llvm::append_range(cluster.mean, options.inputMean);
  llvm::append_range(cluster.deviation, options.inputDeviation);
  cluster.limit = options.clusterLimit;
  // The pass refuses other schemes.
  cluster.scheme = options.scheme == "importance-corrected"
                       ? "importance"
                       : options.scheme.getValue();
  llvm::append_range(cluster.steps, options.steps);
  cluster.balance = options.balance;
  cluster.correct = options.correct;
  cluster.compensate = options.compensate;
  cluster.retarget = options.retarget;
  cluster.rate = options.rate;
  cluster.fractions = options.clusters;
  cluster.metric = options.metric;
  cluster.scope = options.scope;
  llvm::append_range(cluster.whole, options.whole);
  manager.addPass(createClusterCalibrated(cluster));
  manager.addPass(createClusterWeights({"1"}));
}

void crania::buildCraniaPipeline(OpPassManager &manager,
                                 const PipelineOptions &options) {
  buildArithmeticPipeline(manager, options);
  buildCompilationPipeline(manager, options);
}

void crania::buildCompilationPipeline(OpPassManager &manager,
                                      const PipelineOptions &options) {
  manager.addPass(createAttachTarget({options.target}));
  if (options.scheme == "importance")
    manager.addPass(createClusterWeights({options.clusters, options.scope}));
  else
    addCalibratedClusters(manager, options);
  manager.addNestedPass<func::FuncOp>(createFormRounds({options.exit}));

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

/// Builds `crania-pipeline` from the text of its options. MLIR's own function
/// for this prints the reasons of a failure instead of handing them over.
static LogicalResult
parseCraniaPipeline(OpPassManager &manager, StringRef text,
                    function_ref<LogicalResult(const Twine &)> refuse) {
  PipelineOptions options;
  std::string reason;
  llvm::raw_string_ostream os(reason);
  if (failed(options.parseFromString(text, os)))
    return refuse(StringRef(reason).rtrim());
  buildCraniaPipeline(manager, options);
  return success();
}

void crania::registerCraniaPipeline() {
  registerPassPipeline(
      "crania-pipeline",
      "Compile classifiers in linalg to programs of the machine",
      parseCraniaPipeline,
      [](function_ref<void(const detail::PassOptions &)> show) {
        show(PipelineOptions());
      });
}
