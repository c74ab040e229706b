// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "crania/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/PatternMatch.h"

#include "llvm/ADT/SetVector.h"

namespace crania {
#define GEN_PASS_DEF_EXPANDMATERIALIZE
#include "crania/Transforms/Passes.h.inc"
} // namespace crania

using namespace mlir;
using namespace crania::ir;

/// Returns D_round of `weights`, in the same kind of attribute as the values.
static TypedAttr expand(WeightsOp weights, int64_t round) {
  if (round >= weights.getClusters())
    return cast<TypedAttr>(weights.getValues());
  RankedTensorType type = weights.getClusteredType().getTensor();
  SmallVector<char> storage;
  SmallVector<char> values(weights.getValueBytes(storage).size());
  weights.getScheme().materialize(weights, round, values);
  if (!isa<DenseResourceElementsAttr>(weights.getValues()))
    return DenseElementsAttr::getFromRawBuffer(type, values);
  std::string name = (weights.getSymName() + "_upto_" + Twine(round)).str();
  size_t alignment = type.getElementTypeBitWidth() / 8;
  return DenseResourceElementsAttr::get(
      type, name,
      HeapAsmResourceBlob::allocateAndCopyWithAlign(values, alignment));
}

/// Replaces constants per round by the constant of a known round.
static void expandPerRound(PerRoundOp op, IRRewriter &rewriter) {
  std::optional<int64_t> round = getConstantIntValue(op.getRound());
  ArrayAttr constants = op.getConstants();
  if (!round || *round < 1 || *round > int64_t(constants.size()) ||
      isa<BaseMemRefType>(op.getType()))
    return;
  rewriter.setInsertionPoint(op);
  rewriter.replaceOpWithNewOp<arith::ConstantOp>(
      op, cast<TypedAttr>(constants[*round - 1]));
}

namespace {
struct ExpandMaterializePass
    : crania::impl::ExpandMaterializeBase<ExpandMaterializePass> {
  void runOnOperation() override {
    SymbolTableCollection symbols;
    IRRewriter rewriter(&getContext());
    // Weights that are read in several places are expanded once per round.
    llvm::DenseMap<std::pair<Operation *, int64_t>, TypedAttr> expanded;
    llvm::SetVector<Operation *> read;
    getOperation().walk([&](PerRoundOp op) { expandPerRound(op, rewriter); });
    getOperation().walk([&](MaterializeOp op) {
      auto get = op.getWeights().getDefiningOp<GetOp>();
      std::optional<int64_t> round = getConstantIntValue(op.getRound());
      if (!get || !round || *round < 1 || !isa<TensorType>(op.getType()))
        return;
      auto weights =
          symbols.lookupNearestSymbolFrom<WeightsOp>(get, get.getWeightsAttr());
      TypedAttr &constant = expanded[{weights, *round}];
      if (!constant)
        constant = expand(weights, *round);
      rewriter.setInsertionPoint(op);
      rewriter.replaceOpWithNewOp<arith::ConstantOp>(op, constant);
      if (get->use_empty())
        rewriter.eraseOp(get);
      read.insert(weights);
    });
    // Weights that were read only here have no further use.
    for (Operation *weights : read)
      if (SymbolTable::symbolKnownUseEmpty(weights, getOperation()))
        rewriter.eraseOp(weights);
  }
};
} // namespace
