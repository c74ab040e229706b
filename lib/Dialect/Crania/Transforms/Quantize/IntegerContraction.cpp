// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "IntegerContraction.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "crania/Quantization/WeightQuantization.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Remarks.h"
#include "llvm/Support/Debug.h"

#include <cassert>

#define DEBUG_TYPE "crania-quantize-classifiers"

using namespace mlir;
using namespace crania::quantization;
using crania::ir::CraniaDialect;
using crania::quantization::QuantizedWeights;

namespace {

bool isConstant(Value value) { return matchPattern(value, m_Constant()); }

class Emitter {
public:
  Emitter(OpBuilder &builder, linalg::LinalgOp op, const IntegerTensor &input)
      : builder(builder), op(op), input(input), bits(input.format.bits) {
    bool isFirst = isConstant(op.getDpsInputOperand(0)->get());
    assert((bits == 8 || bits == 16) && "weights have 8 or 16 bits");
    weights = op.getDpsInputOperand(isFirst ? 0 : 1);
    activations = op.getDpsInputOperand(isFirst ? 1 : 0);
    assert(isConstant(weights->get()) && "the weights are constant");
    findChannels();
  }

  FailureOr<IntegerTensor> run() {
    FailureOr<QuantizedWeights> quantized = quantizeWeights();
    if (failed(quantized))
      return failure();
    double magnitude =
        input.magnitude * double(*llvm::max_element(quantized->magnitudes));
    LLVM_DEBUG(llvm::dbgs() << op->getName() << " gets weights of " << bits
                            << " bits and sums of up to " << magnitude
                            << "; the limit is " << sumLimitOf(bits) << "\n");
    if (magnitude >= sumLimitOf(bits))
      return op.emitOpError()
             << "may sum up to " << magnitude << ", beyond the "
             << (bits == 8 ? 32 : 48) << " bits of its accumulators; give it '"
             << CraniaDialect::getPrecisionAttrName() << " = "
             << (bits == 8 ? "i16" : "f32") << "'";
    linalg::GenericOp result = emitOp(weightConstant(*quantized));
    result->setAttr(CraniaDialect::getWeightScalesAttrName(),
                    scalesAttribute(quantized->scales));
    report(quantized->scales);
    return IntegerTensor{result.getResult(0), sumFormatOf(bits),
                         sumScale(quantized->scales), magnitude,
                         /*isSum=*/true};
  }

private:
  /// Finds the dimensions of the weights along which the result varies, too.
  void findChannels() {
    AffineMap result = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
    for (auto [i, expr] :
         llvm::enumerate(op.getMatchingIndexingMap(weights).getResults()))
      if (auto loop = dyn_cast<AffineDimExpr>(expr);
          loop && result.isFunctionOfDim(loop.getPosition()))
        channels.push_back(i);
  }

  FailureOr<QuantizedWeights> quantizeWeights() {
    ElementsAttr elements;
    matchPattern(weights->get(), m_Constant(&elements));
    auto type = dyn_cast_or_null<RankedTensorType>(elements ? elements.getType()
                                                            : Type());
    if (!type || !type.getElementType().isF32())
      return op.emitOpError()
             << "has weights of type " << weights->get().getType()
             << "; only f32 can be quantized";
    SmallVector<char> storage;
    ArrayRef<char> bytes = crania::ir::WeightsOp::rawBytes(elements, storage);
    if (int64_t(bytes.size()) != type.getNumElements() * 4)
      return op.emitOpError() << "has weights without data: is the resource "
                                 "section missing?";
    crania::Span<const float> floats(
        reinterpret_cast<const float *>(bytes.data()), bytes.size() / 4);
    crania::quantization::ChannelIndex index(
        {type.getShape().data(), type.getShape().size()},
        {channels.data(), channels.size()});
    auto quantized = crania::quantization::quantizeWeights(floats, index, bits);
    if (!quantized)
      return op.emitOpError() << "has weights that cannot be quantized: "
                              << quantized.error().message;
    return std::move(*quantized);
  }

  Value weightConstant(const QuantizedWeights &quantized) {
    auto type = cast<RankedTensorType>(weights->get().getType())
                    .clone(builder.getIntegerType(bits));
    ElementsAttr old;
    matchPattern(weights->get(), m_Constant(&old));
    auto resource = dyn_cast<DenseResourceElementsAttr>(old);
    StringRef name =
        resource ? resource.getRawHandle().getKey() : StringRef("weights");
    auto attribute = DenseResourceElementsAttr::get(
        type, (name + (bits == 8 ? ".i8" : ".i16")).str(),
        HeapAsmResourceBlob::allocateAndCopyWithAlign(quantized.values,
                                                      bits / 8));
    return arith::ConstantOp::create(builder, weights->get().getLoc(),
                                     attribute);
  }

