// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_QUANTIZE_AFFINEBODY_H
#define CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_QUANTIZE_AFFINEBODY_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

#include <limits>
#include <optional>

namespace crania::quantize {

/// A real constant for each point of a loop nest: values, row-major, at the
/// indices that `map` gives, which has no result for one value everywhere.
/// Results of the map are distinct loops of more than one iteration.
class LoopConstant {
public:
  explicit LoopConstant(mlir::MLIRContext *context, unsigned loops,
                        double value);
  /// Of a tensor that `map` reads, without the loops of one iteration; nothing
  /// if it is no projected permutation, or reads a part of the tensor only.
  static std::optional<LoopConstant> create(mlir::AffineMap map,
                                            mlir::ArrayRef<int64_t> loopSizes,
                                            std::vector<double> values);

  bool isUniform() const { return map.getNumResults() == 0; }
  mlir::AffineMap getMap() const { return map; }
  /// The extents of the loops that it varies along.
  mlir::ArrayRef<int64_t> getShape() const { return shape; }
  const std::vector<double> &getValues() const { return values; }

  /// Point by point; nothing if the constants vary along different loops.
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

/// What an element-wise op computes: clamp(sum of factor * operand + offset).
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

/// Reads the body of an op without reductions as affine; nothing if it is not.
/// Operands that are constants are part of factors and offset.
std::optional<AffineBody> analyzeAffineBody(mlir::linalg::LinalgOp op);

/// Whether the body gives one of its operands as it is; which one.
mlir::OpOperand *forwardedOperand(mlir::linalg::LinalgOp op);

} // namespace crania::quantize

#endif // CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_QUANTIZE_AFFINEBODY_H
