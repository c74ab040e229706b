// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// What calibration needs of a machine that runs networks. The library that has
// such a machine implements these classes.

#ifndef CRANIA_CALIBRATION_NETWORKEVALUATOR_H
#define CRANIA_CALIBRATION_NETWORKEVALUATOR_H

#include "crania/Analysis/Contraction.h"
#include "crania/Images/ImageSet.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <memory>
#include <vector>

namespace crania {

/// Runs a classifier on inputs and shows the values of each tensor.
class NetworkObserver {
public:
  virtual ~NetworkObserver() = default;

  /// Returns the input of the function.
  virtual runtime::NetworkInput networkInput() const = 0;
  virtual uint64_t inputElements() const = 0;

  /// A function that takes a tensor of the function and its elements,
  /// row-major. It is called for the input first, then for the results of
  /// structured ops in the order of computation.
  using Visitor = llvm::function_ref<void(mlir::Value, llvm::ArrayRef<float>)>;
  virtual void observe(llvm::ArrayRef<float> input, Visitor visit) = 0;
};

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
    /// The number by which the implementation knows the layer. Numbers ascend
    /// in the order of computation.
    uint32_t command;
  };

  virtual ~LockstepNetwork() = default;

  /// Returns the layers in the order of computation, each once.
  llvm::ArrayRef<Layer> layers() const { return layerList; }
  virtual size_t inputs() const = 0;
  /// Returns the number of pixels of a layer's output, for one group.
  virtual size_t pixels(const Layer &layer) const = 0;

  /// Runs all variants up to that layer, excluding it. Call it for layers in
  /// order.
  virtual void advanceTo(const Layer &layer) = 0;
  /// Computes the layer in a variant with its own weights.
  virtual void run(const Layer &layer, unsigned variant) = 0;
  /// Computes a layer of 8 bits in a variant with the given weights, the
  /// (group, output, depth) matrix.
  virtual void run(const Layer &layer, unsigned variant,
                   llvm::ArrayRef<int8_t> words) = 0;

  /// Writes the inputs of the layer for one pixel of an input to `row` [depth]:
  /// the window in the order of the depth of its matrix.
  virtual void gatherInput(const Layer &layer, unsigned variant, size_t input,
                           size_t pixel, llvm::MutableArrayRef<float> row) = 0;
  /// Writes the sums of that pixel to `row` [outputs]. They are integers,
  /// rounded to f32.
  virtual void gatherSums(const Layer &layer, unsigned variant, size_t input,
                          size_t pixel, llvm::MutableArrayRef<float> row) = 0;
  /// Replaces the sums with round(gain * sum + offset), per output.
  virtual void correctSums(const Layer &layer, unsigned variant,
                           llvm::ArrayRef<double> gains,
                           llvm::ArrayRef<double> offsets) = 0;

protected:
  std::vector<Layer> layerList;
};

/// Makes networks that run from normalized classifiers of level 1. Both
/// functions fail, with an error on the classifier, if the machine cannot run
/// it or if it is already clustered.
class NetworkEvaluator {
public:
  virtual ~NetworkEvaluator() = default;

  virtual mlir::FailureOr<std::unique_ptr<NetworkObserver>>
  observe(mlir::func::FuncOp function) = 0;

  /// Gives the first `count` images to each of `variants` variants.
  virtual mlir::FailureOr<std::unique_ptr<LockstepNetwork>>
  runInLockstep(mlir::func::FuncOp function, const runtime::ImageSet &images,
                size_t count, unsigned variants) = 0;
};

} // namespace crania

#endif // CRANIA_CALIBRATION_NETWORKEVALUATOR_H
