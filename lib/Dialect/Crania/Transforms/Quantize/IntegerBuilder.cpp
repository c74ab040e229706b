// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "IntegerBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <cassert>

using namespace mlir;
using namespace crania::quantization;

/// The width in which requantization computes, in bits.
static constexpr unsigned wideBits = 64;

std::optional<LoopConstant>
IndexedTensor::scaleOverLoops(ArrayRef<int64_t> loopSizes) const {
  AffineMap composed = tensor.scale.getMap().compose(map);
  return LoopConstant::create(composed, loopSizes, tensor.scale.getValues());
}

Domain Domain::of(linalg::LinalgOp op) {
  OpOperand *init = op.getDpsInitOperand(0);
  auto type = cast<RankedTensorType>(init->get().getType());
  return {op.getStaticLoopRanges(), op.getMatchingIndexingMap(init),
          SmallVector<int64_t>(type.getShape())};
}

Domain Domain::over(RankedTensorType type) {
  SmallVector<int64_t> shape(type.getShape());
  return {shape,
          AffineMap::getMultiDimIdentityMap(shape.size(), type.getContext()),
          shape};
}

RankedTensorType IntegerBuilder::tensorType(ArrayRef<int64_t> shape,
                                            unsigned bits) {
  return RankedTensorType::get(shape, builder.getIntegerType(bits));
}

Value IntegerBuilder::elementwise(const Domain &domain, ValueRange inputs,
                                  ArrayRef<AffineMap> maps, Type elementType,
                                  Body body) {
  assert(inputs.size() == maps.size() && "a map per input");
  assert(domain.resultMap.getNumResults() == domain.resultShape.size() &&
         "an index per dimension of the result");
  Value empty =
      tensor::EmptyOp::create(builder, loc, domain.resultShape, elementType);
  SmallVector<AffineMap> allMaps(maps);
  allMaps.push_back(domain.resultMap);
  SmallVector<utils::IteratorType> iterators(domain.loopSizes.size(),
                                             utils::IteratorType::parallel);
  return linalg::GenericOp::create(
             builder, loc, empty.getType(), inputs, empty, allMaps, iterators,
             [&](OpBuilder &nested, Location inner, ValueRange arguments) {
               linalg::YieldOp::create(nested, inner, body(nested, arguments));
             })
      .getResult(0);
}

//===----------------------------------------------------------------------===//
// Scalars
//===----------------------------------------------------------------------===//

Value IntegerBuilder::extend(OpBuilder &nested, Value x, IntegerFormat format,
                             unsigned bits) {
  if (x.getType().getIntOrFloatBitWidth() == bits)
    return x;
  Type type = nested.getIntegerType(bits);
  if (format.isSigned)
    return arith::ExtSIOp::create(nested, loc, type, x);
  return arith::ExtUIOp::create(nested, loc, type, x);
}

Value IntegerBuilder::toReal(OpBuilder &nested, Value x, IntegerFormat format) {
  if (format.isSigned)
    return arith::SIToFPOp::create(nested, loc, nested.getF32Type(), x);
  return arith::UIToFPOp::create(nested, loc, nested.getF32Type(), x);
}

