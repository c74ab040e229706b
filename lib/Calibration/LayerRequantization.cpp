// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "LayerRequantization.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Matchers.h"

#include <cassert>
#include <cmath>
#include <limits>

using namespace mlir;
using namespace crania;

namespace {

/// Returns the dimension of a contraction's result that counts its outputs.
std::optional<unsigned> channelDim(const Contraction &contraction) {
  auto type = cast<RankedTensorType>(contraction.op->getResult(0).getType());
  int64_t stride = 1;
  for (unsigned dim = type.getRank(); dim-- > 0;) {
    if (type.getDimSize(dim) == contraction.outputs &&
        stride == contraction.outputPlane.channelStride)
      return dim;
    stride *= type.getDimSize(dim);
  }
  return std::nullopt;
}

/// Returns the only user of a value, or null.
Operation *onlyUser(Value value) {
  return value.hasOneUse() ? *value.getUsers().begin() : nullptr;
}

Operation *skipExtension(Value &value) {
  Operation *user = onlyUser(value);
  while (isa_and_nonnull<arith::ExtSIOp, arith::SIToFPOp>(user)) {
    value = user->getResult(0);
    user = onlyUser(value);
  }
  return user;
}

/// Returns the numbers of a scalar, or of a tensor with one number per channel.
std::optional<std::vector<double>> numbersOf(Attribute constant,
                                             int64_t channels) {
  auto of = [](Attribute number) -> double {
    if (auto real = dyn_cast<FloatAttr>(number))
      return real.getValueAsDouble();
    return double(cast<IntegerAttr>(number).getValue().getSExtValue());
  };
  if (isa<FloatAttr, IntegerAttr>(constant))
    return std::vector<double>(channels, of(constant));
  auto dense = dyn_cast<DenseElementsAttr>(constant);
  if (!dense || dense.getNumElements() != channels)
    return std::nullopt;
  std::vector<double> numbers;
  for (Attribute number : dense.getValues<Attribute>())
    numbers.push_back(of(number));
  return numbers;
}

/// Returns the numbers of a scalar in the body of an op, if it is a constant of
/// the channel or of the whole op.
std::optional<std::vector<double>> constantsOf(linalg::GenericOp op,
                                               Value scalar, AffineExpr channel,
                                               int64_t channels) {
  if (auto extension = scalar.getDefiningOp<arith::ExtSIOp>())
    scalar = extension.getIn();
  Attribute constant;
  if (auto argument = dyn_cast<BlockArgument>(scalar)) {
    OpOperand *operand = op.getMatchingOpOperand(argument);
    AffineMap map = op.getMatchingIndexingMap(operand);
    if (map.getNumResults() != 1 || map.getResult(0) != channel ||
        !matchPattern(operand->get(), m_Constant(&constant)))
      return std::nullopt;
  } else if (!matchPattern(scalar, m_Constant(&constant))) {
    return std::nullopt;
  }
  return numbersOf(constant, channels);
}

template <typename Number>
Number rounded(double number) {
  if constexpr (std::is_integral_v<Number>) {
    constexpr double largest = double(std::numeric_limits<Number>::max());
    // The largest i64 is not a double.
    if (number >= largest)
      return std::numeric_limits<Number>::max();
    return Number(std::nearbyint(std::max(number, -largest)));
  }
  return Number(number);
}

} // namespace

Result<LayerRequantization>
LayerRequantization::find(const Contraction &contraction) {
  LayerRequantization found;
  Value sums = contraction.op->getResult(0);
  found.op = dyn_cast_or_null<linalg::GenericOp>(onlyUser(sums));
  std::optional<unsigned> dim = channelDim(contraction);
  if (!found.op || !dim || found.op.getNumReductionLoops() != 0 ||
      !getElementTypeOrSelf(sums.getType()).isInteger())
    return Error{
        "its sums do not have a single reader that is an element-wise op"};
  OpOperand *operand = &*sums.getUses().begin();
  found.channel = found.op.getMatchingIndexingMap(operand).getResult(*dim);
  Value sum = found.op.getMatchingBlockArgument(operand);
  found.product = skipExtension(sum);
  if (!isa_and_nonnull<arith::MulIOp, arith::MulFOp>(found.product) ||
      (!sum.getType().isInteger(64) && !sum.getType().isF32()))
    return Error{
        "the reader of its sums does not multiply them in 64 bits or f32"};
  OpOperand &first = found.product->getOpOperand(0);
  found.factor = first.get() == sum ? &found.product->getOpOperand(1) : &first;
  auto factors = constantsOf(found.op, found.factor->get(), found.channel,
                             contraction.outputs);
  if (!factors)
    return Error{
        "the multipliers of its sums are not constants of the channel"};
  found.factors = std::move(*factors);
  found.addends.resize(contraction.outputs, 0);
  auto add =
      dyn_cast_or_null<arith::AddIOp>(onlyUser(found.product->getResult(0)));
  if (!add)
    return found;
  OpOperand *other = add.getLhs() == found.product->getResult(0)
                         ? &add.getRhsMutable()
                         : &add.getLhsMutable();
  if (auto addends = constantsOf(found.op, other->get(), found.channel,
                                 contraction.outputs)) {
    found.addend = other;
    found.addends = std::move(*addends);
  }
  return found;
}

template <typename Number>
Value LayerRequantization::perRound(OpBuilder &builder,
                                    ArrayRef<std::vector<Number>> rounds) {
  assert(!rounds.empty() && "a constant per round");
  Type element = std::is_same_v<Number, float>
                     ? Type(builder.getF32Type())
                     : Type(builder.getIntegerType(8 * sizeof(Number)));
  auto type = RankedTensorType::get(int64_t(rounds[0].size()), element);
  SmallVector<Attribute> constants;
  for (const std::vector<Number> &round : rounds)
    constants.push_back(DenseElementsAttr::get(type, ArrayRef<Number>(round)));
  Value last = arith::ConstantIndexOp::create(builder, op.getLoc(),
                                              int64_t(rounds.size()));
  return ir::PerRoundOp::create(builder, op.getLoc(), last,
                                builder.getArrayAttr(constants));
}

