// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CALIBRATION_OBSERVEDPROGRAM_H
#define CRANIA_LIB_CALIBRATION_OBSERVEDPROGRAM_H

#include "crania/Runtime/Executable.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <map>

namespace crania {

/// A classifier of level 1 (normalised), compiled for a machine whose global
/// buffer holds everything, so that every op is one command, with weights that
/// are not clustered.
struct ObservedProgram {
  /// Compiles a copy of the function. Reports what the machine cannot do, and a
  /// function that is clustered already.
  static mlir::FailureOr<ObservedProgram> create(mlir::func::FuncOp function);

  std::shared_ptr<const runtime::Executable> executable;
  /// The command that gives the result of a structured op, by number, in the
  /// only round.
  std::map<uint32_t, mlir::Operation *> ops;
};

} // namespace crania

#endif // CRANIA_LIB_CALIBRATION_OBSERVEDPROGRAM_H
