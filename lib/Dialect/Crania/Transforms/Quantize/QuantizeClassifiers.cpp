// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "../Logits.h"
#include "IntegerBuilder.h"
#include "IntegerContraction.h"
#include "StoragePlan.h"
#include "crania/Analysis/Contraction.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "crania/Dialect/Crania/Transforms/Normalize.h"
#include "crania/Dialect/Crania/Transforms/Passes.h"
#include "crania/Quantization/WeightQuantization.h"
#include "crania/Target/PrecisionNames.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

namespace crania {
#define GEN_PASS_DEF_QUANTIZECLASSIFIERS
#include "crania/Dialect/Crania/Transforms/Passes.h.inc"
} // namespace crania

using namespace mlir;
using namespace crania::quantization;
using crania::ir::CraniaDialect;

namespace {

/// Rewrites the body of one classifier, op by op in order. Each tensor of the
/// old body has up to two forms, integers and reals; ops ask for the form they
/// need.
class ClassifierQuantizer {
public:
  ClassifierQuantizer(func::FuncOp function, StoragePlan plan)
      : function(function), plan(std::move(plan)), builder(function) {}

  LogicalResult run() {
    Block &body = function.getBody().front();
    SmallVector<Operation *> ops;
    for (Operation &op : body.without_terminator())
      ops.push_back(&op);
    builder.setInsertionPointToStart(&body);
    for (BlockArgument argument : body.getArguments())
      if (failed(quantizeArgument(argument)))
        return failure();
    for (Operation *op : ops) {
      builder.setInsertionPoint(op);
      if (failed(convert(op)))
        return failure();
    }
    Operation *end = body.getTerminator();
    builder.setInsertionPoint(end);
    for (OpOperand &result : end->getOpOperands())
      result.set(asReal(result.get(), end->getLoc()));
    for (Operation *op : llvm::reverse(ops))
      if (op->use_empty())
        op->erase();
    return success();
  }

private:
  //===--------------------------------------------------------------------===//
  // Forms
  //===--------------------------------------------------------------------===//

  LoopConstant uniformScale(Value value, double scale) {
    return LoopConstant(builder.getContext(),
                        cast<RankedTensorType>(value.getType()).getRank(),
                        scale);
  }

  /// Returns the format and scale in which a tensor of the old body is stored
  /// as integers of `bits`.
  FailureOr<std::pair<IntegerFormat, float>> storageOf(Value old, Bits bits,
                                                       Location loc) {
    if (!plan.hasRange(old))
      return emitError(loc)
             << "the layer has a tensor of unknown range, and integers need "
                "its scale; "
                "run crania-calibrate before, or write '"
             << CraniaDialect::getRangeAttrName()
             << " = array<f64: low, high>' on the op that computes it";
    auto [low, high] = plan.rangeOf(old);
    IntegerFormat format = crania::quantization::formatFor(bits, low);
    return std::make_pair(format, format.scaleFor(low, high));
  }

  IntegerTensor stored(Value value, IntegerFormat format, double scale) {
    // The machine handles -2^(bits-1), too, so count it.
    const double magnitude = double(format.high()) + (format.isSigned ? 1 : 0);
    return {value, format, uniformScale(value, scale), magnitude,
            /*isSum=*/false};
  }

  /// Quantizes the input. The machine has one input in one form; other widths
  /// and the reals are derived from it. Without a range the input stays real
  /// until an op needs integers.
  LogicalResult quantizeArgument(BlockArgument argument) {
    if (!plan.isInteger(argument) || !plan.hasRange(argument))
      return success();
    FailureOr<IntegerTensor> integer =
        asInteger(argument, plan.bitsOf(argument), argument.getLoc());
    if (failed(integer))
      return failure();
    integers.insert_or_assign(argument, *integer);
    return success();
  }

  /// Returns a tensor as reals.
  Value asReal(Value old, Location loc) {
    auto known = reals.find(old);
    if (known != reals.end())
      return known->second;
    auto integer = integers.find(old);
    if (integer == integers.end())
      return old;
    return reals[old] =
               IntegerBuilder(builder, loc).dequantize(integer->second);
  }

