// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Dialect/Crania/IR/CraniaDialect.h"
#include "crania/Dialect/Crania/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"

namespace crania {
#define GEN_PASS_DEF_CHECKCLASSIFIERS
#include "crania/Dialect/Crania/Transforms/Passes.h.inc"
} // namespace crania

using namespace mlir;
using crania::ir::CraniaDialect;

namespace {

bool isStaticF32Tensor(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.hasStaticShape() && tensor.getElementType().isF32();
}

/// 1x10, 10, 1x1000x1x1: one dimension counts the classes.
bool isLogits(RankedTensorType type) {
  return type.getNumElements() >= 2 &&
         llvm::count_if(type.getShape(), [](int64_t n) { return n != 1; }) == 1;
}

LogicalResult checkSignature(func::FuncOp function) {
  FunctionType type = function.getFunctionType();
  if (type.getNumInputs() != 1 || !isStaticF32Tensor(type.getInput(0)))
    return function.emitError()
           << "a classifier takes one tensor of f32 of static shape, found "
           << type;
  if (type.getNumResults() != 1 || !isStaticF32Tensor(type.getResult(0)))
    return function.emitError()
           << "a classifier returns one tensor of f32 of static shape, the "
           << "logits, found " << type;
  auto logits = cast<RankedTensorType>(type.getResult(0));
  if (!isLogits(logits))
    return function.emitError()
           << "the result " << logits << " is no tensor of logits: one "
           << "dimension counts at least two classes, all others are 1";
  return success();
}

/// Fails with an error that says what stands in for control flow.
LogicalResult refuseControlFlow(Operation *op, StringRef what) {
  return op->emitError()
         << what
         << ": each round computes the whole network, with one more cluster of "
            "its weights, and the exit rule decides between rounds; give the "
            "network without branches and early exits of its own";
}

bool isControlFlow(Operation *op) {
  return isa<RegionBranchOpInterface, BranchOpInterface>(op) &&
         !isa<CraniaDialect>(op->getDialect());
}

LogicalResult checkBody(func::FuncOp function) {
  if (!function.getBody().hasOneBlock())
    return refuseControlFlow(function, "a classifier has a body of one block");
  WalkResult result = function.walk([](Operation *op) {
    if (isa<CallOpInterface>(op)) {
      op->emitError() << "calls a function, but a classifier is one function; "
                         "run --inline before";
      return WalkResult::interrupt();
    }
    if (isControlFlow(op)) {
      (void)refuseControlFlow(op, "is control flow within a classifier");
      return WalkResult::interrupt();
    }
    for (Type type : op->getResultTypes()) {
      auto tensor = dyn_cast<TensorType>(type);
      if (!tensor || tensor.hasStaticShape())
        continue;
      op->emitError() << "every tensor of a classifier has a static shape, "
                      << "found " << type;
      return WalkResult::interrupt();
    }
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

struct CheckClassifiers
    : public crania::impl::CheckClassifiersBase<CheckClassifiers> {
  using CheckClassifiersBase::CheckClassifiersBase;

  void runOnOperation() override {
    if (failed(markClassifier()))
      return signalPassFailure();
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      if (!function->hasAttr(CraniaDialect::getClassifierAttrName()))
        continue;
      if (failed(checkSignature(function)) || failed(checkBody(function)))
        return signalPassFailure();
    }
  }

  void mark(func::FuncOp op) {
    op->setAttr(CraniaDialect::getClassifierAttrName(),
                UnitAttr::get(&getContext()));
  }

  LogicalResult markClassifier() {
    ModuleOp module = getOperation();
    if (!function.empty()) {
      auto named = module.lookupSymbol<func::FuncOp>(function);
      if (!named)
        return module.emitError() << "has no function '" << function << "'";
      mark(named);
      return success();
    }
    SmallVector<func::FuncOp> candidates;
    for (auto op : module.getOps<func::FuncOp>()) {
      if (op->hasAttr(CraniaDialect::getClassifierAttrName()))
        return success();
      if (op.isPublic() && !op.isDeclaration())
        candidates.push_back(op);
    }
    if (candidates.size() != 1)
      return module.emitError() << "has no classifier and " << candidates.size()
                                << " public functions: mark one with '"
                                << CraniaDialect::getClassifierAttrName()
                                << "' or the option 'function'";
    mark(candidates.front());
    return success();
  }
};

} // namespace
