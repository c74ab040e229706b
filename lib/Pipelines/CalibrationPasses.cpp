// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The passes that run classifiers on images, with the simulated machine.

#include "crania/Calibration/Calibration.h"
#include "crania/Calibration/Passes.h"
#include "crania/Dialect/Crania/IR/CraniaDialect.h"
#include "crania/Dialect/CraniaHW/IR/CraniaHWDialect.h"
#include "crania/Pipelines/SimulatedEvaluator.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace crania {
#define GEN_PASS_DEF_CALIBRATE
#define GEN_PASS_DEF_CLUSTERCALIBRATED
#include "crania/Calibration/Passes.h.inc"
} // namespace crania

using namespace mlir;
using namespace crania;

namespace {

/// Sets the options that both passes have.
template <typename Options, typename Pass>
void setImages(Options &options, const Pass &pass) {
  options.images = pass.images;
  options.layout = pass.layout;
  options.channels = pass.channels;
  options.scale = pass.scale;
  llvm::append_range(options.mean, pass.mean);
  llvm::append_range(options.deviation, pass.deviation);
  options.limit = pass.limit;
}

struct Calibrate : public crania::impl::CalibrateBase<Calibrate> {
  using CalibrateBase::CalibrateBase;

  void runOnOperation() override {
    CalibrateOptions options;
    setImages(options, *this);
    options.rule = rule;
    options.precision = precision;
    SimulatedEvaluator evaluator([&](OpPassManager &pipeline, Operation *op) {
      return runPipeline(pipeline, op);
    });
    if (failed(calibrateClassifiers(getOperation(), options, evaluator)))
      signalPassFailure();
  }

  template <typename Options, typename Pass>
  friend void setImages(Options &options, const Pass &pass);
};

struct ClusterCalibrated
    : public crania::impl::ClusterCalibratedBase<ClusterCalibrated> {
  using ClusterCalibratedBase::ClusterCalibratedBase;

  void runOnOperation() override {
    ClusterCalibratedOptions options;
    setImages(options, *this);
    options.scheme = scheme;
    llvm::append_range(options.steps, steps);
    options.balance = balance;
    options.fractions = fractions;
    options.scope = scope;
    options.metric = metric;
    options.correct = correct;
    options.compensate = compensate;
    options.retarget = retarget;
    options.rate = rate;
    llvm::append_range(options.whole, whole);
    options.minWeights = minWeights;
    SimulatedEvaluator evaluator([&](OpPassManager &pipeline, Operation *op) {
      return runPipeline(pipeline, op);
    });
    if (failed(clusterClassifiers(getOperation(), options, evaluator)))
      signalPassFailure();
  }

  template <typename Options, typename Pass>
  friend void setImages(Options &options, const Pass &pass);
};

} // namespace