Value IntegerBuilder::toInteger(OpBuilder &nested, Value x, float scale,
                                IntegerFormat format) {
  auto number = [&](double value) -> Value {
    return arith::ConstantOp::create(nested, loc,
                                     nested.getF32FloatAttr(float(value)));
  };
  Value scaled = arith::DivFOp::create(nested, loc, x, number(scale));
  Value rounded = math::RoundEvenOp::create(nested, loc, scaled);
  Value bounded = arith::MaximumFOp::create(nested, loc, rounded,
                                            number(double(format.low())));
  bounded = arith::MinimumFOp::create(nested, loc, bounded,
                                      number(double(format.high())));
  Type type = nested.getIntegerType(format.bits);
  if (format.isSigned)
    return arith::FPToSIOp::create(nested, loc, type, bounded);
  return arith::FPToUIOp::create(nested, loc, type, bounded);
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

std::pair<Value, AffineMap>
IntegerBuilder::realOperand(const LoopConstant &constant) {
  auto type = RankedTensorType::get(constant.getShape(), builder.getF32Type());
  SmallVector<float> values(constant.getValues().begin(),
                            constant.getValues().end());
  return {
      arith::ConstantOp::create(
          builder, loc, DenseElementsAttr::get(type, ArrayRef<float>(values))),
      constant.getMap()};
}

template <typename Integer>
std::pair<Value, AffineMap>
IntegerBuilder::integerOperand(const LoopConstant &like,
                               ArrayRef<Integer> values) {
  RankedTensorType type =
      tensorType(like.getShape(), 8 * unsigned(sizeof(Integer)));
  return {arith::ConstantOp::create(builder, loc,
                                    DenseElementsAttr::get(type, values)),
          like.getMap()};
}

Value IntegerBuilder::dequantize(const IntegerTensor &tensor) {
  auto type = cast<RankedTensorType>(tensor.value.getType());
  Domain domain = Domain::over(type);
  auto [scale, scaleMap] = realOperand(tensor.scale);
  return elementwise(domain, {tensor.value, scale},
                     {domain.resultMap, scaleMap}, builder.getF32Type(),
                     [&](OpBuilder &nested, ValueRange x) -> Value {
                       Value real = toReal(nested, x[0], tensor.format);
                       return arith::MulFOp::create(nested, loc, real, x[1]);
                     });
}

Value IntegerBuilder::quantize(Value real, float scale, IntegerFormat format) {
  Domain domain = Domain::over(cast<RankedTensorType>(real.getType()));
  return elementwise(domain, real, domain.resultMap,
                     builder.getIntegerType(format.bits),
                     [&](OpBuilder &nested, ValueRange x) {
                       return toInteger(nested, x[0], scale, format);
                     });
}

namespace {

/// Emits the body of a requantization. Its arguments are the operands, a
/// multiplier for each operand that has one per point, and the addend if there
/// is one per point.
class RequantizationBody {
public:
  RequantizationBody(OpBuilder &nested, Location loc)
      : nested(nested), loc(loc) {}

  Value wide(int64_t value) {
    return arith::ConstantOp::create(nested, loc,
                                     nested.getI64IntegerAttr(value));
  }
  Value multiplyAdd(Value x, Value multiplier, Value addend) {
    Value product = arith::MulIOp::create(nested, loc, x, multiplier);
    return arith::AddIOp::create(nested, loc, product, addend);
  }
  Value shiftAndClamp(Value sum, unsigned shift, int64_t low, int64_t high) {
    Value shifted = arith::ShRSIOp::create(nested, loc, sum, wide(shift));
    Value atLeast = arith::MaxSIOp::create(nested, loc, shifted, wide(low));
    return arith::MinSIOp::create(nested, loc, atLeast, wide(high));
  }

private:
  OpBuilder &nested;
  Location loc;
};

} // namespace

FailureOr<Value> IntegerBuilder::requantize(const Domain &domain,
                                            const RequantizationOp &op) {
  assert(op.operands.size() == op.factors.size() && "a factor per operand");
  std::vector<quantization::RequantizationTerm> terms;
  for (auto [operand, factor] : llvm::zip_equal(op.operands, op.factors))
    terms.push_back({factor.getValues(), operand.tensor.magnitude});
  auto requantization = quantization::requantize(terms, op.offset.getValues());
  if (!requantization)
    return emitError(loc) << "a tensor cannot be computed in integers: "
                          << requantization.error().message
                          << "; check the ranges, or give its layer the "
                             "precision f32";

  SmallVector<Value> inputs;
  SmallVector<AffineMap> maps;
  auto add = [&](std::pair<Value, AffineMap> operand) {
    inputs.push_back(operand.first);
    maps.push_back(operand.second);
  };
  for (const IndexedTensor &operand : op.operands)
    add({operand.tensor.value, operand.map});
  for (auto [factor, multipliers] :
       llvm::zip_equal(op.factors, requantization->multipliers))
    if (!factor.isUniform())
      add(integerOperand<int32_t>(factor, multipliers));
  if (!op.offset.isUniform())
    add(integerOperand<int64_t>(op.offset, requantization->addends));

  auto body = [&](OpBuilder &nested, ValueRange arguments) -> Value {
    RequantizationBody emit(nested, loc);
    size_t next = op.operands.size();
    Value sum = op.offset.isUniform() ? emit.wide(requantization->addends[0])
                                      : arguments[inputs.size() - 1];
    for (size_t i = 0; i < op.operands.size(); ++i) {
      Value x =
          extend(nested, arguments[i], op.operands[i].tensor.format, wideBits);
      Value multiplier = op.factors[i].isUniform()
                             ? emit.wide(requantization->multipliers[i][0])
                             : extend(nested, arguments[next++],
                                      IntegerFormat{32, true}, wideBits);
      sum = emit.multiplyAdd(x, multiplier, sum);
    }
    Value result =
        emit.shiftAndClamp(sum, requantization->shift, op.low, op.high);
    return arith::TruncIOp::create(
        nested, loc, nested.getIntegerType(op.format.bits), result);
  };
  return elementwise(domain, inputs, maps,
                     builder.getIntegerType(op.format.bits), body);
}
