// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Logits.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "crania/Dialect/Crania/Transforms/ExitOption.h"
#include "crania/Dialect/Crania/Transforms/Passes.h"
#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Analysis/TopologicalSortUtils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Debug.h"

#define DEBUG_TYPE "crania-form-rounds"

namespace crania {
#define GEN_PASS_DEF_FORMROUNDS
#include "crania/Dialect/Crania/Transforms/Passes.h.inc"

#include <cassert>
} // namespace crania

using namespace mlir;
using namespace crania::ir;

namespace {

/// Returns the ops of `block` that compute `value`, including its own.
SetVector<Operation *> sliceOf(Value value, Block &block) {
  SetVector<Operation *> slice;
  BackwardSliceOptions options;
  options.inclusive = true;
  options.omitUsesFromAbove = false;
  options.filter = [&](Operation *op) {
    return block.findAncestorOpInBlock(*op) != nullptr;
  };
  (void)getBackwardSlice(value, &slice, options);
  SetVector<Operation *> ancestors;
  for (Operation *op : slice)
    ancestors.insert(block.findAncestorOpInBlock(*op));
  return ancestors;
}

/// Returns the ops that stay on the host: casts of the input to integers, and
/// ops that no machine knows, unless weights have gone into their operands.
SetVector<Operation *> workOfHost(const SetVector<Operation *> &slice,
                                  Block &block) {
  SetVector<Operation *> host;
  for (Operation *op : slice) {
    if (!isa<quant::StorageCastOp>(op) && !crania::isForeign(op))
      continue;
    SetVector<Operation *> sources;
    for (Value result : op->getResults())
      sources.set_union(sliceOf(result, block));
    if (llvm::none_of(sources, llvm::IsaPred<MaterializeOp>))
      host.set_union(sources);
  }
  return host;
}

/// Returns the ops of the function's block that compute `logits`, in block
/// order.
SmallVector<Operation *> computationOf(Value logits, Block &block) {
  SetVector<Operation *> slice = sliceOf(logits, block);
  slice.set_subtract(workOfHost(slice, block));
  SmallVector<Operation *> ops(slice.begin(), slice.end());
  llvm::sort(ops,
             [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  return ops;
}

int64_t countRounds(ArrayRef<Operation *> ops) {
  int64_t rounds = 0;
  for (Operation *op : ops)
    if (auto materialize = dyn_cast<MaterializeOp>(op))
      rounds = std::max(rounds,
                        cast<ClusteredType>(materialize.getWeights().getType())
                            .getClusters());
  return rounds;
}

/// Makes the constants of a layer's rounds those of the iteration. If the
/// iteration has more rounds, the layer is complete earlier and its last
/// constant stays.
void readRound(PerRoundOp perRound, IterateOp iterate) {
  SmallVector<Attribute> constants(perRound.getConstants().getValue());
  assert(!constants.empty() && "a constant per round");
  if (constants.size() < iterate.getRounds())
    constants.resize(iterate.getRounds(), constants.back());
  perRound.setConstantsAttr(ArrayAttr::get(perRound.getContext(), constants));
  perRound.getRoundMutable().assign(iterate.getRound());
}

/// Separates the constants that `ops` use, and the tensors filled with them,
/// from other users. The others get their own copies, outside of the iteration.
void separateConstants(ArrayRef<Operation *> ops) {
  assert(!ops.empty() && "the iteration computes something");
  llvm::SmallPtrSet<Operation *, 16> inside(ops.begin(), ops.end());
  Block *block = ops.front()->getBlock();
  // Bodies of ops use constants from outside, too.
  auto isInside = [&](Operation *user) {
    return inside.contains(block->findAncestorOpInBlock(*user));
  };
  // A copy uses the operands of its original until these are copied in turn.
  for (Operation *op : llvm::reverse(ops)) {
    if (!isa<arith::ConstantOp, tensor::EmptyOp, linalg::FillOp>(op) ||
        llvm::all_of(op->getUsers(), isInside))
      continue;
    Operation *copy = OpBuilder(op).clone(*op);
    op->replaceUsesWithIf(
        copy, [&](OpOperand &use) { return !isInside(use.getOwner()); });
  }
}

LogicalResult formRounds(func::FuncOp function,
                         const crania::ExitOption &exit) {
  Block &block = function.getBody().front();
  Operation *terminator = block.getTerminator();
  Value logits = crania::findLogits(terminator->getOperand(0));
  SmallVector<Operation *> ops = computationOf(logits, block);
  int64_t rounds = countRounds(ops);
  if (rounds == 0)
    return function.emitError()
           << "no clustered weights reach the logits: it has no convolution or "
           << "matrix product with constant weights, or crania-cluster-weights "
           << "has not run";
  FailureOr<ExitAttr> rule = exit.forRounds(
      rounds, function.getContext(), [&] { return function.emitError(); });
  if (failed(rule))
    return failure();

  LLVM_DEBUG(llvm::dbgs() << ops.size() << " ops of '" << function.getSymName()
                          << "' form " << rounds << " rounds, which exit by "
                          << *rule << "\n");
  separateConstants(ops);
  // The iteration must be behind everything that it captures.
  OpBuilder builder(ops.back());
  auto iterate = IterateOp::create(builder, logits.getLoc(), rounds, *rule,
                                   logits.getType());
  Block &body = iterate.getBody().front();
  for (Operation *op : ops) {
    op->moveBefore(&body, body.end());
    if (auto materialize = dyn_cast<MaterializeOp>(op))
      materialize.getRoundMutable().assign(iterate.getRound());
    if (auto perRound = dyn_cast<PerRoundOp>(op))
      readRound(perRound, iterate);
  }
  builder.setInsertionPointToEnd(&body);
  YieldOp::create(builder, logits.getLoc(), logits);
  logits.replaceUsesWithIf(iterate.getLogits(), [&](OpOperand &use) {
    return !iterate->isAncestor(use.getOwner());
  });
  // Intermediate results must not be used outside.
  for (Operation *op : ops)
    for (Operation *user : op->getUsers())
      if (!iterate->isAncestor(user))
        return user->emitOpError()
               << "uses a value of the iteration that is not "
               << "its logits";
  return success();
}

struct FormRounds : public crania::impl::FormRoundsBase<FormRounds> {
  using FormRoundsBase::FormRoundsBase;

  LogicalResult initialize(MLIRContext *context) override {
    FailureOr<crania::ExitOption> parsed = crania::ExitOption::parse(
        exit, context, [&] { return emitError(UnknownLoc::get(context)); });
    if (failed(parsed))
      return failure();
    option = std::move(*parsed);
    return success();
  }

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (CraniaDialect::isClassifier(function) && !iteratesAlready(function) &&
        failed(formRounds(function, option)))
      signalPassFailure();
  }

  static bool iteratesAlready(func::FuncOp function) {
    return function.walk([](IterateOp) { return WalkResult::interrupt(); })
        .wasInterrupted();
  }

private:
  crania::ExitOption option;
};

} // namespace