  /// Emits the op with integers that are extended before they are multiplied.
  linalg::GenericOp emitOp(Value constant) {
    Location loc = op.getLoc();
    IntegerFormat sum = sumFormatOf(bits);
    Type sumType = builder.getIntegerType(sum.bits);
    auto type = cast<RankedTensorType>(op->getResultTypes()[0]).clone(sumType);
    Value zero =
        arith::ConstantOp::create(builder, loc, builder.getZeroAttr(sumType));
    Value empty =
        tensor::EmptyOp::create(builder, loc, type.getShape(), sumType);
    Value init = linalg::FillOp::create(builder, loc, zero, empty).getResult(0);
    SmallVector<AffineMap> maps = {
        op.getMatchingIndexingMap(activations),
        op.getMatchingIndexingMap(weights),
        op.getMatchingIndexingMap(op.getDpsInitOperand(0))};
    IntegerBuilder emit(builder, loc);
    return linalg::GenericOp::create(
        builder, loc, type, ValueRange{input.value, constant}, ValueRange{init},
        maps, op.getIteratorTypesArray(),
        [&](OpBuilder &nested, Location inner, ValueRange x) {
          Value a = emit.extend(nested, x[0], input.format, sum.bits);
          Value w =
              emit.extend(nested, x[1], IntegerFormat{bits, true}, sum.bits);
          Value product = arith::MulIOp::create(nested, inner, a, w);
          Value added = arith::AddIOp::create(nested, inner, x[2], product);
          linalg::YieldOp::create(nested, inner, added);
        });
  }

  DenseElementsAttr scalesAttribute(ArrayRef<float> scales) {
    auto shape = cast<RankedTensorType>(weights->get().getType()).getShape();
    SmallVector<int64_t> extents(shape.size(), 1);
    for (unsigned dim : channels)
      extents[dim] = shape[dim];
    return DenseElementsAttr::get(
        RankedTensorType::get(extents, builder.getF32Type()), scales);
  }

  /// Returns input scale * weight scale, over the dimensions of the result.
  LoopConstant sumScale(ArrayRef<float> scales) {
    AffineMap weightMap = op.getMatchingIndexingMap(weights);
    AffineMap resultMap = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
    SmallVector<AffineExpr> dims;
    for (unsigned channel : channels) {
      AffineExpr loop = weightMap.getResult(channel);
      for (auto [i, expr] : llvm::enumerate(resultMap.getResults()))
        if (expr == loop)
          dims.push_back(builder.getAffineDimExpr(i));
    }
    auto type = cast<RankedTensorType>(op->getResultTypes()[0]);
    double inputScale = input.scale.getValues()[0];
    std::vector<double> values;
    for (float scale : scales)
      values.push_back(inputScale * scale);
    // The map is a projected permutation of the channels, so this cannot fail.
    return *LoopConstant::create(
        AffineMap::get(type.getRank(), 0, dims, builder.getContext()),
        type.getShape(), std::move(values));
  }

  void report(ArrayRef<float> scales) {
    remark::passed(op.getLoc(),
                   remark::RemarkOpts::name("quantized-contraction")
                       .category("crania-quantize"))
        << remark::metric("bits", int(bits))
        << remark::metric("input_scale", float(input.scale.getValues()[0]))
        << remark::metric("input_signed", int(input.format.isSigned))
        << remark::metric("largest_weight_scale", *llvm::max_element(scales))
        << remark::metric("smallest_weight_scale", *llvm::min_element(scales));
  }

  OpBuilder &builder;
  linalg::LinalgOp op;
  const IntegerTensor &input;
  unsigned bits;
  OpOperand *weights, *activations;
  SmallVector<unsigned> channels;
};

} // namespace

OpOperand *crania::quantization::activationsOf(linalg::LinalgOp op) {
  return op.getDpsInputOperand(isConstant(op.getDpsInputOperand(0)->get()) ? 1
                                                                           : 0);
}

FailureOr<IntegerTensor> crania::quantization::emitIntegerContraction(
    OpBuilder &builder, linalg::LinalgOp op, const IntegerTensor &input) {
  return Emitter(builder, op, input).run();
}