  /// Returns a tensor as the integers of `bits` that the plan stores.
  FailureOr<IntegerTensor> asInteger(Value old, Bits bits, Location loc) {
    auto known = integers.find(old);
    if (known != integers.end() && !known->second.isSum &&
        known->second.format.bits == bits)
      return known->second;
    auto cached = conversions.find({old, bits});
    if (cached != conversions.end())
      return cached->second;
    auto storage = storageOf(old, bits, loc);
    if (failed(storage))
      return failure();
    auto [format, scale] = *storage;
    FailureOr<Value> value = toStorage(old, format, scale, loc);
    if (failed(value))
      return failure();
    IntegerTensor result = stored(*value, format, scale);
    conversions.try_emplace({old, bits}, result);
    return result;
  }

  /// Converts a tensor to a storage format, from whichever form it has.
  FailureOr<Value> toStorage(Value old, IntegerFormat format, float scale,
                             Location loc) {
    IntegerBuilder emit(builder, loc);
    auto known = integers.find(old);
    if (known == integers.end())
      return isa<BlockArgument>(old)
                 ? quantizeInput(old, format, scale, loc)
                 : emit.quantize(asReal(old, loc), scale, format);
    Domain domain = Domain::over(cast<RankedTensorType>(old.getType()));
    RequantizationOp op{{{known->second, domain.resultMap}},
                        {known->second.scale.mapped(
                            [scale](double x) { return x / double(scale); })},
                        uniformScale(old, 0),
                        format,
                        format.low(),
                        format.high()};
    return emit.requantize(domain, op);
  }

  /// Quantizes the input with the quant dialect. The host gives integers to the
  /// machine, and only at this boundary does the quant dialect state their
  /// scale.
  Value quantizeInput(Value input, IntegerFormat format, float scale,
                      Location loc) {
    auto type = cast<RankedTensorType>(input.getType());
    Type storage = builder.getIntegerType(format.bits);
    auto element = quant::UniformQuantizedType::get(
        format.isSigned ? quant::QuantizationFlags::Signed : 0, storage,
        builder.getF32Type(), scale, /*zeroPoint=*/0, format.low(),
        format.high());
    Value quantized =
        quant::QuantizeCastOp::create(builder, loc, type.clone(element), input);
    return quant::StorageCastOp::create(builder, loc, type.clone(storage),
                                        quantized);
  }

  //===--------------------------------------------------------------------===//
  // Ops
  //===--------------------------------------------------------------------===//

  LogicalResult convert(Operation *op) {
    if (isConstantLike(op))
      return success();
    if (auto structured = dyn_cast<linalg::LinalgOp>(op)) {
      if (plan.bitsOf(op) != 0)
        return convertContraction(structured);
      if (!crania::isContractionLike(structured) && op->getNumResults() == 1)
        if (std::optional<LogicalResult> done = convertStructured(structured))
          return *done;
    }
    if (isa<tensor::PadOp, tensor::CollapseShapeOp, tensor::ExpandShapeOp,
            tensor::ExtractSliceOp, tensor::ConcatOp>(op) &&
        plan.isInteger(op->getResult(0)))
      return convertView(op);
    return keepReal(op);
  }

  static bool isConstantLike(Operation *op) {
    return isa<arith::ConstantOp, tensor::EmptyOp, linalg::FillOp>(op);
  }

  /// Keeps an op in f32, on the reals of its operands.
  LogicalResult keepReal(Operation *op) {
    for (OpOperand &operand : op->getOpOperands())
      operand.set(asReal(operand.get(), op->getLoc()));
    return success();
  }

