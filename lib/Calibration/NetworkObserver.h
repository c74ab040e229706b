// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CALIBRATION_NETWORKOBSERVER_H
#define CRANIA_LIB_CALIBRATION_NETWORKOBSERVER_H

#include "crania/Images/ImageSet.h"
#include "crania/Runtime/Executable.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"

namespace crania {

/// Runs a normalized classifier of level 1 on inputs and shows the values of
/// each tensor. It compiles the classifier for a machine whose global buffer
/// holds everything, so that every op is one command, and runs it on the
/// simulated machine. The observed values are those that the machine computes.
class NetworkObserver {
public:
  /// Compiles a copy of the function. Fails, with an error on the function, if
  /// the machine cannot run it or if it is already clustered.
  static mlir::FailureOr<NetworkObserver> create(mlir::func::FuncOp function);

  /// Returns the input of the function.
  runtime::NetworkInput networkInput() const;
  uint64_t inputElements() const { return executable->inputElements(); }

  /// A function that takes a tensor of the function and its elements,
  /// row-major. It is called for the input first, then for the results of
  /// structured ops in the order of computation.
  using Visitor = llvm::function_ref<void(mlir::Value, llvm::ArrayRef<float>)>;
  void observe(llvm::ArrayRef<float> input, Visitor visit);

private:
  NetworkObserver() = default;

  std::shared_ptr<const runtime::Executable> executable;
  std::optional<simulator::FunctionalEngine::Memory> memory;
  mlir::Value input;
  /// Indexed by the number of a command.
  llvm::DenseMap<uint32_t, mlir::Value> values;
};

} // namespace crania

#endif // CRANIA_LIB_CALIBRATION_NETWORKOBSERVER_H
