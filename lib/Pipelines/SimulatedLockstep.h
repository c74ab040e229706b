// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_PIPELINES_SIMULATEDLOCKSTEP_H
#define CRANIA_LIB_PIPELINES_SIMULATEDLOCKSTEP_H

#include "ObservedProgram.h"
#include "crania/Calibration/NetworkEvaluator.h"

namespace crania {

/// Variants of a classifier that run on the simulated machine.
class SimulatedLockstep final : public LockstepNetwork {
public:
  /// Compiles a copy of the function and gives the first `count` images to each
  /// of `variants` variants.
  static mlir::FailureOr<std::unique_ptr<LockstepNetwork>>
  create(mlir::func::FuncOp function, const runtime::ImageSet &images,
         size_t count, unsigned variants, PipelineRunner runPipeline);

  size_t inputs() const override { return inputCount; }
  size_t pixels(const Layer &layer) const override;
  void advanceTo(const Layer &layer) override;
  void run(const Layer &layer, unsigned variant) override;
  void run(const Layer &layer, unsigned variant,
           llvm::ArrayRef<int8_t> words) override;
  void gatherInput(const Layer &layer, unsigned variant, size_t input,
                   size_t pixel, llvm::MutableArrayRef<float> row) override;
  void gatherSums(const Layer &layer, unsigned variant, size_t input,
                  size_t pixel, llvm::MutableArrayRef<float> row) override;
  void correctSums(const Layer &layer, unsigned variant,
                   llvm::ArrayRef<double> gains,
                   llvm::ArrayRef<double> offsets) override;

private:
  SimulatedLockstep() = default;
  const binary::Contract &contractOf(const Layer &layer) const;
  std::vector<simulator::FunctionalEngine::Memory *>
  memoriesOf(unsigned variant);

  std::shared_ptr<const runtime::Executable> executable;
  /// Indexed by variant and input.
  std::vector<std::vector<simulator::FunctionalEngine::Memory>> memories;
  size_t inputCount = 0;
  uint32_t nextCommand = 0;
};

} // namespace crania

#endif // CRANIA_LIB_PIPELINES_SIMULATEDLOCKSTEP_H
