// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_PIPELINES_COMPILE_H
#define CRANIA_PIPELINES_COMPILE_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace crania {

class StepReport;

/// One program of a device binary: its name and what distinguishes it. The rows
/// of a comparison share machine, network, precision and exit rule.
struct ProgramConfiguration {
  std::string name;
  std::string clusters;
  std::string exit;
  /// Allowed layouts; empty means all.
  std::vector<std::string> layouts;
  /// Whether clusters are kept in the weight store.
  bool retain = true;
  /// As in PipelineOptions.
  std::string scheme = "importance";
};

struct CompileOptions {
  /// The classifier; empty for the one that is marked, or the only public one.
  std::string function;
  std::string target = "edge";
  std::string clusters = "0.1,0.2,0.3,0.4";
  /// How weights are clustered, as PipelineOptions has it: others than
  /// importance need integers and the images of `calibration`.
  struct Clustering {
    std::string scheme = "importance";
    std::vector<double> steps = {1};
    std::string metric = "magnitude", scope = "layer";
    std::vector<std::string> whole;
    uint64_t limit = 128;
  } clustering;
  std::string exit = "softmax:0.9";
  std::vector<double> exitHistogram;
  /// f32, i16 or i8, for all layers and, if not empty, for the first and last.
  std::string precision = "f32", firstLayer, lastLayer;
  /// Different words of the weights of a layer at most; none: as they are.
  std::optional<uint64_t> sharedWords;
  /// The order of the axes of the classifier's input: auto, nchw or nhwc.
  std::string networkLayout = "auto";
  /// Images to measure activation ranges on, and how they become inputs, as
  /// `crania-calibrate` has it.
  struct Calibration {
    std::string images;
    std::string layout = "auto", channels = "rgb";
    double scale = 1;
    std::vector<double> mean, deviation;
    std::optional<uint64_t> limit; ///< none: all
    std::string rule = "mse";
  } calibration;
  /// Compile the baseline rows beside `crania`.
  bool baselines = false;
  /// Called before each program is compiled, with its name, its number counted
  /// from 1, and how many there are.
  std::function<void(llvm::StringRef, size_t, size_t)> progress;
  /// Is told of each pass, if it is given.
  StepReport *steps = nullptr;
};

/// The programs that a compilation produces: `crania` alone, or all the rows
/// that it is compared with, each a configuration of the same compiler.
///
/// | row                   | clusters | layouts | weight store |
/// | one-shot              | 1        | raw     | unused       |
/// | one-shot-compressed   | 1        | all     | used         |
/// | iterative             | given    | raw     | unused       |
/// | iterative-cache       | given    | raw     | used         |
/// | iterative-compression | given    | all     | unused       |
/// | crania                | given    | all     | used         |
///
/// Given are the fractions of importance clusters, and, for `crania` only, the
/// scheme: residual clusters stored raw would be no fair row.
///
/// Raw means raw values: a cluster that does not hold every weight has a bitmap
/// of its positions too. A row of one round has no use for more than the first
/// threshold of the exit rule.
std::vector<ProgramConfiguration>
programConfigurations(const CompileOptions &options);

/// Compiles the classifier of `module` to the bytes of a device binary, with
/// options as `checkOptions` (CheckOptions.h) admits them. Diagnostics go to
/// its context. Takes the module over, which must be the only one of its
/// context: data that its last reader is through with are freed.
///
/// A module of level 2 to 4 keeps what it says already; baseline rows need one
/// of level 1, as they decide all of that differently.
mlir::FailureOr<std::vector<uint8_t>>
compileToDeviceBinary(mlir::OwningOpRef<mlir::ModuleOp> module,
                      const CompileOptions &options);

} // namespace crania

#endif // CRANIA_PIPELINES_COMPILE_H
