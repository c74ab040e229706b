// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "NormalizeBody.h"
#include "crania/Analysis/Contraction.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StructuredOpsUtils.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace crania;
using namespace crania::lowering;

/// Whether `value` is computed from constants by pure ops, whose defining ops
/// it adds to `slice`, operands first.
static bool isComputedFromConstants(Value value,
                                    llvm::SetVector<Operation *> &slice) {
  Operation *op = value.getDefiningOp();
  if (!op || !isPure(op) || op->getNumRegions() > 1)
    return false;
  if (slice.contains(op))
    return true;
  for (Value operand : op->getOperands())
    if (!isComputedFromConstants(operand, slice))
      return false;
  slice.insert(op);
  return true;
}

/// LICM hoists what does not depend on the round. What does not depend on the
/// input either is a constant of the machine, and comes back.
static void sinkConstants(ir::IterateOp iterate) {
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(iterate.getBody(), captured);
  OpBuilder builder = OpBuilder::atBlockBegin(&iterate.getBody().front());
  IRMapping mapping;
  for (Value value : captured) {
    llvm::SetVector<Operation *> slice;
    if (!isComputedFromConstants(value, slice))
      continue;
    for (Operation *op : slice)
      if (!mapping.contains(op->getResult(0)))
        builder.clone(*op, mapping);
    replaceAllUsesInRegionWith(value, mapping.lookup(value), iterate.getBody());
  }
}

namespace {

struct DecomposeAggregate
    : OpInterfaceRewritePattern<linalg::AggregatedOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(linalg::AggregatedOpInterface op,
                                PatternRewriter &rewriter) const override {
    FailureOr<SmallVector<Value>> results = op.decomposeOperation(rewriter);
    if (failed(results))
      return failure();
    rewriter.replaceOp(op, *results);
    return success();
  }
};

bool isElementwiseOrMove(linalg::LinalgOp op) {
  return op.getNumParallelLoops() == op.getNumLoops() &&
         !isa<linalg::FillOp, linalg::GenericOp>(op.getOperation());
}

struct GeneralizeElementwise : OpInterfaceRewritePattern<linalg::LinalgOp> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(linalg::LinalgOp op,
                                PatternRewriter &rewriter) const override {
    if (!isElementwiseOrMove(op))
      return failure();
    return success(succeeded(linalg::generalizeNamedOp(rewriter, op)));
  }
};

bool isZeroFill(Value init) {
  auto fill = init.getDefiningOp<linalg::FillOp>();
  return fill && (matchPattern(fill.value(), m_AnyZeroFloat()) ||
                  matchPattern(fill.value(), m_Zero()));
}

Value emitAdd(OpBuilder &builder, Location loc, Value a, Value b) {
  if (isa<FloatType>(a.getType()))
    return arith::AddFOp::create(builder, loc, a, b);
  return arith::AddIOp::create(builder, loc, a, b);
}

/// contraction(x, w) into init -> init + contraction(x, w) into zero. The bias
/// then joins what follows the contraction.
struct AddInitBehindContraction : OpInterfaceRewritePattern<linalg::LinalgOp> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(linalg::LinalgOp op,
                                PatternRewriter &rewriter) const override {
    if (!isContractionLike(op) || op->getNumResults() != 1 ||
        isZeroFill(op.getDpsInits()[0]))
      return failure();
    Location loc = op.getLoc();
    auto type = dyn_cast<RankedTensorType>(op->getResultTypes()[0]);
    if (!type || !type.hasStaticShape())
      return failure();
    Value init = op.getDpsInits()[0];
    rewriter.setInsertionPoint(op);
    Value zero = arith::ConstantOp::create(
        rewriter, loc, rewriter.getZeroAttr(type.getElementType()));
    auto makeEmpty = [&]() -> Value {
      return tensor::EmptyOp::create(rewriter, loc, type.getShape(),
                                     type.getElementType());
    };
    Value cleared =
        linalg::FillOp::create(rewriter, loc, zero, makeEmpty()).getResult(0);
    rewriter.modifyOpInPlace(op,
                             [&] { op.getDpsInitsMutable()[0].set(cleared); });
    rewriter.setInsertionPointAfter(op);
    SmallVector<AffineMap> maps(
        3, rewriter.getMultiDimIdentityMap(type.getRank()));
    SmallVector<utils::IteratorType> iterators(type.getRank(),
                                               utils::IteratorType::parallel);
    auto sum = linalg::GenericOp::create(
        rewriter, loc, type, ValueRange{op->getResult(0), init}, makeEmpty(),
        maps, iterators, [](OpBuilder &b, Location l, ValueRange args) {
          linalg::YieldOp::create(b, l, emitAdd(b, l, args[0], args[1]));
        });
    rewriter.replaceAllUsesExcept(op->getResult(0), sum.getResult(0), sum);
    return success();
  }
};

/// Recomputing a producer, or computing it again and again within a reduction,
/// costs more than the buffer that it saves. A consumer that was fused itself
/// leaves a dead op behind, which is no user.
bool mayFuse(OpOperand *operand) {
  auto consumer = cast<linalg::LinalgOp>(operand->getOwner());
  return consumer.getNumReductionLoops() == 0 &&
         llvm::all_of(operand->get().getUsers(), [&](Operation *user) {
           return user == consumer || isOpTriviallyDead(user);
         });
}

} // namespace

/// Runs patterns on all ops of the body, and on no others.
static LogicalResult applyToBody(ir::IterateOp iterate,
                                 RewritePatternSet &&patterns) {
  SmallVector<Operation *> ops;
  for (Operation &op : iterate.getBody().front().without_terminator())
    ops.push_back(&op);
  GreedyRewriteConfig config;
  config.setScope(&iterate.getBody())
      .setStrictness(GreedyRewriteStrictness::ExistingAndNewOps);
  return applyOpPatternsGreedily(ops, std::move(patterns), config);
}

static void addCanonicalizations(RewritePatternSet &patterns) {
  MLIRContext *context = patterns.getContext();
  for (StringRef name : {"linalg", "tensor", "arith", "crania"})
    if (Dialect *dialect = context->getLoadedDialect(name))
      dialect->getCanonicalizationPatterns(patterns);
  for (RegisteredOperationName name : context->getRegisteredOperations())
    if (isa_and_nonnull<linalg::LinalgDialect, tensor::TensorDialect>(
            &name.getDialect()))
      name.getCanonicalizationPatterns(patterns, context);
}

LogicalResult crania::lowering::normalizeBody(ir::IterateOp iterate) {
  MLIRContext *context = iterate.getContext();
  sinkConstants(iterate);

  RewritePatternSet simplify(context);
  simplify
      .add<DecomposeAggregate, GeneralizeElementwise, AddInitBehindContraction>(
          context);
  if (failed(applyToBody(iterate, std::move(simplify))))
    return iterate.emitError("simplification of its body does not terminate");

  RewritePatternSet fuse(context);
  linalg::populateElementwiseOpsFusionPatterns(fuse, mayFuse);
  addCanonicalizations(fuse);
  if (failed(applyToBody(iterate, std::move(fuse))))
    return iterate.emitError("fusion in its body does not terminate");
  return success();
}
