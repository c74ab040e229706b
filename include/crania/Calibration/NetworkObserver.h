// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_CALIBRATION_NETWORKOBSERVER_H
#define CRANIA_CALIBRATION_NETWORKOBSERVER_H

#include "crania/Images/ImageSet.h"
#include "crania/Runtime/Executable.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"

namespace crania {

/// Runs a classifier of level 1 (normalised) on inputs and shows the value of
/// each tensor on the way. It is compiled for a machine whose global buffer
/// holds everything, so that every op is one command, and run on the simulated
/// machine: what is observed is what the machine computes.
class NetworkObserver {
public:
  /// Compiles a copy of the function. Reports what the machine cannot do, and a
  /// function that is clustered already.
  static mlir::FailureOr<NetworkObserver> create(mlir::func::FuncOp function);

  /// The input of the function.
  runtime::NetworkInput networkInput() const;
  uint64_t inputElements() const { return executable->inputElements(); }

  /// Called with a tensor of the function and its elements, row-major: the
  /// input first, then in the order of computation the results of structured
  /// ops.
  using Visitor = llvm::function_ref<void(mlir::Value, llvm::ArrayRef<float>)>;
  void observe(llvm::ArrayRef<float> input, Visitor visit);

private:
  NetworkObserver() = default;

  std::shared_ptr<const runtime::Executable> executable;
  std::optional<simulator::FunctionalEngine::Memory> memory;
  mlir::Value input;
  /// By number of a command.
  llvm::DenseMap<uint32_t, mlir::Value> values;
};

} // namespace crania

#endif // CRANIA_CALIBRATION_NETWORKOBSERVER_H
