// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Lowers the crania dialect to upstream operations, which define its meaning.

#include "crania/Conversion/CraniaToSCF/CraniaToSCF.h"
#include "crania/Conversion/Passes.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace crania {
#define GEN_PASS_DEF_CONVERTCRANIATOSCF
#include "crania/Conversion/Passes.h.inc"

#include <cassert>
} // namespace crania

using namespace mlir;
using namespace crania;
using namespace crania::ir;

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

namespace {

/// Replaces `op` by the tensor `value`, or by a buffer with its contents that
/// no user writes to.
void replaceByTensor(Operation *op, Value value, PatternRewriter &rewriter) {
  Type type = op->getResult(0).getType();
  if (isa<BaseMemRefType>(type))
    value = bufferization::ToBufferOp::create(rewriter, op->getLoc(), type,
                                              value, /*read_only=*/true);
  rewriter.replaceOp(op, value);
}

struct LowerMaterialize : OpRewritePattern<MaterializeOp> {
  LowerMaterialize(MLIRContext *context, SymbolTableCollection &symbols)
      : OpRewritePattern(context), symbols(symbols) {}

  LogicalResult matchAndRewrite(MaterializeOp op,
                                PatternRewriter &rewriter) const override {
    auto get = op.getWeights().getDefiningOp<GetOp>();
    if (!get)
      return rewriter.notifyMatchFailure(op, "weights of unknown origin");
    auto weights =
        symbols.lookupNearestSymbolFrom<WeightsOp>(get, get.getWeightsAttr());
    Value tensor = weights.getScheme().emitMaterialize(rewriter, op.getLoc(),
                                                       weights, op.getRound());
    replaceByTensor(op, tensor, rewriter);
    return success();
  }

  SymbolTableCollection &symbols;
};

struct LowerPerRound : OpRewritePattern<PerRoundOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PerRoundOp op,
                                PatternRewriter &rewriter) const override {
    Value constant = isa<ShapedType>(op.getType()) ? emitSwitch(op, rewriter)
                                                   : emitSelects(op, rewriter);
    replaceByTensor(op, constant, rewriter);
    return success();
  }

private:
  static Type getConstantType(PerRoundOp op) {
    return cast<TypedAttr>(op.getConstants()[0]).getType();
  }

  static Value emitConstant(PerRoundOp op, int64_t round, OpBuilder &builder) {
    assert(round >= 1 && round <= int64_t(op.getConstants().size()) &&
           "no constant for the round");
    auto value = cast<TypedAttr>(op.getConstants()[round - 1]);
    return arith::ConstantOp::create(builder, op.getLoc(), value);
  }

  static Value emitSelects(PerRoundOp op, OpBuilder &builder) {
    Location loc = op.getLoc();
    int64_t rounds = op.getConstants().size();
    Value result = emitConstant(op, rounds, builder);
    for (int64_t r = rounds - 1; r >= 1; --r) {
      Value number = arith::ConstantIndexOp::create(builder, loc, r);
      Value isRound = arith::CmpIOp::create(
          builder, loc, arith::CmpIPredicate::eq, op.getRound(), number);
      result = arith::SelectOp::create(builder, loc, isRound,
                                       emitConstant(op, r, builder), result);
    }
    return result;
  }

  /// Emits a branch among tensors. A selection would be bufferized with copies.
  static Value emitSwitch(PerRoundOp op, OpBuilder &builder) {
    int64_t rounds = op.getConstants().size();
    SmallVector<int64_t> cases = llvm::to_vector(llvm::seq<int64_t>(1, rounds));
    auto choice =
        scf::IndexSwitchOp::create(builder, op.getLoc(), getConstantType(op),
                                   op.getRound(), cases, cases.size());
    auto fill = [&](Region &region, int64_t round) {
      OpBuilder::InsertionGuard guard(builder);
      builder.createBlock(&region);
      scf::YieldOp::create(builder, op.getLoc(),
                           emitConstant(op, round, builder));
    };
    for (int64_t round : cases)
      fill(choice.getCaseRegions()[round - 1], round);
    fill(choice.getDefaultRegion(), rounds);
    return choice.getResult(0);
  }
};

struct LowerIterate : OpRewritePattern<IterateOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(IterateOp op,
                                PatternRewriter &rewriter) const override {
    Value first = arith::ConstantIndexOp::create(rewriter, op.getLoc(), 1);
    if (op.getRounds() == 1)
      inlineOnlyRound(op, first, rewriter);
    else
      rewriter.replaceOp(op, emitLoop(op, first, rewriter));
    return success();
  }

