// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_PIPELINES_OBSERVEDPROGRAM_H
#define CRANIA_LIB_PIPELINES_OBSERVEDPROGRAM_H

#include "crania/Runtime/Executable.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"

#include <map>

namespace crania {

/// A function that runs a pipeline on an op below the one that a pass works on.
/// Passes hand over `Pass::runPipeline`, so that instrumentation sees the
/// pipeline.
using PipelineRunner = llvm::function_ref<mlir::LogicalResult(
    mlir::OpPassManager &, mlir::Operation *)>;

/// A normalized classifier of level 1, compiled with weights that are not
/// clustered for a machine whose global buffer holds everything. Every op is
/// thus one command.
struct ObservedProgram {
  /// Compiles a copy of the function, which is in the module of the function
  /// until this returns. Fails, with an error, if the machine cannot run it or
  /// if it is already clustered.
  static mlir::FailureOr<ObservedProgram> create(mlir::func::FuncOp function,
                                                 PipelineRunner runPipeline);

  std::shared_ptr<const runtime::Executable> executable;
  /// The op whose result a command gives, by the number of the command in the
  /// only round.
  std::map<uint32_t, mlir::Operation *> ops;
};

} // namespace crania

#endif // CRANIA_LIB_PIPELINES_OBSERVEDPROGRAM_H
