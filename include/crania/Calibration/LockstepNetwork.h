// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_CALIBRATION_LOCKSTEPNETWORK_H
#define CRANIA_CALIBRATION_LOCKSTEPNETWORK_H

#include "crania/Analysis/Contraction.h"
#include "crania/Calibration/ObservedProgram.h"
#include "crania/Images/ImageSet.h"

namespace crania {

/// A classifier of level 1 that computes several variants of itself on the same
/// inputs, layer by layer and side by side: variant 0 as it is, others with
/// other weights and with corrected sums, such as its early rounds. Each layer
/// thus meets what the layers before it made of the input in that variant.
class LockstepNetwork {
public:
  /// A contraction with constant weights.
  struct Layer {
    Contraction contraction;
    uint32_t command; ///< of the program
  };

  /// Compiles a copy of the function and feeds the first `count` images to
  /// `variants` variants.
  static mlir::FailureOr<LockstepNetwork>
  create(mlir::func::FuncOp function, const runtime::ImageSet &images,
         size_t count, unsigned variants);

  /// In the order of computation, each once.
  llvm::ArrayRef<Layer> layers() const { return layerList; }
  size_t inputs() const { return inputCount; }
  /// Pixels of a layer's output, of one group.
  size_t pixels(const Layer &layer) const;

  /// Runs all variants up to that layer, not including it. Layers come in
  /// order.
  void advanceTo(const Layer &layer);
  /// Computes the layer in a variant, with its own weights or with others: the
  /// (group, output, depth) matrix in the type of its weights.
  void run(const Layer &layer, unsigned variant);
  void run(const Layer &layer, unsigned variant,
           const simulator::DecodedWeights &weights);

  /// What the layer gets for a pixel of an input, the window in the order of
  /// the depth of its matrix: [depth] of `row`.
  void gatherInput(const Layer &layer, unsigned variant, size_t input,
                   size_t pixel, llvm::MutableArrayRef<float> row);
  /// Its sums there: [outputs] of `row`, as integers that f32 rounds.
  void gatherSums(const Layer &layer, unsigned variant, size_t input,
                  size_t pixel, llvm::MutableArrayRef<float> row);
  /// Replaces the sums by round(gain * sum + offset), per output.
  void correctSums(const Layer &layer, unsigned variant,
                   llvm::ArrayRef<double> gains,
                   llvm::ArrayRef<double> offsets);

private:
  LockstepNetwork() = default;
  const binary::Contract &contractOf(const Layer &layer) const;
  std::vector<simulator::FunctionalEngine::Memory *>
  memoriesOf(unsigned variant);

  std::shared_ptr<const runtime::Executable> executable;
  std::vector<Layer> layerList;
  /// By variant and input.
  std::vector<std::vector<simulator::FunctionalEngine::Memory>> memories;
  size_t inputCount = 0;
  uint32_t nextCommand = 0;
};

} // namespace crania

#endif // CRANIA_CALIBRATION_LOCKSTEPNETWORK_H
