// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_TENSORPLACES_H
#define CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_TENSORPLACES_H

#include "ElementTypes.h"
#include "Network.h"
#include "llvm/ADT/DenseMap.h"

namespace crania::lowering {

/// The places where the tensors of a body are written, and the values of its
/// constants. A tensor is written directly to the place that its consumer
/// wants: a slice of a concatenation, or the place that an element-wise
/// consumer will overwrite.
class TensorPlaces {
public:
  TensorPlaces(ir::IterateOp iterate, const ElementTypes &types,
               Network &network)
      : iterate(iterate), types(types), network(network) {}

  /// Chooses the places of all results of the body. Must be called first.
  void chooseDestinations();

  /// Returns the place of the result of a structured op or a concatenation.
  const View &destinationOf(mlir::Value result) const {
    return destinations.at(result);
  }
  /// Returns the place of operand `index` within a concatenation, whose place
  /// must be chosen already.
  View sliceOf(mlir::Operation *concat, unsigned index) const;

  StorageId addStorage(llvm::StringRef name, int64_t elements,
                       mlir::Type element, Storage::Origin origin);
  /// Creates a new place for a tensor.
  View addTensor(llvm::StringRef name, ArrayRef<int64_t> shape,
                 mlir::Type element);

  /// Returns the view of a value that is not computed in the body: a constant,
  /// a constant per round, or the input of the iteration. Reports any other
  /// value as an error of `user`.
  FailureOr<View> resolveOuter(mlir::Value value, mlir::Operation *user);

private:
  /// Makes the ops behind `value` write to `place`, if they can. Returns true
  /// on success. With `isOverwritten`, only the caller may read the tensor.
  bool assign(mlir::Value value, const View &place, bool isOverwritten);
  void shareWithOperand(mlir::linalg::LinalgOp op, const View &place);
  FailureOr<View> addParameter(mlir::Value value,
                               ArrayRef<mlir::Attribute> perRound,
                               mlir::Operation *user);
  FailureOr<View> addInput(mlir::Value value, mlir::Operation *user);

  bool hasType(const View &place, mlir::Value value) const;

  ir::IterateOp iterate;
  const ElementTypes &types;
  Network &network;
  llvm::DenseMap<mlir::Value, View> destinations;
  /// Tensors whose only reader writes to their place.
  llvm::DenseSet<mlir::Value> overwritten;
  llvm::DenseMap<mlir::Value, View> outer;
};

/// Returns a readable name for a value's op: the name of its location, or else
/// `fallback`.
std::string nameOf(mlir::Location loc, llvm::StringRef fallback);

} // namespace crania::lowering

#endif // CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_TENSORPLACES_H
