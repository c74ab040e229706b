// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Building blocks of the emitted IR, shared by the operators.

#ifndef CRANIA_LIB_IMPORT_ONNX_EMITTER_H
#define CRANIA_LIB_IMPORT_ONNX_EMITTER_H

#include "ConstantTensor.h"

#include "mlir/IR/AffineMap.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"

#include <map>
#include <variant>

namespace crania::importer {

/// A value of the ONNX graph: an SSA value of type tensor<...xf32>, or a
/// constant that is emitted when an operation reads it.
using Tensor = std::variant<mlir::Value, ConstantTensor>;

llvm::SmallVector<int64_t> shapeOf(const Tensor &tensor);
llvm::ArrayRef<int64_t> shapeOf(mlir::Value value);

/// An emitter of f32 tensor operations at the current location. All shapes are
/// static. The callers check that they fit.
class Emitter {
public:
  using Body = llvm::function_ref<mlir::Value(mlir::OpBuilder &, mlir::Location,
                                              mlir::ValueRange)>;

  Emitter(mlir::Location loc, mlir::MLIRContext *context)
      : builder(loc, context) {}

  mlir::ImplicitLocOpBuilder &getBuilder() { return builder; }
  mlir::RankedTensorType tensorType(llvm::ArrayRef<int64_t> shape);

  /// Returns `tensor` as an SSA value. Constants with the same elements share a
  /// blob.
  mlir::Value value(const Tensor &tensor);
  mlir::Value scalar(float number);
  mlir::Value empty(llvm::ArrayRef<int64_t> shape);
  mlir::Value filled(llvm::ArrayRef<int64_t> shape, float number);

  /// Returns `tensor` with another shape of as many elements. This is free for
  /// constants, and takes collapse_shape and expand_shape for values.
  Tensor reshape(const Tensor &tensor, llvm::ArrayRef<int64_t> shape);
  mlir::Value reshape(mlir::Value value, llvm::ArrayRef<int64_t> shape);

  /// Returns a tensor of shape `shape`. Its element at index i is the element
  /// of `tensor` at the coordinates of i that are not in `dimensions`.
  mlir::Value broadcastAlong(const Tensor &tensor,
                             llvm::ArrayRef<int64_t> shape,
                             llvm::ArrayRef<int64_t> dimensions);
  /// Returns `tensor` broadcast to `shape`. The shapes must obey NumPy's rules.
  mlir::Value broadcastTo(const Tensor &tensor, llvm::ArrayRef<int64_t> shape);

  /// Surrounds `value` with `low` and `high` elements of `padding` in each
  /// dimension. Returns `value` itself if all of them are 0.
  mlir::Value pad(mlir::Value value, llvm::ArrayRef<int64_t> low,
                  llvm::ArrayRef<int64_t> high, float padding);

  mlir::Value transpose(mlir::Value value, llvm::ArrayRef<int64_t> permutation);

  /// Emits a parallel linalg.generic of result shape `shape`, with one map per
  /// input.
  mlir::Value elementwise(mlir::ValueRange inputs,
                          llvm::ArrayRef<mlir::AffineMap> maps,
                          llvm::ArrayRef<int64_t> shape, Body body);
  mlir::Value scale(mlir::Value value, float factor);
  /// Applies `Op` to each element.
  template <typename Op>
  mlir::Value unary(mlir::Value value) {
    llvm::ArrayRef<int64_t> shape = shapeOf(value);
    return elementwise(value, builder.getMultiDimIdentityMap(shape.size()),
                       shape,
                       [](mlir::OpBuilder &nested, mlir::Location loc,
                          mlir::ValueRange x) -> mlir::Value {
                         return Op::create(nested, loc, x[0]);
                       });
  }
  /// Applies `body` to the elements of a and b, which both broadcast to
  /// `shape`.
  mlir::Value broadcasting(const Tensor &a, const Tensor &b,
                           llvm::ArrayRef<int64_t> shape, Body body);
  /// Returns a + b with the result shape `shape`, to which both broadcast.
  mlir::Value add(const Tensor &a, const Tensor &b,
                  llvm::ArrayRef<int64_t> shape);

  /// Combines the elements along the axes that `isReduced` marks with `Op`,
  /// starting from `start`. The result lacks these axes.
  template <typename Op>
  mlir::Value reduce(mlir::Value value, llvm::ArrayRef<bool> isReduced,
                     float start) {
    return reduce(value, isReduced, start,
                  [](mlir::OpBuilder &nested, mlir::Location loc,
                     mlir::ValueRange x) -> mlir::Value {
                    return Op::create(nested, loc, x[0], x[1]);
                  });
  }
  /// Combines the elements in the same way, but keeps these axes with extent 1.
  template <typename Op>
  mlir::Value reduceKeepingDims(mlir::Value value,
                                llvm::ArrayRef<bool> isReduced, float start) {
    llvm::SmallVector<int64_t> shape(shapeOf(value));
    for (auto [extent, reduced] : llvm::zip_equal(shape, isReduced))
      extent = reduced ? 1 : extent;
    return reshape(reduce<Op>(value, isReduced, start), shape);
  }

private:
  mlir::Value reduce(mlir::Value value, llvm::ArrayRef<bool> isReduced,
                     float start, Body combine);
  /// A tensor without its broadcast dimensions, and the map from indices of the
  /// result to its own.
  struct Indexed {
    Tensor tensor;
    mlir::AffineMap map;
  };
  Indexed dropBroadcastDims(const Tensor &tensor,
                            llvm::ArrayRef<int64_t> resultShape);
  mlir::Value constant(const ConstantTensor &tensor);
  mlir::ElementsAttr elementsOf(const ConstantTensor &tensor);

  mlir::ImplicitLocOpBuilder builder;
  llvm::DenseMap<mlir::Attribute, mlir::Value> constants;
  /// The blob of each constant. It keeps the data alive, so that the address of
  /// the data stays unique.
  std::map<std::shared_ptr<const ConstantData>,
           mlir::DenseResourceElementsHandle>
      blobs;
};

/// Returns the shape that `a` and `b` broadcast to by NumPy's rules. Fails if
/// they do not broadcast.
mlir::FailureOr<llvm::SmallVector<int64_t>>
broadcastShapes(llvm::ArrayRef<int64_t> a, llvm::ArrayRef<int64_t> b);

} // namespace crania::importer

#endif // CRANIA_LIB_IMPORT_ONNX_EMITTER_H