  LogicalResult convertView(Operation *op) {
    Location loc = op->getLoc();
    Bits bits = plan.bitsOf(op->getResult(0));
    IRMapping mapping;
    std::optional<IntegerTensor> source;
    for (Value operand : op->getOperands()) {
      if (!isa<RankedTensorType>(operand.getType()))
        continue;
      FailureOr<IntegerTensor> integer = asInteger(operand, bits, loc);
      if (failed(integer))
        return failure();
      mapping.map(operand, integer->value);
      source = *integer;
    }
    Operation *view;
    if (auto pad = dyn_cast<tensor::PadOp>(op)) {
      FailureOr<Value> padded = clonePad(pad, *source);
      if (failed(padded))
        return failure();
      view = padded->getDefiningOp();
    } else {
      view = builder.clone(*op, mapping);
      auto type = cast<RankedTensorType>(op->getResult(0).getType());
      view->getResult(0).setType(
          type.clone(builder.getIntegerType(source->format.bits)));
    }
    view->removeAttr(CraniaDialect::getRangeAttrName());
    Value result = view->getResult(0);
    integers.insert_or_assign(
        op->getResult(0),
        stored(result, source->format, source->scale.getValues()[0]));
    return success();
  }

  /// Pads a tensor in integers. The padding of a maximum may be below all
  /// numbers; otherwise the plan has included it in the range.
  FailureOr<Value> clonePad(tensor::PadOp pad, const IntegerTensor &source) {
    std::optional<double> number = paddingOf(pad);
    if (!number)
      return pad.emitOpError()
             << "pads with a value that is not a constant number";
    bool isBelowAll = *number < 0 && feedsMaximaOnly(pad.getResult());
    if (!std::isfinite(*number) && !isBelowAll)
      return pad.emitOpError()
             << "pads with " << *number
             << ", which no integer represents; give the "
                "layers that read it 'crania.precision = f32'";
    Type element = builder.getIntegerType(source.format.bits);
    Value integer = arith::ConstantOp::create(
        builder, pad.getLoc(),
        builder.getIntegerAttr(element, nearest(*number, source)));
    auto type = cast<RankedTensorType>(pad.getType()).clone(element);
    return tensor::PadOp::create(builder, pad.getLoc(), type, source.value,
                                 pad.getMixedLowPad(), pad.getMixedHighPad(),
                                 integer)
        .getResult();
  }

  static int64_t nearest(double real, const IntegerTensor &tensor) {
    double q = std::nearbyint(real / tensor.scale.getValues()[0]);
    return int64_t(std::clamp(q, double(tensor.format.low()),
                              double(tensor.format.high())));
  }

  LogicalResult convertContraction(linalg::LinalgOp op) {
    if (!isFill(op.getDpsInits()[0], 0))
      return op.emitOpError() << "starts from something that is not 0; run "
                                 "crania-normalize-classifiers before";
    FailureOr<IntegerTensor> input = asInteger(
        activationsOf(op)->get(), plan.bitsOf(op.getOperation()), op.getLoc());
    if (failed(input))
      return failure();
    FailureOr<IntegerTensor> sums = emitIntegerContraction(builder, op, *input);
    if (failed(sums))
      return failure();
    integers.insert_or_assign(op->getResult(0), *sums);
    return success();
  }

  //===--------------------------------------------------------------------===//
  // Reductions and element-wise ops
  //===--------------------------------------------------------------------===//

  /// Converts a structured op to integers. Returns nullopt if the op must
  /// compute in f32.
  std::optional<LogicalResult> convertStructured(linalg::LinalgOp op) {
    bool readsIntegers = llvm::any_of(op.getDpsInputs(), [&](Value input) {
      return integers.contains(input) ||
             (isa<BlockArgument>(input) && plan.isInteger(input));
    });
    if (!readsIntegers)
      return std::nullopt;
    if (std::optional<Reduction> reduction = reductionOf(op))
      return convertReduction(op, *reduction);
    if (op.getNumReductionLoops() != 0 || !plan.isInteger(op->getResult(0)))
      return std::nullopt;
    if (OpOperand *forwarded = forwardedOperand(op);
        forwarded && isa<RankedTensorType>(forwarded->get().getType()))
      return convertMove(op, forwarded);
    return convertElementwise(op);
  }

  /// Returns true if `init` is a tensor filled with a number from `least` to
  /// `most`.
  static bool isFill(Value init, double most, double least = 0) {
    auto fill = init.getDefiningOp<linalg::FillOp>();
    FloatAttr number;
    return fill && matchPattern(fill.value(), m_Constant(&number)) &&
           number.getValueAsDouble() <= most &&
           number.getValueAsDouble() >= least;
  }

