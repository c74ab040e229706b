// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_QUANTIZE_INTEGERBUILDER_H
#define CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_QUANTIZE_INTEGERBUILDER_H

#include "AffineBody.h"
#include "crania/Quantization/IntegerFormat.h"
#include "crania/Quantization/Requantization.h"

#include <cmath>

namespace crania::quantization {

using mlir::AffineMap;
using mlir::ArrayRef;
using mlir::Location;
using mlir::OpBuilder;
using mlir::SmallVector;
using mlir::Value;
using quantization::IntegerFormat;

/// A tensor of integers that represents real numbers. Exact sums (`isSum`) are
/// wider than a stored tensor, and their scale may vary along dimensions.
struct IntegerTensor {
  Value value;
  IntegerFormat format;
  /// The scale over the dimensions of the tensor, which count as loops.
  LoopConstant scale;
  /// The largest magnitude of an element.
  double magnitude;
  bool isSum;
};

/// Returns the format of sums of products. Sums for bytes have 32 bits. Sums
/// for 16-bit integers have 48 bits and are stored in 64 (docs/Arithmetic.md).
inline IntegerFormat sumFormatOf(unsigned bits) {
  return {bits == 8 ? 32u : 64u, true};
}
inline double sumLimitOf(unsigned bits) {
  return std::ldexp(1.0, bits == 8 ? 31 : 47);
}

/// An operand of an element-wise op, and the map by which the loops index it.
struct IndexedTensor {
  IntegerTensor tensor;
  AffineMap map;

  /// Returns the scale at each point of the loops. Returns nullopt if an index
  /// along which the scale varies is not a loop.
  std::optional<LoopConstant> scaleOverLoops(ArrayRef<int64_t> loopSizes) const;
};

/// The domain of an element-wise op: its loops and the map of its result.
struct Domain {
  SmallVector<int64_t> loopSizes;
  AffineMap resultMap;
  SmallVector<int64_t> resultShape;

  static Domain of(mlir::linalg::LinalgOp op);
  /// Returns the domain of all elements of a tensor.
  static Domain over(mlir::RankedTensorType type);
};

/// The operation clamp((sum of operand * multiplier + addend) >> shift, low,
/// high), stored in `format` (docs/Arithmetic.md, Requantization).
struct RequantizationOp {
  SmallVector<IndexedTensor> operands;
  /// The real factors of the operands' integers, and the offset, in units of
  /// the result's scale.
  SmallVector<LoopConstant> factors;
  LoopConstant offset;
  IntegerFormat format;
  int64_t low, high;
};

/// Emits structured ops on integers at an insertion point. Reports errors at
/// the location.
class IntegerBuilder {
public:
  IntegerBuilder(OpBuilder &builder, Location loc)
      : builder(builder), loc(loc) {}

  mlir::RankedTensorType tensorType(ArrayRef<int64_t> shape, unsigned bits);

  mlir::FailureOr<Value> requantize(const Domain &domain,
                                    const RequantizationOp &op);
  /// Emits the real numbers that a tensor represents.
  Value dequantize(const IntegerTensor &tensor);
  /// Emits clamp(roundeven(x / scale)), which converts f32 to integers.
  Value quantize(Value real, float scale, IntegerFormat format);

  /// Conversions of scalars, emitted inside the body of a structured op.
  Value extend(OpBuilder &nested, Value x, IntegerFormat format, unsigned bits);
  Value toReal(OpBuilder &nested, Value x, IntegerFormat format);
  Value toInteger(OpBuilder &nested, Value x, float scale,
                  IntegerFormat format);

  /// Returns an f32 constant over loops as an operand and its map.
  std::pair<Value, AffineMap> realOperand(const LoopConstant &constant);

  using Body = llvm::function_ref<Value(OpBuilder &, mlir::ValueRange)>;
  Value elementwise(const Domain &domain, mlir::ValueRange inputs,
                    ArrayRef<AffineMap> maps, mlir::Type elementType,
                    Body body);

private:
  /// Returns integers that vary along the same loops as `like`, as an operand
  /// and its map.
  template <typename Integer>
  std::pair<Value, AffineMap> integerOperand(const LoopConstant &like,
                                             ArrayRef<Integer> values);

  OpBuilder &builder;
  Location loc;
};

} // namespace crania::quantization

#endif // CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_QUANTIZE_INTEGERBUILDER_H
