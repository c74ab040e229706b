// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Conversion/CraniaToCraniaHW/CraniaToCraniaHW.h"
#include "NormalizeBody.h"
#include "ProgramEmitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

namespace crania {
#define GEN_PASS_DEF_CONVERTCRANIATOHW
#include "crania/Conversion/CraniaToCraniaHW/Passes.h.inc"
} // namespace crania

using namespace mlir;
using namespace crania;
using namespace crania::lowering;

namespace {

class IterationLowering {
public:
  IterationLowering(ir::IterateOp iterate, SymbolTable &symbols)
      : iterate(iterate), symbols(symbols) {}

  LogicalResult run() {
    ir::TargetAttr target = iterate.getTarget();
    if (!target)
      return iterate.emitOpError()
             << "has no target; run crania-attach-target first";
    auto exit = dyn_cast<ir::ExitAttr>(iterate.getExit());
    if (!exit)
      return iterate.emitOpError()
             << "has an exit rule that the exit unit does "
                "not have; it has #crania.exit";
    model = target.getModel();
    if (failed(normalizeBody(iterate)))
      return failure();
    FailureOr<Network> network = buildNetwork(iterate, model);
    if (failed(network))
      return failure();
    joinParameters(*network, model);
    FailureOr<MemoryPlan> plan = planMemory(*network, model, iterate.getLoc());
    FailureOr<ProgramImage> image = buildImage(iterate, *network, model);
    if (failed(plan) || failed(image))
      return failure();
    replace(*network, *plan, *image, exit);
    return success();
  }

private:
  void replace(const Network &network, const MemoryPlan &plan,
               ProgramImage &image, ir::ExitAttr exit) {
    OpBuilder builder(iterate.getContext());
    hw::ProgramOp program = emitProgram(builder, iterate, exit, programName(),
                                        network, plan, image);
    symbols.insert(program);
    builder.setInsertionPoint(iterate);
    auto execute = hw::ExecuteOp::create(
        builder, iterate.getLoc(), iterate.getResultTypes(),
        program.getSymName(), network.inputValue, Value());
    Operation *block = iterate->getBlock()->getParentOp();
    iterate->replaceAllUsesWith(execute->getResults());
    iterate.erase();
    eraseDeadCasts(block);
  }

  /// Erases the casts to the input's integers. The runtime quantizes the input,
  /// so they have no use any more.
  static void eraseDeadCasts(Operation *parent) {
    auto eraseUnused = [](Operation *op) {
      if (op->use_empty())
        op->erase();
    };
    parent->walk([&](quant::StorageCastOp cast) { eraseUnused(cast); });
    parent->walk([&](quant::QuantizeCastOp cast) { eraseUnused(cast); });
  }

  std::string programName() {
    auto function = iterate->getParentOfType<FunctionOpInterface>();
    return function ? (function.getName() + "_program").str() : "program";
  }

  ir::IterateOp iterate;
  SymbolTable &symbols;
  target::TargetModel model;
};

/// Erases the weights that only the lowered iterations read.
void eraseUnusedWeights(ModuleOp module) {
  module.walk([](ir::GetOp get) {
    if (get->use_empty())
      get.erase();
  });
  for (auto weights :
       llvm::make_early_inc_range(module.getOps<ir::WeightsOp>()))
    if (SymbolTable::symbolKnownUseEmpty(weights, module))
      weights.erase();
}

struct ConvertCraniaToHW
    : public crania::impl::ConvertCraniaToHWBase<ConvertCraniaToHW> {
  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    SmallVector<ir::IterateOp> iterations;
    getOperation().walk(
        [&](ir::IterateOp iterate) { iterations.push_back(iterate); });
    for (ir::IterateOp iterate : iterations)
      if (failed(IterationLowering(iterate, symbols).run()))
        return signalPassFailure();
    eraseUnusedWeights(getOperation());
  }
};

} // namespace
