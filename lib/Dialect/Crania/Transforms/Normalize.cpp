// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Dialect/Crania/Transforms/Normalize.h"
#include "crania/Analysis/Contraction.h"
#include "crania/Dialect/Crania/IR/CraniaDialect.h"
#include "crania/Dialect/Crania/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StructuredOpsUtils.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace crania {
#define GEN_PASS_DEF_NORMALIZECLASSIFIERS
#include "crania/Dialect/Crania/Transforms/Passes.h.inc"
} // namespace crania

using namespace mlir;
using namespace crania;

namespace {

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

/// Rewrites contraction(x, w) into init as init + contraction(x, w) into zero.
/// The bias can then be fused with the ops behind the contraction.
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

/// Makes the initial value of an element-wise op an operand like any other, if
/// the op computes with it.
struct ReadInitAsInput : OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::GenericOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getNumReductionLoops() != 0 || op->getNumResults() != 1 ||
        !op.payloadUsesValueFromOperand(op.getDpsInitOperand(0)))
      return failure();
    auto type = dyn_cast<RankedTensorType>(op->getResultTypes()[0]);
    if (!type || !type.hasStaticShape())
      return failure();
    SmallVector<Value> inputs(op.getInputs());
    inputs.push_back(op.getDpsInits()[0]);
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    maps.push_back(maps.back());
    Value empty = tensor::EmptyOp::create(
        rewriter, op.getLoc(), type.getShape(), type.getElementType());
    auto result =
        linalg::GenericOp::create(rewriter, op.getLoc(), type, inputs, empty,
                                  maps, op.getIteratorTypesArray());
    rewriter.inlineRegionBefore(op.getRegion(), result.getRegion(),
                                result.getRegion().begin());
    result.getBody()->addArgument(type.getElementType(), op.getLoc());
    result->setDiscardableAttrs(op->getDiscardableAttrDictionary());
    rewriter.replaceOp(op, result);
    return success();
  }
};

/// Returns true if a producer may be fused. Recomputing it, or computing it
/// repeatedly within a reduction, costs more than the buffer that fusion saves.
/// A consumer that was fused itself leaves a dead op behind, which does not
/// count as a user.
bool mayFuse(OpOperand *operand) {
  auto consumer = cast<linalg::LinalgOp>(operand->getOwner());
  return consumer.getNumReductionLoops() == 0 &&
         llvm::all_of(operand->get().getUsers(), [&](Operation *user) {
           return user == consumer || isOpTriviallyDead(user);
         });
}

} // namespace

/// Runs patterns on all ops of the block, and on no others.
static LogicalResult applyToBlock(Block &block, RewritePatternSet &&patterns) {
  SmallVector<Operation *> ops;
  for (Operation &op : block.without_terminator())
    ops.push_back(&op);
  GreedyRewriteConfig config;
  config.setScope(block.getParent())
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

LogicalResult crania::normalizeStructuredOps(Block &block) {
  Operation *parent = block.getParentOp();
  MLIRContext *context = parent->getContext();

  RewritePatternSet simplify(context);
  simplify
      .add<GeneralizeElementwise, AddInitBehindContraction, ReadInitAsInput>(
          context);
  if (failed(applyToBlock(block, std::move(simplify))))
    return parent->emitOpError(
        "has a body whose simplification does not terminate");

  // An op that was visited while its producer had other users is fused in the
  // next pass.
  size_t before = 0;
  while (before != block.getOperations().size()) {
    before = block.getOperations().size();
    RewritePatternSet fuse(context);
    linalg::populateElementwiseOpsFusionPatterns(fuse, mayFuse);
    addCanonicalizations(fuse);
    if (failed(applyToBlock(block, std::move(fuse))))
      return parent->emitOpError(
          "has a body in which fusion does not terminate");
  }
  return success();
}

namespace {
struct NormalizeClassifiers
    : public crania::impl::NormalizeClassifiersBase<NormalizeClassifiers> {
  using NormalizeClassifiersBase::NormalizeClassifiersBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (ir::CraniaDialect::isClassifier(function) &&
        failed(normalizeStructuredOps(function.getBody().front())))
      signalPassFailure();
  }
};
} // namespace
