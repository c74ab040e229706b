// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_QUANTIZE_INTEGERBUILDER_H
#define CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_QUANTIZE_INTEGERBUILDER_H

#include "AffineBody.h"
#include "crania/Quantization/IntegerFormat.h"
#include "crania/Quantization/Requantization.h"

#include <cmath>

namespace crania::quantize {

using mlir::AffineMap;
using mlir::ArrayRef;
using mlir::Location;
using mlir::OpBuilder;
using mlir::SmallVector;
using mlir::Value;
using quantization::IntegerFormat;

/// A tensor of integers that stands for reals. Exact sums (`isSum`) are wider
/// than a stored tensor, and their scale may vary along dimensions.
struct IntegerTensor {
  Value value;
  IntegerFormat format;
  /// Over the dimensions of the tensor, as if they were loops.
  LoopConstant scale;
  /// The largest magnitude of an element.
  double magnitude;
  bool isSum;
};

/// Sums of products of bytes are kept in 32 bits, of 16-bit integers in 48,
/// which are stored in 64 (docs/Arithmetic.md).
inline IntegerFormat sumFormatOf(unsigned bits) {
  return {bits == 8 ? 32u : 64u, true};
}
inline double sumLimitOf(unsigned bits) {
  return std::ldexp(1.0, bits == 8 ? 31 : 47);
}

/// An operand of an element-wise op, and how the loops index it.
struct IndexedTensor {
  IntegerTensor tensor;
  AffineMap map;

  /// The scale at each point of the loops; nothing if an index that it varies
  /// along is not a loop.
  std::optional<LoopConstant> scaleOverLoops(ArrayRef<int64_t> loopSizes) const;
};

/// The domain of an element-wise op: its loops, and where its result goes.
struct Domain {
  SmallVector<int64_t> loopSizes;
  AffineMap resultMap;
  SmallVector<int64_t> resultShape;

  static Domain of(mlir::linalg::LinalgOp op);
  /// All elements of a tensor.
  static Domain over(mlir::RankedTensorType type);
};

/// clamp((sum of operand * multiplier + addend) >> shift, low, high), stored in
/// `format` (docs/Arithmetic.md, Requantisation).
struct RequantizationOp {
  SmallVector<IndexedTensor> operands;
  /// Real factors of the operands' integers, and the offset, in units of the
  /// result's scale.
  SmallVector<LoopConstant> factors;
  LoopConstant offset;
  IntegerFormat format;
  int64_t low, high;
};

/// Emits structured ops on integers at an insertion point. Errors are reported
/// at the location.
class IntegerBuilder {
public:
  IntegerBuilder(OpBuilder &builder, Location loc)
      : builder(builder), loc(loc) {}

  mlir::RankedTensorType tensorType(ArrayRef<int64_t> shape, unsigned bits);

  mlir::FailureOr<Value> requantize(const Domain &domain,
                                    const RequantizationOp &op);
  /// The reals that a tensor stands for.
  Value dequantize(const IntegerTensor &tensor);
  /// f32 to integers: clamp(roundeven(x / scale)).
  Value quantize(Value real, float scale, IntegerFormat format);

  /// Element-wise, inside of a body.
  Value extend(OpBuilder &nested, Value x, IntegerFormat format, unsigned bits);
  Value toReal(OpBuilder &nested, Value x, IntegerFormat format);
  Value toInteger(OpBuilder &nested, Value x, float scale,
                  IntegerFormat format);

  /// An f32 constant over loops, as an operand and its map.
  std::pair<Value, AffineMap> realOperand(const LoopConstant &constant);

  using Body = llvm::function_ref<Value(OpBuilder &, mlir::ValueRange)>;
  Value elementwise(const Domain &domain, mlir::ValueRange inputs,
                    ArrayRef<AffineMap> maps, mlir::Type elementType,
                    Body body);

private:
  /// Integers that vary along the same loops as `like`.
  template <typename Integer>
  std::pair<Value, AffineMap> integerOperand(const LoopConstant &like,
                                             ArrayRef<Integer> values);

  OpBuilder &builder;
  Location loc;
};

} // namespace crania::quantize

#endif // CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_QUANTIZE_INTEGERBUILDER_H
