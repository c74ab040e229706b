// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Pipelines/Pipeline.h"
#include "crania/Conversion/CraniaToCraniaHW/CraniaToCraniaHW.h"
#include "crania/Dialect/Crania/Transforms/Passes.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;
using namespace crania;

void crania::buildCraniaPipeline(OpPassManager &manager,
                                 const PipelineOptions &options) {
  manager.addPass(createCheckClassifiers({options.function}));
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
