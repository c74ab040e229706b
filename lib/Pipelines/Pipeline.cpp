// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Pipelines/Pipeline.h"
#include "crania/Calibration/Passes.h"
#include "crania/Conversion/CraniaToCraniaHW/CraniaToCraniaHW.h"
#include "crania/Dialect/Crania/Transforms/Passes.h"
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
  manager.addPass(createCheckClassifiers({options.function}));
  if (!options.calibrate.empty())
    manager.addPass(createCalibrate(calibrateOptions(options)));
  manager.addPass(createQuantizeClassifiers(
      {options.precision, options.firstLayer, options.lastLayer}));
}

void crania::buildCraniaPipeline(OpPassManager &manager,
                                 const PipelineOptions &options) {
  buildArithmeticPipeline(manager, options);
  manager.addPass(createAttachTarget({options.target}));
  manager.addPass(createClusterWeights({options.clusters}));
  manager.addPass(createFormRounds({options.exit}));

  AssignLayoutsOptions layouts;
  llvm::append_range(layouts.layouts, options.layouts);
  manager.addPass(createAssignLayouts(layouts));

  ScheduleFetchesOptions schedule;
  schedule.retain = options.retain;
  llvm::append_range(schedule.exitHistogram, options.exitHistogram);
  manager.addPass(createScheduleFetches(schedule));

  manager.addPass(createPlaceSegments());
  manager.addPass(createConvertCraniaToHW());
}

void crania::registerCraniaPipeline() {
  PassPipelineRegistration<PipelineOptions>(
      "crania-pipeline",
      "Compile classifiers in linalg to programs of the machine",
      buildCraniaPipeline);
}