private:
  static void inlineOnlyRound(IterateOp op, Value round,
                              PatternRewriter &rewriter) {
    Block &body = op.getBody().front();
    Operation *yield = body.getTerminator();
    Value logits = cast<YieldOp>(yield).getLogits();
    rewriter.inlineBlockBefore(&body, op, round);
    rewriter.eraseOp(yield);
    rewriter.replaceOp(op, {logits, round});
  }

  /// Emits do { logits = body(round) } while (goes on(logits, round) and
  /// ++round).
  static ValueRange emitLoop(IterateOp op, Value first,
                             PatternRewriter &rewriter) {
    assert(op.getRounds() > 1 && "one round needs no loop");
    Location loc = op.getLoc();
    auto loop = scf::WhileOp::create(rewriter, loc, op.getResultTypes(), first);
    rewriter.inlineRegionBefore(op.getBody(), loop.getBefore(),
                                loop.getBefore().end());
    endRound(op, loop.getBefore().front(), rewriter);

    Block *next = rewriter.createBlock(&loop.getAfter(), {},
                                       op.getResultTypes(), {loc, loc});
    Value one = arith::ConstantIndexOp::create(rewriter, loc, 1);
    Value round =
        arith::AddIOp::create(rewriter, loc, next->getArgument(1), one);
    scf::YieldOp::create(rewriter, loc, round);
    return loop.getResults();
  }

  /// Replaces the yield of a round by the decision whether another round
  /// follows.
  static void endRound(IterateOp op, Block &body, PatternRewriter &rewriter) {
    auto yield = cast<YieldOp>(body.getTerminator());
    Value round = body.getArgument(0);
    rewriter.setInsertionPoint(yield);
    Value goesOn = emitGoesOn(op, yield.getTested(), round, rewriter);
    rewriter.replaceOpWithNewOp<scf::ConditionOp>(
        yield, goesOn, ValueRange{yield.getLogits(), round});
  }

  /// Emits round < rounds and not stops(tested). The rule is not evaluated
  /// after the last round.
  static Value emitGoesOn(IterateOp op, Value tested, Value round,
                          OpBuilder &builder) {
    Location loc = op.getLoc();
    Value rounds = arith::ConstantIndexOp::create(builder, loc, op.getRounds());
    Value isLast = arith::CmpIOp::create(
        builder, loc, arith::CmpIPredicate::uge, round, rounds);
    auto decision = scf::IfOp::create(
        builder, loc, isLast,
        [](OpBuilder &b, Location l) {
          Value no = arith::ConstantIntOp::create(b, l, 0, /*width=*/1);
          scf::YieldOp::create(b, l, no);
        },
        [&](OpBuilder &b, Location l) {
          Value stops = op.getExit().emitTest(b, l, tested, round);
          Value yes = arith::ConstantIntOp::create(b, l, 1, /*width=*/1);
          Value goesOn = arith::XOrIOp::create(b, l, stops, yes);
          scf::YieldOp::create(b, l, goesOn);
        });
    return decision.getResult(0);
  }
};

} // namespace

void crania::populateCraniaToSCFPatterns(RewritePatternSet &patterns,
                                         SymbolTableCollection &symbols) {
  patterns.add<LowerMaterialize>(patterns.getContext(), symbols);
  patterns.add<LowerPerRound, LowerIterate>(patterns.getContext());
}

//===----------------------------------------------------------------------===//
// Pass
//===----------------------------------------------------------------------===//

/// Fails with an error at each operation that has no lowering.
static LogicalResult checkLowerable(ModuleOp module) {
  auto result = module.walk([](MaterializeOp op) {
    if (op.getWeights().getDefiningOp<GetOp>())
      return WalkResult::advance();
    op.emitOpError() << "needs weights straight from a crania.get; inline the "
                     << "function or region that passes them around";
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

using ResourceSet =
    llvm::SmallPtrSet<DialectResourceBlobManager::BlobEntry *, 16>;

/// Erases the weights and adds their resources to `resources`.
static LogicalResult eraseWeights(ModuleOp module, ResourceSet &resources) {
  SmallVector<GetOp> gets;
  SmallVector<WeightsOp> weights;
  module.walk([&](Operation *op) {
    if (auto get = dyn_cast<GetOp>(op))
      gets.push_back(get);
    else if (auto symbol = dyn_cast<WeightsOp>(op))
      weights.push_back(symbol);
  });
  for (GetOp get : gets) {
    if (!get->use_empty())
      return get.emitOpError() << "is used by more than crania.materialize, "
                               << "which has no lowering";
    get.erase();
  }
  for (WeightsOp symbol : weights) {
    for (ElementsAttr data : {symbol.getValues(), symbol.getAssignment()})
      if (auto resource = dyn_cast<DenseResourceElementsAttr>(data))
        resources.insert(resource.getRawHandle().getResource());
    symbol.erase();
  }
  return success();
}

static void eraseDialectAttributes(ModuleOp module) {
  module.walk([](Operation *op) {
    for (NamedAttribute attribute : llvm::to_vector(op->getDiscardableAttrs()))
      if (isa_and_present<CraniaDialect>(attribute.getNameDialect()))
        op->removeDiscardableAttr(attribute.getName());
  });
}

/// Frees the data of those `resources` that no operation refers to.
static void releaseUnused(ModuleOp module, ResourceSet resources) {
  module.walk([&](Operation *op) {
    op->getAttrDictionary().walk([&](DenseResourceElementsAttr used) {
      resources.erase(used.getRawHandle().getResource());
    });
  });
  for (DialectResourceBlobManager::BlobEntry *entry : resources)
    entry->setBlob(AsmResourceBlob());
}

namespace {
struct ConvertCraniaToSCFPass
    : crania::impl::ConvertCraniaToSCFBase<ConvertCraniaToSCFPass> {
  using ConvertCraniaToSCFBase::ConvertCraniaToSCFBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (failed(checkLowerable(module)))
      return signalPassFailure();

    SymbolTableCollection symbols;
    RewritePatternSet patterns(&getContext());
    populateCraniaToSCFPatterns(patterns, symbols);
    walkAndApplyPatterns(module, std::move(patterns));

    ResourceSet resources;
    if (failed(eraseWeights(module, resources)))
      return signalPassFailure();
    eraseDialectAttributes(module);
    if (releaseBlobs)
      releaseUnused(module, resources);
  }
};
} // namespace
