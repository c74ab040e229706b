// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_QUANTIZE_STORAGEPLAN_H
#define CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_QUANTIZE_STORAGEPLAN_H

#include "crania/Quantization/IntegerFormat.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/IntEqClasses.h"

#include <optional>

namespace crania::quantization {

/// The bits of the integers that a layer computes with; 0 means f32.
using Bits = unsigned;

/// The operation of a reduction over the elements of its only tensor.
enum class Reduction { sum, maximum };
std::optional<Reduction> reductionOf(mlir::linalg::LinalgOp op);

/// Returns the number that a tensor is padded with, if it is a constant.
std::optional<double> paddingOf(mlir::tensor::PadOp pad);

/// Returns true if only maxima read a tensor, directly or through views.
/// Numbers below all of the tensor's numbers then never reach a result.
bool feedsMaximaOnly(mlir::Value value);

/// Returns true if an op multiplies a tensor by constants and adds the
/// products.
bool hasConstantWeights(mlir::linalg::LinalgOp op);

/// The storage of the tensors of a classifier. Tensors that hold the same
/// numbers under other indices, or some of them (views, concatenations,
/// maxima), are stored alike, so that no number is rounded between them.
class StoragePlan {
public:
  /// Creates the plan from the precisions (`crania.precision` of contractions)
  /// and ranges (`crania.range`) of a function. Contractions without a
  /// precision use `bits`.
  static mlir::FailureOr<StoragePlan> create(mlir::func::FuncOp function,
                                             Bits bits);

  /// Returns the bits of a contraction with constant weights.
  Bits bitsOf(mlir::Operation *contraction) const {
    return precisions.lookup(contraction);
  }
  /// Returns true if a tensor is stored as integers.
  bool isInteger(mlir::Value value) const { return groupOf(value).bits != 0; }
  Bits bitsOf(mlir::Value value) const { return groupOf(value).bits; }
  bool hasRange(mlir::Value value) const { return groupOf(value).hasRange; }
  /// Returns the range of a tensor and of all tensors that are stored alike. It
  /// always contains 0.
  std::pair<double, double> rangeOf(mlir::Value value) const {
    const Group &group = groupOf(value);
    return {group.low, group.high};
  }

private:
  struct Group {
    Bits bits = 0;
    bool hasRange = false;
    double low = 0, high = 0;
  };

  mlir::LogicalResult readPrecisions(mlir::func::FuncOp function, Bits bits);
  void join(mlir::Operation &op);
  void join(mlir::Value a, mlir::Value b) {
    classes.join(numbers.lookup(a), numbers.lookup(b));
  }
  void addRange(mlir::Value value, mlir::ArrayRef<double> range);
  void addPadding(mlir::tensor::PadOp pad);
  void chooseBits(mlir::func::FuncOp function, Bits bits);
  const Group &groupOf(mlir::Value value) const {
    return groups[classes[numbers.lookup(value)]];
  }
  Group &groupOf(mlir::Value value) {
    return groups[classes[numbers.lookup(value)]];
  }

  llvm::DenseMap<mlir::Value, unsigned> numbers;
  llvm::IntEqClasses classes;
  std::vector<Group> groups;
  llvm::DenseMap<mlir::Operation *, Bits> precisions;
};

} // namespace crania::quantization

#endif // CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_QUANTIZE_STORAGEPLAN_H