  std::optional<LogicalResult> convertReduction(linalg::LinalgOp op,
                                                Reduction reduction) {
    Value element = op.getDpsInputOperand(0)->get(), init = op.getDpsInits()[0];
    const double lowest = -std::numeric_limits<double>::infinity();
    bool isMaximum = reduction == Reduction::maximum;
    Bits bits =
        isMaximum ? plan.bitsOf(op->getResult(0)) : plan.bitsOf(element);
    if (bits == 0)
      return std::nullopt;
    FailureOr<IntegerTensor> input = asInteger(element, bits, op.getLoc());
    if (failed(input))
      return failure();
    auto [low, high] = plan.rangeOf(element);
    if (!isFill(init, isMaximum ? low : 0, isMaximum ? lowest : 0))
      return std::nullopt;
    double taps = 1;
    for (auto [size, type] :
         llvm::zip_equal(op.getStaticLoopRanges(), op.getIteratorTypesArray()))
      taps *= type == utils::IteratorType::reduction ? double(size) : 1;
    double magnitude = input->magnitude * (isMaximum ? 1 : taps);
    if (magnitude >= sumLimitOf(bits))
      return std::nullopt;
    Value result = emitReduction(op, *input, isMaximum);
    IntegerTensor tensor =
        isMaximum
            ? stored(result, input->format, input->scale.getValues()[0])
            : IntegerTensor{result, sumFormatOf(bits),
                            uniformScale(result, input->scale.getValues()[0]),
                            magnitude, /*isSum=*/true};
    integers.insert_or_assign(op->getResult(0), tensor);
    return success();
  }

  Value emitReduction(linalg::LinalgOp op, const IntegerTensor &input,
                      bool isMaximum) {
    Location loc = op.getLoc();
    IntegerFormat format =
        isMaximum ? input.format : sumFormatOf(input.format.bits);
    Type element = builder.getIntegerType(format.bits);
    auto type = cast<RankedTensorType>(op->getResultTypes()[0]).clone(element);
    Value start = arith::ConstantOp::create(
        builder, loc,
        builder.getIntegerAttr(element, isMaximum ? format.low() : 0));
    Value empty =
        tensor::EmptyOp::create(builder, loc, type.getShape(), element);
    Value init =
        linalg::FillOp::create(builder, loc, start, empty).getResult(0);
    // A pooling has its window as a second input, of which only the shape
    // matters.
    SmallVector<Value> inputs = {input.value};
    const SmallVector<OpOperand *> operands = op.getDpsInputOperands();
    for (OpOperand *window : llvm::drop_begin(operands))
      inputs.push_back(tensor::EmptyOp::create(
          builder, loc,
          cast<RankedTensorType>(window->get().getType()).getShape(),
          builder.getIntegerType(input.format.bits)));
    IntegerBuilder emit(builder, loc);
    return linalg::GenericOp::create(
               builder, loc, type, inputs, ValueRange{init},
               op.getIndexingMapsArray(), op.getIteratorTypesArray(),
               [&](OpBuilder &nested, Location inner, ValueRange x) {
                 linalg::YieldOp::create(nested, inner,
                                         combine(nested, inner, emit, x,
                                                 input.format, format,
                                                 isMaximum));
               })
        .getResult(0);
  }

  static Value combine(OpBuilder &nested, Location loc, IntegerBuilder &emit,
                       ValueRange x, IntegerFormat input, IntegerFormat result,
                       bool isMaximum) {
    if (!isMaximum)
      return arith::AddIOp::create(
          nested, loc, x.back(),
          emit.extend(nested, x.front(), input, result.bits));
    if (input.isSigned)
      return arith::MaxSIOp::create(nested, loc, x.back(), x.front());
    return arith::MaxUIOp::create(nested, loc, x.back(), x.front());
  }

