// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_TENSORPLACES_H
#define CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_TENSORPLACES_H

#include "ElementTypes.h"
#include "Network.h"
#include "llvm/ADT/DenseMap.h"

namespace crania::lowering {

/// Where the tensors that a body computes are written, and what the constants
/// are. A tensor is written straight to where its consumer wants it: into a
/// slice of a concatenation, or to the place where an element-wise consumer
/// will overwrite it.
class TensorPlaces {
public:
  TensorPlaces(ir::IterateOp iterate, const ElementTypes &types,
               Network &network)
      : iterate(iterate), types(types), network(network) {}

  /// Decides for all results of the body; to be called first.
  void chooseDestinations();

  /// Where the result of a structured op or a concatenation is written.
  const View &destinationOf(mlir::Value result) const {
    return destinations.at(result);
  }
  /// Where a concatenation, whose place is chosen, wants its operand `index`.
  View sliceOf(mlir::Operation *concat, unsigned index) const;

  StorageId addStorage(llvm::StringRef name, int64_t elements,
                       mlir::Type element, Storage::Origin origin);
  /// A fresh place for a tensor.
  View addTensor(llvm::StringRef name, ArrayRef<int64_t> shape,
                 mlir::Type element);

  /// The view of what is not computed: a constant, a constant per round, or the
  /// input of the iteration. Reports, on behalf of `user`, everything else.
  FailureOr<View> resolveOuter(mlir::Value value, mlir::Operation *user);

private:
  /// Makes the ops behind `value` write to `place`, if they can. With
  /// `isOverwritten`, nothing but the caller may read the tensor.
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
  /// Tensors whose place their only reader writes to.
  llvm::DenseSet<mlir::Value> overwritten;
  llvm::DenseMap<mlir::Value, View> outer;
};

/// The name of a value's op for people: its location's name, else `fallback`.
std::string nameOf(mlir::Location loc, llvm::StringRef fallback);

} // namespace crania::lowering

#endif // CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_TENSORPLACES_H
