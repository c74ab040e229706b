// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "StoragePlan.h"
#include "../Logits.h"
#include "AffineBody.h"
#include "crania/Analysis/Contraction.h"
#include "crania/Dialect/Crania/IR/CraniaDialect.h"
#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/Debug.h"

#include <cassert>
#include <cmath>

#define DEBUG_TYPE "crania-quantize-classifiers"

using namespace mlir;
using namespace crania::quantization;
using crania::ir::CraniaDialect;

std::optional<Reduction>
crania::quantization::reductionOf(linalg::LinalgOp op) {
  if (op.getNumReductionLoops() == 0 || op->getNumResults() != 1)
    return std::nullopt;
  Block &body = *op.getBlock();
  Operation *combine = body.getTerminator()->getOperand(0).getDefiningOp();
  if (!combine || combine->getNumOperands() != 2 ||
      combine->getBlock() != &body)
    return std::nullopt;
  Value element = body.getArgument(0), output = body.getArguments().back();
  bool isCombination =
      (combine->getOperand(0) == element && combine->getOperand(1) == output) ||
      (combine->getOperand(0) == output && combine->getOperand(1) == element);
  if (!isCombination)
    return std::nullopt;
  if (isa<arith::AddFOp>(combine))
    return Reduction::sum;
  if (isa<arith::MaximumFOp, arith::MaxNumFOp>(combine))
    return Reduction::maximum;
  return std::nullopt;
}

std::optional<double> crania::quantization::paddingOf(tensor::PadOp pad) {
  FloatAttr number;
  Value padding = pad.getConstantPaddingValue();
  if (!padding || !matchPattern(padding, m_Constant(&number)))
    return std::nullopt;
  return number.getValueAsDouble();
}

bool crania::quantization::feedsMaximaOnly(Value value) {
  return llvm::all_of(value.getUses(), [](OpOperand &use) {
    Operation *user = use.getOwner();
    if (isa<tensor::PadOp, tensor::CollapseShapeOp, tensor::ExpandShapeOp,
            tensor::ExtractSliceOp, tensor::ConcatOp>(user))
      return feedsMaximaOnly(user->getResult(0));
    auto structured = dyn_cast<linalg::LinalgOp>(user);
    return structured && use.getOperandNumber() == 0 &&
           reductionOf(structured) == Reduction::maximum;
  });
}

static bool isConstant(Value value) {
  return matchPattern(value, m_Constant());
}

bool crania::quantization::hasConstantWeights(linalg::LinalgOp op) {
  return crania::isContractionLike(op) &&
         llvm::count_if(op.getDpsInputs(), isConstant) == 1;
}

FailureOr<StoragePlan> StoragePlan::create(func::FuncOp function, Bits bits) {
  StoragePlan plan;
  Block &body = function.getBody().front();
  auto number = [&](Value value) {
    plan.numbers.try_emplace(value, plan.numbers.size());
  };
  llvm::for_each(body.getArguments(), number);
  for (Operation &op : body)
    llvm::for_each(op.getResults(), number);
  plan.classes.grow(plan.numbers.size());
  for (Operation &op : body)
    plan.join(op);
  plan.classes.compress();
  plan.groups.resize(plan.classes.getNumClasses());

  for (unsigned i = 0; i < body.getNumArguments(); ++i)
    if (auto range = function.getArgAttrOfType<DenseF64ArrayAttr>(
            i, CraniaDialect::getRangeAttrName()))
      plan.addRange(body.getArgument(i), range);
  for (Operation &op : body)
    if (auto range = op.getAttrOfType<DenseF64ArrayAttr>(
            CraniaDialect::getRangeAttrName()))
      plan.addRange(op.getResult(0), range);
  for (auto pad : body.getOps<tensor::PadOp>())
    plan.addPadding(pad);
  if (failed(plan.readPrecisions(function, bits)))
    return failure();
  plan.chooseBits(function, bits);
  LLVM_DEBUG(llvm::dbgs() << "'" << function.getSymName() << "' has "
                          << plan.groups.size() << " groups of tensors; "
                          << llvm::count_if(plan.groups,
                                            [](const Group &group) {
                                              return group.bits != 0;
                                            })
                          << " are integers\n");
  return plan;
}

void StoragePlan::join(Operation &op) {
  if (isa<tensor::PadOp, tensor::CollapseShapeOp, tensor::ExpandShapeOp,
          tensor::ExtractSliceOp>(op))
    return join(op.getOperand(0), op.getResult(0));
  if (auto concat = dyn_cast<tensor::ConcatOp>(op)) {
    for (Value input : concat.getInputs())
      join(input, concat.getResult());
    return;
  }
  auto structured = dyn_cast<linalg::LinalgOp>(op);
  if (!structured)
    return;
  if (reductionOf(structured) == Reduction::maximum)
    return join(op.getOperand(0), op.getResult(0));
  if (OpOperand *forwarded = forwardedOperand(structured);
      forwarded && isa<RankedTensorType>(forwarded->get().getType()) &&
      !isConstant(forwarded->get()))
    join(forwarded->get(), op.getResult(0));
}

void StoragePlan::addRange(Value value, ArrayRef<double> range) {
  assert(range.size() == 2 && "a range has a low and a high end");
  Group &group = groupOf(value);
  group.hasRange = true;
  group.low = std::min(group.low, range[0]);
  group.high = std::max(group.high, range[1]);
}

/// Extends the range of a padded tensor by the padding number. Maxima never
/// return a number below all others, so such a number need not be in their
/// range.
void StoragePlan::addPadding(tensor::PadOp pad) {
  std::optional<double> number = paddingOf(pad);
  if (!number || !std::isfinite(*number))
    return;
  Group &group = groupOf(pad.getResult());
  group.high = std::max(group.high, *number);
  if (!feedsMaximaOnly(pad.getResult()))
    group.low = std::min(group.low, *number);
}

LogicalResult StoragePlan::readPrecisions(func::FuncOp function, Bits bits) {
  for (auto op : function.getBody().front().getOps<linalg::LinalgOp>()) {
    if (!hasConstantWeights(op))
      continue;
    auto precision =
        op->getAttrOfType<TypeAttr>(CraniaDialect::getPrecisionAttrName());
    if (!precision)
      precisions[op] = bits;
    else
      precisions[op] = precision.getValue().isF32()
                           ? 0
                           : precision.getValue().getIntOrFloatBitWidth();
  }
  return success();
}

/// Chooses the bits of each tensor: those of its most exact integer reader. A
/// tensor that is read only as reals is real.
void StoragePlan::chooseBits(func::FuncOp function, Bits bits) {
  std::vector<bool> isRead(groups.size());
  for (auto [op, precision] : precisions)
    for (Value input : op->getOperands()) {
      if (isConstant(input) || !numbers.contains(input))
        continue;
      Group &group = groupOf(input);
      isRead[classes[numbers.lookup(input)]] = true;
      group.bits = std::max(group.bits, precision);
    }
  for (size_t i = 0; i < groups.size(); ++i)
    if (!isRead[i])
      groups[i].bits = bits;
  Operation *end = function.getBody().front().getTerminator();
  Value logits = findLogits(end->getOperand(0));
  groupOf(logits).bits = 0;
  // Values that the host computes of them have and need no range.
  SetVector<Operation *> hostWork;
  getForwardSlice(logits, &hostWork);
  for (Operation *op : hostWork)
    for (Value result : op->getResults())
      if (numbers.contains(result))
        groupOf(result).bits = 0;
}
