// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CALIBRATION_LOCKSTEPNETWORK_H
#define CRANIA_LIB_CALIBRATION_LOCKSTEPNETWORK_H

#include "ObservedProgram.h"
#include "crania/Analysis/Contraction.h"
#include "crania/Images/ImageSet.h"

namespace crania {

/// A classifier of level 1 that computes several variants of itself on the same
/// inputs, layer by layer and side by side. Variant 0 is the classifier itself.
/// The others have different weights and corrected sums, such as its early
/// rounds. Each layer thus gets the inputs that the layers before it compute in
/// that variant.
class LockstepNetwork {
public:
  /// A contraction with constant weights.
  struct Layer {
    Contraction contraction;
    uint32_t command; ///< number in the program
  };

  /// Compiles a copy of the function and gives the first `count` images to each
  /// of `variants` variants.
  static mlir::FailureOr<LockstepNetwork>
  create(mlir::func::FuncOp function, const runtime::ImageSet &images,
         size_t count, unsigned variants);

  /// Returns the layers in the order of computation, each once.
  llvm::ArrayRef<Layer> layers() const { return layerList; }
  size_t inputs() const { return inputCount; }
  /// Returns the number of pixels of a layer's output, for one group.
  size_t pixels(const Layer &layer) const;

  /// Runs all variants up to that layer, excluding it. Call it for layers in
  /// order.
  void advanceTo(const Layer &layer);
  /// Computes the layer in a variant, with its own weights or with the given
  /// ones: the (group, output, depth) matrix in the type of its weights.
  void run(const Layer &layer, unsigned variant);
  void run(const Layer &layer, unsigned variant,
           const simulator::DecodedWeights &weights);

  /// Writes the inputs of the layer for one pixel of an input to `row` [depth]:
  /// the window in the order of the depth of its matrix.
  void gatherInput(const Layer &layer, unsigned variant, size_t input,
                   size_t pixel, llvm::MutableArrayRef<float> row);
  /// Writes the sums of that pixel to `row` [outputs]. They are integers,
  /// rounded to f32.
  void gatherSums(const Layer &layer, unsigned variant, size_t input,
                  size_t pixel, llvm::MutableArrayRef<float> row);
  /// Replaces the sums with round(gain * sum + offset), per output.
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
  /// Indexed by variant and input.
  std::vector<std::vector<simulator::FunctionalEngine::Memory>> memories;
  size_t inputCount = 0;
  uint32_t nextCommand = 0;
};

} // namespace crania

#endif // CRANIA_LIB_CALIBRATION_LOCKSTEPNETWORK_H
