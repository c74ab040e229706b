// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_PIPELINES_STEPREPORT_H
#define CRANIA_PIPELINES_STEPREPORT_H

#include "mlir/Pass/PassManager.h"
#include "llvm/Support/raw_ostream.h"

namespace crania {

/// Prints the cost of each step of a compilation, in one line when the step
/// ends: its name, CPU seconds since the end of the step before, and the
/// present and the peak memory of the process, in MB (10^6 bytes).
class StepReport {
public:
  explicit StepReport(llvm::raw_ostream &os);

  /// Ends a step and prints its line.
  void endStep(llvm::StringRef name);
  /// Makes each pass a step. The report must outlive the manager's run.
  void watch(mlir::PassManager &manager);
  /// Prints the sum of all steps.
  void end();

private:
  void printRow(llvm::StringRef name, double seconds);

  llvm::raw_ostream &os;
  double started, previous;
};

} // namespace crania

#endif // CRANIA_PIPELINES_STEPREPORT_H
