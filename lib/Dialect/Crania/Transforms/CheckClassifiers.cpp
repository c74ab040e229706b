// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ImageLayout.h"
#include "Logits.h"
#include "crania/Analysis/Softmax.h"
#include "crania/Dialect/Crania/IR/CraniaDialect.h"
#include "crania/Dialect/Crania/Transforms/Passes.h"
#include "crania/Images/ImageOrder.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>

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

/// Returns true for shapes such as 1x10, 10 and 1x1000x1x1, in which one
/// dimension counts the classes.
bool isLogits(RankedTensorType type) {
  return type.getNumElements() >= 2 &&
         llvm::count_if(type.getShape(), [](int64_t n) { return n != 1; }) == 1;
}

/// One number can be the logit of one class against the other.
StringRef remedyFor(RankedTensorType result) {
  if (result.getNumElements() != 1)
    return "";
  return "; for a network with one logit z (a sigmoid or the sign decides), "
         "concatenate 0 and z to two logits, whose softmax is the sigmoid; a "
         "regression has no classes and no exit test";
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
           << "the result " << logits << " is not a tensor of logits: one "
           << "dimension counts at least two classes, all others are 1"
           << remedyFor(logits);
  return success();
}

/// Ends an error about control flow with what stands in for it, and fails.
LogicalResult refuseControlFlow(InFlightDiagnostic error) {
  return error
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
    return refuseControlFlow(function.emitError()
                             << "a classifier has a body of one block");
  WalkResult result =
      function.walk([](Operation *op) {
        if (isa<CallOpInterface>(op)) {
          op->emitOpError()
              << "calls a function, but a classifier is one function; "
                 "run --inline before";
          return WalkResult::interrupt();
        }
        if (isControlFlow(op)) {
          (void)refuseControlFlow(op->emitOpError()
                                  << "is control flow within a classifier");
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

/// exp(1) of a probability of 1 against exp(0) of all others.
double largestSoftmaxOfProbabilities(int64_t classes) {
  const double e = std::exp(1.0);
  return e / (e + double(classes) - 1);
}

/// Warns of an op that squashes the logits before the value that the exit test
/// takes for logits. The test is useless then, but not wrong.
void warnOfProbabilities(func::FuncOp function) {
  Value result = function.getBody().front().getTerminator()->getOperand(0);
  Operation *op = crania::findSquashing(crania::findLogits(result));
  if (!op)
    return;
  int64_t classes = cast<RankedTensorType>(result.getType()).getNumElements();
  op->emitWarning()
      << "'" << op->getName()
      << "' op squashes the logits, but the result is not a softmax of them "
         "over "
         "the "
      << classes
      << " classes, so the exit test takes the result for logits; if "
      << "its values are from 0 to 1, their largest softmax "
      << "probability is "
      << llvm::formatv("{0:F3}", largestSoftmaxOfProbabilities(classes)).str()
      << " and hardly any input exits early; end the network at its logits, or "
      << "at a softmax over its classes";
}

struct CheckClassifiers
    : public crania::impl::CheckClassifiersBase<CheckClassifiers> {
  using CheckClassifiersBase::CheckClassifiersBase;

  void runOnOperation() override {
    if (auto layout = crania::parseName<crania::runtime::ImageLayout>(
            imageLayout.getValue());
        !layout) {
      getOperation().emitError() << "image-layout " << layout.error().message;
      return signalPassFailure();
    }
    if (failed(markClassifier()))
      return signalPassFailure();
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      if (!function->hasAttr(CraniaDialect::getClassifierAttrName()))
        continue;
      if (failed(checkSignature(function)) || failed(checkBody(function)))
        return signalPassFailure();
      if (failed(markImage(function)))
        return signalPassFailure();
      warnOfProbabilities(function);
    }
  }

  /// Marks the layout of the image. The option `image-layout` decides where
  /// neither a mark nor a window tells the layout, and must not contradict
  /// them.
  LogicalResult markImage(func::FuncOp classifier) {
    StringRef name = CraniaDialect::getImageLayoutAttrName();
    const StringRef option = imageLayout.getValue();
    const StringRef asked = option == "auto" ? StringRef() : option;
    Value image = classifier.getArgument(0);
    if (cast<RankedTensorType>(image.getType()).getRank() != 4) {
      if (asked.empty())
        return success();
      return classifier.emitError()
             << "image-layout '" << asked << "' needs an input of rank 4";
    }
    auto mark = classifier.getArgAttrOfType<StringAttr>(0, name);
    const StringRef known =
        mark ? mark.getValue() : crania::findImageLayout(image);
    const bool isKnown = known != "unknown";
    if (!asked.empty() && isKnown && asked != known)
      return classifier.emitError()
             << "the input of '" << classifier.getSymName() << "' is '" << known
             << "' by " << (mark ? "its mark" : "its convolutions and pools")
             << ", not '" << asked << "' as image-layout says";
    const StringRef layout = asked.empty() ? known : asked;
    if (layout != "nchw" || !isKnown)
      classifier.setArgAttr(0, name, StringAttr::get(&getContext(), layout));
    return success();
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
        return module.emitOpError() << "has no function '" << function << "'";
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
      return module.emitOpError()
             << "has no classifier and " << candidates.size()
             << " public functions: mark one with '"
             << CraniaDialect::getClassifierAttrName()
             << "' or the option 'function'";
    mark(candidates.front());
    return success();
  }
};

} // namespace