  /// Converts an op that returns an operand under other indices.
  LogicalResult convertMove(linalg::LinalgOp op, OpOperand *operand) {
    Bits bits = plan.bitsOf(op->getResult(0));
    FailureOr<IntegerTensor> input =
        asInteger(operand->get(), bits, op.getLoc());
    if (failed(input))
      return failure();
    Value result =
        IntegerBuilder(builder, op.getLoc())
            .elementwise(Domain::of(op), input->value,
                         op.getMatchingIndexingMap(operand),
                         builder.getIntegerType(bits),
                         [](OpBuilder &, ValueRange x) { return x[0]; });
    integers.insert_or_assign(
        op->getResult(0),
        stored(result, input->format, input->scale.getValues()[0]));
    return success();
  }

  LogicalResult convertElementwise(linalg::LinalgOp op) {
    Value old = op->getResult(0);
    auto storage = storageOf(old, plan.bitsOf(old), op.getLoc());
    if (failed(storage))
      return failure();
    auto [format, scale] = *storage;
    FailureOr<Value> value = failure();
    if (auto affine = affineRequantization(op, format, scale))
      value = IntegerBuilder(builder, op.getLoc())
                  .requantize(Domain::of(op), *affine);
    else
      value = emitThroughReals(op, format, scale);
    if (failed(value))
      return failure();
    integers.insert_or_assign(old, stored(*value, format, scale));
    return success();
  }

  /// Returns the op as one requantization, if it is affine in integers.
  std::optional<RequantizationOp>
  affineRequantization(linalg::LinalgOp op, IntegerFormat format, float scale) {
    std::optional<AffineBody> body = analyzeAffineBody(op);
    if (!body || body->terms.empty())
      return std::nullopt;
    SmallVector<int64_t> loopSizes = op.getStaticLoopRanges();
    auto toUnits = [s = scale](double x) { return x / double(s); };
    RequantizationOp result{{},     {},           body->offset.mapped(toUnits),
                            format, format.low(), format.high()};
    for (const AffineBody::Term &term : body->terms) {
      FailureOr<IntegerTensor> tensor = integerOperand(term.operand->get());
      if (failed(tensor))
        return std::nullopt;
      IndexedTensor operand{*tensor, op.getMatchingIndexingMap(term.operand)};
      auto operandScale = operand.scaleOverLoops(loopSizes);
      if (!operandScale)
        return std::nullopt;
      auto factor = LoopConstant::combine(
          term.factor, *operandScale,
          [&](double x, double y) { return toUnits(x * y); });
      if (!factor)
        return std::nullopt;
      result.operands.push_back(operand);
      result.factors.push_back(*factor);
    }
    result.low = bounded(toUnits(body->low), format);
    result.high = bounded(toUnits(body->high), format);
    return result;
  }

  static int64_t bounded(double units, IntegerFormat format) {
    return int64_t(std::clamp(std::nearbyint(units), double(format.low()),
                              double(format.high())));
  }

  /// Returns the integers of a tensor. The input is quantized if needed.
  FailureOr<IntegerTensor> integerOperand(Value old) {
    auto known = integers.find(old);
    if (known != integers.end())
      return known->second;
    if (isa<BlockArgument>(old) && plan.isInteger(old))
      return asInteger(old, plan.bitsOf(old), old.getLoc());
    return failure();
  }

  /// Emits one op that converts to reals, computes the body in f32, and rounds.
  Value emitThroughReals(linalg::LinalgOp op, IntegerFormat format,
                         float scale) {
    Location loc = op.getLoc();
    IntegerBuilder emit(builder, loc);
    SmallVector<Value> inputs, scales;
    SmallVector<AffineMap> maps, scaleMaps;
    SmallVector<std::optional<IntegerFormat>> formats;
    for (OpOperand *operand : op.getDpsInputOperands()) {
      auto known = integers.find(operand->get());
      std::optional<LoopConstant> operandScale;
      if (known != integers.end())
        operandScale =
            IndexedTensor{known->second, op.getMatchingIndexingMap(operand)}
                .scaleOverLoops(op.getStaticLoopRanges());
      maps.push_back(op.getMatchingIndexingMap(operand));
      if (!operandScale) {
        inputs.push_back(asReal(operand->get(), loc));
        formats.push_back(std::nullopt);
        continue;
      }
      inputs.push_back(known->second.value);
      formats.push_back(known->second.format);
      auto [value, map] = emit.realOperand(*operandScale);
      scales.push_back(value);
      scaleMaps.push_back(map);
    }
    size_t operands = inputs.size();
    inputs.append(scales);
    maps.append(scaleMaps);
    return emit.elementwise(
        Domain::of(op), inputs, maps, builder.getIntegerType(format.bits),
        [&](OpBuilder &nested, ValueRange x) {
          IRMapping mapping;
          size_t nextScale = operands;
          for (size_t i = 0; i < operands; ++i) {
            Value real = x[i];
            if (formats[i])
              real = arith::MulFOp::create(
                  nested, loc, emit.toReal(nested, x[i], *formats[i]),
                  x[nextScale++]);
            mapping.map(op.getBlock()->getArgument(i), real);
          }
          for (Operation &inner : op.getBlock()->without_terminator())
            nested.clone(inner, mapping);
          Value real = mapping.lookupOrDefault(
              op.getBlock()->getTerminator()->getOperand(0));
          return emit.toInteger(nested, real, scale, format);
        });
  }

