// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "crania/Dialect/Crania/Transforms/Passes.h"
#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Analysis/TopologicalSortUtils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"

namespace crania {
#define GEN_PASS_DEF_FORMROUNDS
#include "crania/Dialect/Crania/Transforms/Passes.h.inc"
} // namespace crania

using namespace mlir;
using namespace crania::ir;

namespace {

/// An exit rule as the user writes it, before the number of rounds is known.
struct ExitOption {
  Confidence confidence = Confidence::Softmax;
  SmallVector<double> thresholds;

  static FailureOr<ExitOption>
  parse(StringRef text, function_ref<InFlightDiagnostic()> emitError) {
    ExitOption option;
    auto [rule, list] = text.split(':');
    std::optional<Confidence> confidence = symbolizeConfidence(rule);
    if (!confidence)
      return emitError()
             << "exit '" << text << "': '" << rule
             << "' is no exit rule; expected softmax, margin or "
             << "entropy, a colon and a threshold, e.g. softmax:0.9";
    option.confidence = *confidence;
    SmallVector<StringRef> items;
    list.split(items, ',');
    for (StringRef item : items) {
      double threshold;
      if (item.trim().getAsDouble(threshold))
        return emitError() << "exit '" << text << "': '" << item
                           << "' is no threshold; expected e.g. softmax:0.9 or "
                           << "softmax:0.9,0.8,0.7";
      option.thresholds.push_back(threshold);
    }
    return option;
  }

  /// One threshold serves all rounds; else there is one per round but the last.
  FailureOr<ExitAttr>
  forRounds(int64_t rounds, MLIRContext *context,
            function_ref<InFlightDiagnostic()> emitError) const {
    SmallVector<double> all = thresholds;
    if (all.size() == 1)
      all.assign(rounds - 1, thresholds.front());
    if (int64_t(all.size()) != rounds - 1)
      return emitError() << "exit rule has " << all.size() << " thresholds for "
                         << rounds << " rounds; give one, or " << rounds - 1
                         << " (the last round always stops)";
    auto attribute = ExitAttr::getChecked(emitError, context, confidence,
                                          DenseF64ArrayAttr::get(context, all));
    if (!attribute)
      return failure();
    return attribute;
  }
};

/// The value the exit rule works on: what a softmax at the end is taken of,
/// seen through reshapes.
Value findLogits(Value result) {
  Value value = result;
  while (Operation *op = value.getDefiningOp()) {
    if (auto softmax = dyn_cast<linalg::SoftmaxOp>(op))
      return softmax.getInput();
    if (!isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op))
      break;
    value = op->getOperand(0);
  }
  return result;
}

/// Ops of the function's block that compute `logits`, in block order.
SmallVector<Operation *> computationOf(Value logits, Block &block) {
  SetVector<Operation *> slice;
  BackwardSliceOptions options;
  options.inclusive = true;
  options.omitUsesFromAbove = false;
  options.filter = [&](Operation *op) {
    return block.findAncestorOpInBlock(*op) != nullptr;
  };
  (void)getBackwardSlice(logits, &slice, options);
  SetVector<Operation *> ancestors;
  for (Operation *op : slice)
    ancestors.insert(block.findAncestorOpInBlock(*op));
  SmallVector<Operation *> ops(ancestors.begin(), ancestors.end());
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

LogicalResult formRounds(func::FuncOp function, const ExitOption &exit) {
  Block &block = function.getBody().front();
  Operation *terminator = block.getTerminator();
  Value logits = findLogits(terminator->getOperand(0));
  SmallVector<Operation *> ops = computationOf(logits, block);
  int64_t rounds = countRounds(ops);
  if (rounds == 0)
    return function.emitError() << "no clustered weights reach the logits; run "
                                << "crania-cluster-weights first";
  FailureOr<ExitAttr> rule = exit.forRounds(
      rounds, function.getContext(), [&] { return function.emitError(); });
  if (failed(rule))
    return failure();

  OpBuilder builder(ops.front());
  auto iterate = IterateOp::create(builder, logits.getLoc(), rounds, *rule,
                                   logits.getType());
  Block &body = iterate.getBody().front();
  for (Operation *op : ops) {
    op->moveBefore(&body, body.end());
    if (auto materialize = dyn_cast<MaterializeOp>(op))
      materialize.getRoundMutable().assign(iterate.getRound());
  }
  builder.setInsertionPointToEnd(&body);
  YieldOp::create(builder, logits.getLoc(), logits);
  logits.replaceUsesWithIf(iterate.getLogits(), [&](OpOperand &use) {
    return !iterate->isAncestor(use.getOwner());
  });
  // What else was computed on the way is not to be seen outside.
  for (Operation *op : ops)
    for (Operation *user : op->getUsers())
      if (!iterate->isAncestor(user))
        return user->emitError() << "uses a value of the iteration that is not "
                                 << "its logits";
  return success();
}

struct FormRounds : public crania::impl::FormRoundsBase<FormRounds> {
  using FormRoundsBase::FormRoundsBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    FailureOr<ExitOption> option =
        ExitOption::parse(exit, [&] { return module.emitError(); });
    if (failed(option))
      return signalPassFailure();
    for (auto function : module.getOps<func::FuncOp>()) {
      if (!function->hasAttr(CraniaDialect::getClassifierAttrName()) ||
          iteratesAlready(function))
        continue;
      if (failed(formRounds(function, *option)))
        return signalPassFailure();
    }
  }

  static bool iteratesAlready(func::FuncOp function) {
    return function.walk([](IterateOp) { return WalkResult::interrupt(); })
        .wasInterrupted();
  }
};

} // namespace
