// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DIALECT_CRANIA_TRANSFORMS_EXITOPTION_H
#define CRANIA_DIALECT_CRANIA_TRANSFORMS_EXITOPTION_H

#include "crania/Dialect/Crania/IR/CraniaAttributes.h"

namespace crania {

/// An exit rule in the text form of the options, before the number of rounds is
/// known: "softmax:0.9", or with a threshold per round but the last,
/// "softmax:0.9,0.8,0.7".
struct ExitOption {
  ir::Confidence confidence = ir::Confidence::Softmax;
  llvm::SmallVector<double> thresholds;

  /// Parses `text` and checks every threshold against the rule's range. Reports
  /// failures through `emitError`.
  static mlir::FailureOr<ExitOption>
  parse(llvm::StringRef text, mlir::MLIRContext *context,
        llvm::function_ref<mlir::InFlightDiagnostic()> emitError);

  /// Returns the exit rule of an iteration of `rounds` rounds. A single
  /// threshold serves all rounds; otherwise there must be one per round but the
  /// last.
  mlir::FailureOr<ir::ExitAttr>
  forRounds(int64_t rounds, mlir::MLIRContext *context,
            llvm::function_ref<mlir::InFlightDiagnostic()> emitError) const;
};

} // namespace crania

#endif // CRANIA_DIALECT_CRANIA_TRANSFORMS_EXITOPTION_H