  func::FuncOp function;
  StoragePlan plan;
  OpBuilder builder;
  llvm::DenseMap<Value, IntegerTensor> integers;
  /// Integers of other widths than the stored ones, or of sums and reals.
  llvm::DenseMap<std::pair<Value, Bits>, IntegerTensor> conversions;
  llvm::DenseMap<Value, Value> reals;
};

struct QuantizeClassifiers
    : public crania::impl::QuantizeClassifiersBase<QuantizeClassifiers> {
  using QuantizeClassifiersBase::QuantizeClassifiersBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    FailureOr<Type> all = parse(precision), first = parse(firstLayer),
                    last = parse(lastLayer);
    if (failed(all) || failed(first) || failed(last))
      return signalPassFailure();
    for (auto function : module.getOps<func::FuncOp>()) {
      if (!CraniaDialect::isClassifier(function))
        continue;
      markEnds(function, *first, *last);
      if (all->isF32() && !hasIntegerLayer(function))
        continue;
      if (failed(quantize(function,
                          all->isF32() ? 0 : all->getIntOrFloatBitWidth())))
        return signalPassFailure();
    }
  }

private:
  /// Returns the type of that name, or null for an empty name. Fails on any
  /// other name.
  FailureOr<Type> parse(StringRef name) {
    MLIRContext *context = &getContext();
    if (name.empty())
      return Type();
    auto parsed = crania::parseName<crania::target::Precision>(name);
    if (parsed && *parsed == crania::target::Precision::f32)
      return Type(Float32Type::get(context));
    if (parsed)
      return Type(
          IntegerType::get(context, 8 * crania::target::bytesOf(*parsed)));
    getOperation().emitError() << "precision " << parsed.error().message;
    return failure();
  }

  /// Sets the precision of the first and last contraction. A precision that the
  /// module has already takes precedence.
  static void markEnds(func::FuncOp function, Type first, Type last) {
    SmallVector<Operation *> contractions;
    for (auto op : function.getBody().front().getOps<linalg::LinalgOp>())
      if (hasConstantWeights(op))
        contractions.push_back(op);
    auto mark = [](Operation *op, Type type) {
      StringRef name = CraniaDialect::getPrecisionAttrName();
      if (type && !op->hasAttr(name))
        op->setAttr(name, TypeAttr::get(type));
    };
    if (contractions.empty())
      return;
    mark(contractions.front(), first);
    mark(contractions.back(), last);
  }

  static bool hasIntegerLayer(func::FuncOp function) {
    return llvm::any_of(function.getBody().front(), [](Operation &op) {
      auto type =
          op.getAttrOfType<TypeAttr>(CraniaDialect::getPrecisionAttrName());
      return type && isa<IntegerType>(type.getValue());
    });
  }

  static LogicalResult quantize(func::FuncOp function, Bits bits) {
    if (failed(crania::normalizeStructuredOps(function.getBody().front())))
      return failure();
    FailureOr<StoragePlan> plan = StoragePlan::create(function, bits);
    if (failed(plan))
      return failure();
    return ClassifierQuantizer(function, std::move(*plan)).run();
  }
};

} // namespace
