// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_PIPELINES_SIMULATEDEVALUATOR_H
#define CRANIA_PIPELINES_SIMULATEDEVALUATOR_H

#include "crania/Calibration/NetworkEvaluator.h"
#include "mlir/Pass/PassManager.h"

#include <functional>

namespace crania {

/// Compiles classifiers for a machine whose global buffer holds everything, so
/// that every op is one command, and runs them on the simulated machine. Values
/// are those that the machine computes.
class SimulatedEvaluator final : public NetworkEvaluator {
public:
  /// A function that runs a pipeline on an op below the one that a pass works
  /// on, such as `Pass::runPipeline`.
  using PipelineRunner = std::function<mlir::LogicalResult(
      mlir::OpPassManager &, mlir::Operation *)>;

  explicit SimulatedEvaluator(PipelineRunner runPipeline)
      : runPipeline(std::move(runPipeline)) {}

  mlir::FailureOr<std::unique_ptr<NetworkObserver>>
  observe(mlir::func::FuncOp function) override;
  mlir::FailureOr<std::unique_ptr<LockstepNetwork>>
  runInLockstep(mlir::func::FuncOp function, const runtime::ImageSet &images,
                size_t count, unsigned variants) override;

private:
  PipelineRunner runPipeline;
};

} // namespace crania

#endif // CRANIA_PIPELINES_SIMULATEDEVALUATOR_H
