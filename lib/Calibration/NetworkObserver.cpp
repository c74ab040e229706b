// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "NetworkObserver.h"
#include "ObservedProgram.h"

using namespace mlir;
using namespace crania;

FailureOr<NetworkObserver> NetworkObserver::create(func::FuncOp function) {
  FailureOr<ObservedProgram> program = ObservedProgram::create(function);
  if (failed(program))
    return failure();
  NetworkObserver observer;
  observer.executable = std::move(program->executable);
  observer.memory.emplace(observer.executable->engine().allocate());
  observer.input = function.getArgument(0);
  for (auto [command, op] : program->ops)
    observer.values[command] = op->getResult(0);
  return observer;
}

runtime::NetworkInput NetworkObserver::networkInput() const {
  return runtime::NetworkInput(*executable->program().program().input());
}

void NetworkObserver::observe(ArrayRef<float> image, Visitor visit) {
  visit(input, image);
  executable->engine().observeRound(
      0, {image.data(), image.size()}, *memory,
      [&](uint32_t command, Span<const float> elements) {
        auto value = values.find(command);
        if (value != values.end())
          visit(value->second, {elements.data(), elements.size()});
      });
}