/// Computes factor * gain and factor * offset + addend by round and channel.
/// The last round keeps its factors and addends.
template <typename Factor, typename Addend>
static void correctedConstants(ArrayRef<double> factors,
                               ArrayRef<double> addends,
                               ArrayRef<SumCorrection> corrections,
                               std::vector<std::vector<Factor>> &allFactors,
                               std::vector<std::vector<Addend>> &allAddends) {
  assert(factors.size() == addends.size() && "one of each per channel");
  for (size_t round = 0; round <= corrections.size(); ++round) {
    allFactors.emplace_back();
    allAddends.emplace_back();
    for (size_t i = 0; i < factors.size(); ++i) {
      const bool isLast = round == corrections.size();
      const double gain = isLast ? 1 : corrections[round].gains[i];
      const double offset = isLast ? 0 : corrections[round].offsets[i];
      allFactors.back().push_back(rounded<Factor>(factors[i] * gain));
      allAddends.back().push_back(
          rounded<Addend>(addends[i] + factors[i] * offset));
    }
  }
}

bool LayerRequantization::fits(const SumCorrection &correction,
                               ArrayRef<double> largestSums) const {
  if (isa<arith::MulFOp>(product))
    return true;
  // A quarter of the range remains for the other terms of the sum.
  constexpr double largest = 0x1p61;
  assert(correction.gains.size() == factors.size() &&
         correction.offsets.size() == factors.size() &&
         largestSums.size() == factors.size() && "one of each per channel");
  for (size_t i = 0; i < factors.size(); ++i) {
    const double factor = std::fabs(factors[i] * correction.gains[i]);
    const double constant =
        std::fabs(addends[i] + factors[i] * correction.offsets[i]);
    if (!(factor * largestSums[i] + constant < largest))
      return false;
  }
  return true;
}

/// Returns true if 32 bits hold the factors of all rounds.
static bool areNarrow(ArrayRef<double> factors,
                      ArrayRef<SumCorrection> corrections) {
  constexpr double largest = std::numeric_limits<int32_t>::max();
  for (const SumCorrection &correction : corrections)
    for (auto [factor, gain] : llvm::zip_equal(factors, correction.gains))
      if (std::fabs(factor * gain) > largest)
        return false;
  return true;
}

template <typename Factor, typename Addend>
std::pair<Value, Value>
LayerRequantization::constantsOfRounds(OpBuilder &builder,
                                       ArrayRef<SumCorrection> corrections) {
  std::vector<std::vector<Factor>> f;
  std::vector<std::vector<Addend>> a;
  correctedConstants<Factor, Addend>(factors, addends, corrections, f, a);
  // Adding -0 to any number gives that number.
  if constexpr (std::is_floating_point_v<Addend>)
    std::replace(a.back().begin(), a.back().end(), Addend(0), -Addend(0));
  return {perRound<Factor>(builder, f), perRound<Addend>(builder, a)};
}

void LayerRequantization::correct(ArrayRef<SumCorrection> corrections) {
  OpBuilder builder(op);
  const bool isFloat = isa<arith::MulFOp>(product);
  auto [newFactors, newAddends] =
      isFloat ? constantsOfRounds<float, float>(builder, corrections)
      : areNarrow(factors, corrections)
          ? constantsOfRounds<int32_t, int64_t>(builder, corrections)
          : constantsOfRounds<int64_t, int64_t>(builder, corrections);

  // The new op has two more inputs.
  SmallVector<Value> inputs(op.getInputs());
  const unsigned position = inputs.size();
  inputs.append({newFactors, newAddends});
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  AffineMap byChannel =
      AffineMap::get(op.getNumLoops(), 0, channel, op.getContext());
  maps.insert(maps.begin() + position, 2, byChannel);
  auto corrected = linalg::GenericOp::create(
      builder, op.getLoc(), op.getResultTypes(), inputs, op.getOutputs(),
      builder.getAffineMapArrayAttr(maps), op.getIteratorTypes(),
      op.getDocAttr(), op.getLibraryCallAttr());
  for (NamedAttribute attribute : op->getDiscardableAttrs())
    corrected->setDiscardableAttr(attribute.getName(), attribute.getValue());
  corrected.getRegion().takeBody(op.getRegion());
  Block &body = corrected.getRegion().front();
  Value factorOfRound = body.insertArgument(
      position, getElementTypeOrSelf(newFactors.getType()), op.getLoc());
  Value addendOfRound = body.insertArgument(
      position + 1, getElementTypeOrSelf(newAddends.getType()), op.getLoc());

  builder.setInsertionPoint(product);
  Type wide = product->getResult(0).getType();
  if (factorOfRound.getType() != wide)
    factorOfRound =
        arith::ExtSIOp::create(builder, op.getLoc(), wide, factorOfRound);
  factor->set(factorOfRound);
  if (addend) {
    addend->set(addendOfRound);
  } else {
    builder.setInsertionPointAfter(product);
    Value result = product->getResult(0);
    Operation *sum =
        isFloat
            ? arith::AddFOp::create(builder, op.getLoc(), result, addendOfRound)
                  .getOperation()
            : arith::AddIOp::create(builder, op.getLoc(), result, addendOfRound)
                  .getOperation();
    result.replaceAllUsesExcept(sum->getResult(0), sum);
  }
  op.getResult(0).replaceAllUsesWith(corrected.getResult(0));
  op.erase();
  op = corrected;
}
