// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_PIPELINES_COMPILE_H
#define CRANIA_PIPELINES_COMPILE_H

#include "crania/Pipelines/CompileOptions.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <string>
#include <vector>

namespace crania {

/// One program of a device binary: its name and the options that distinguish
/// it. The rows of a comparison share machine, network, precision and exit
/// rule.
struct ProgramConfiguration {
  std::string name;
  std::string clusters;
  std::string exit;
  /// Allowed encodings; empty means all.
  std::vector<std::string> encodings;
  /// True if clusters are kept in the weight store.
  bool retain = true;
  Scheme scheme = Scheme::importance;
  /// Steps of the residual scheme.
  std::vector<double> steps = {};
  /// Fraction of inputs that stop after each round of this row, if it differs
  /// from that of the options.
  std::vector<double> exitHistogram = {};
};

/// Returns the settings of the row one-shot-coarse, coarse to fine.
std::vector<ProgramConfiguration>
coarseConfigurations(const CompileOptions &options);

/// Returns the programs that a compilation produces: `crania` alone, or also
/// the rows with which it is compared. Each is a configuration of the same
/// compiler.
///
/// | row                   | clusters | encodings | weight store |
/// | one-shot              | 1        | raw     | unused       |
/// | one-shot-compressed   | 1        | all     | used         |
/// | one-shot-coarse       | coarse   | as crania | as crania  |
/// | iterative             | given    | raw     | unused       |
/// | iterative-cache       | given    | raw     | used         |
/// | iterative-compression | given    | all     | unused       |
/// | crania                | given    | all     | used         |
///
/// `one-shot-coarse` is the first round of the scheme of `crania`, at the
/// coarsest of six settings whose loss on the calibration images is within
/// `CompileOptions::maxLoss`. It exists only with this option, and only if a
/// setting keeps the limit. `coarseConfigurations` returns the settings;
/// `programConfigurations` leaves the row out.
///
/// "given" stands for the given fractions of importance clusters. Only `crania`
/// has the given scheme, as residual clusters that are stored raw would not be
/// a fair row.
///
/// "raw" stands for raw values: a cluster that does not hold every weight also
/// has a bitmap of its positions. A row of one round needs only the first
/// threshold of the exit rule.
std::vector<ProgramConfiguration>
programConfigurations(const CompileOptions &options);

/// Compiles the classifier of `module` to the bytes of a device binary. The
/// options must satisfy `checkOptions` (CheckOptions.h). Diagnostics go to the
/// context of the module. Takes ownership of the module, which must be the only
/// one of its context: data are freed after their last use.
///
/// A module of level 2 to 4 keeps the decisions that it states. Baseline rows
/// need a module of level 1, as they decide differently.
mlir::FailureOr<std::vector<uint8_t>>
compileToDeviceBinary(mlir::OwningOpRef<mlir::ModuleOp> module,
                      const CompileOptions &options);

} // namespace crania

#endif // CRANIA_PIPELINES_COMPILE_H
