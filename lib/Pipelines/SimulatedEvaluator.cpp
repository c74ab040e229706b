// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Pipelines/SimulatedEvaluator.h"
#include "ObservedProgram.h"
#include "SimulatedLockstep.h"
#include "llvm/ADT/DenseMap.h"

using namespace mlir;
using namespace crania;

namespace {

class SimulatedObserver final : public NetworkObserver {
public:
  SimulatedObserver(func::FuncOp function, ObservedProgram program)
      : executable(std::move(program.executable)),
        memory(executable->engine().allocate()),
        input(function.getArgument(0)) {
    for (auto [command, op] : program.ops)
      values[command] = op->getResult(0);
  }

  runtime::NetworkInput networkInput() const override {
    return runtime::NetworkInput(*executable->program().program().input());
  }
  uint64_t inputElements() const override {
    return executable->inputElements();
  }

  void observe(ArrayRef<float> image, Visitor visit) override {
    visit(input, image);
    executable->engine().observeRound(
        0, {image.data(), image.size()}, memory,
        [&](uint32_t command, Span<const float> elements) {
          auto value = values.find(command);
          if (value != values.end())
            visit(value->second, {elements.data(), elements.size()});
        });
  }

private:
  std::shared_ptr<const runtime::Executable> executable;
  simulator::FunctionalEngine::Memory memory;
  Value input;
  /// Indexed by the number of a command.
  llvm::DenseMap<uint32_t, Value> values;
};

} // namespace

FailureOr<std::unique_ptr<NetworkObserver>>
SimulatedEvaluator::observe(func::FuncOp function) {
  FailureOr<ObservedProgram> program =
      ObservedProgram::create(function, runPipeline);
  if (failed(program))
    return failure();
  return std::unique_ptr<NetworkObserver>(
      std::make_unique<SimulatedObserver>(function, std::move(*program)));
}

FailureOr<std::unique_ptr<LockstepNetwork>>
SimulatedEvaluator::runInLockstep(func::FuncOp function,
                                  const runtime::ImageSet &images, size_t count,
                                  unsigned variants) {
  return SimulatedLockstep::create(function, images, count, variants,
                                   runPipeline);
}
