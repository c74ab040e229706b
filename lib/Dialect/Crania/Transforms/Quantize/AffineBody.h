// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_QUANTIZE_AFFINEBODY_H
#define CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_QUANTIZE_AFFINEBODY_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

#include <limits>
#include <optional>

namespace crania::quantization {

/// A real constant for each point of a loop nest. The values are row-major, at
/// the indices that `map` computes; a map without results means one value
/// everywhere. The results of the map are distinct loops of more than one
/// iteration.
class LoopConstant {
public:
  explicit LoopConstant(mlir::MLIRContext *context, unsigned loops,
                        double value);
  /// Creates the constant of a tensor that `map` reads, without the loops of
  /// one iteration. Returns nullopt if the map is not a projected permutation,
  /// or reads only a part of the tensor.
  static std::optional<LoopConstant> create(mlir::AffineMap map,
                                            mlir::ArrayRef<int64_t> loopSizes,
                                            std::vector<double> values);

  bool isUniform() const { return map.getNumResults() == 0; }
  mlir::AffineMap getMap() const { return map; }
  /// Returns the extents of the loops along which the constant varies.
  mlir::ArrayRef<int64_t> getShape() const { return shape; }
  const std::vector<double> &getValues() const { return values; }

  /// Combines two constants point by point. Returns nullopt if they vary along
  /// different loops.
  template <typename F>
  static std::optional<LoopConstant>
  combine(const LoopConstant &a, const LoopConstant &b, F function) {
    if (!a.isUniform() && !b.isUniform() && a.map != b.map)
      return std::nullopt;
    LoopConstant result = a.isUniform() ? b : a;
    for (size_t i = 0; i < result.values.size(); ++i)
      result.values[i] = function(a.at(i), b.at(i));
    return result;
  }
  template <typename F>
  LoopConstant mapped(F function) const {
    LoopConstant result = *this;
    for (double &value : result.values)
      value = function(value);
    return result;
  }

private:
  double at(size_t i) const { return values[isUniform() ? 0 : i]; }

  mlir::AffineMap map;
  mlir::SmallVector<int64_t> shape;
  std::vector<double> values;
};

/// The function of an element-wise op: clamp(sum of factor * operand + offset).
/// Without terms it is the offset, never clamped.
struct AffineBody {
  struct Term {
    mlir::OpOperand *operand;
    LoopConstant factor;
  };
  mlir::SmallVector<Term> terms;
  LoopConstant offset;
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();

  bool isClamped() const {
    return low != -std::numeric_limits<double>::infinity() ||
           high != std::numeric_limits<double>::infinity();
  }
};

/// Reads the body of an op without reductions as affine. Returns nullopt if it
/// is not affine. Constant operands become part of factors and offset.
std::optional<AffineBody> analyzeAffineBody(mlir::linalg::LinalgOp op);

/// Returns the operand that the body returns unchanged, or null if there is
/// none.
mlir::OpOperand *forwardedOperand(mlir::linalg::LinalgOp op);

} // namespace crania::quantization

#endif // CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_QUANTIZE_AFFINEBODY_H
