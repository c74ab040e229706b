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
  /// Scheme of clustering, as in PipelineOptions.
  std::string scheme = "importance";
};

struct CompileOptions {
  /// Name of the classifier; empty for the function that is marked, or the only
  /// public one.
  std::string function;
  std::string target = "edge";
  std::string clusters = "0.1,0.2,0.3,0.4";
  /// Clustering of weights, as in PipelineOptions. Schemes other than
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
  /// Precision (f32, i16 or i8) of all layers and, if not empty, of the first
  /// and of the last layer.
  std::string precision = "f32", firstLayer, lastLayer;
  /// Largest number of distinct words of the weights of a layer; none leaves
  /// the weights unchanged.
  std::optional<uint64_t> sharedWords;
  /// Order of the axes of the classifier's input: auto, nchw or nhwc.
  std::string networkLayout = "auto";
  /// Images on which activation ranges are measured, and their conversion to
  /// inputs, as in `crania-calibrate`.
  struct Calibration {
    std::string images;
    std::string layout = "auto", channels = "rgb";
    double scale = 1;
    std::vector<double> mean, deviation;
    std::optional<uint64_t> limit; ///< none: all
    std::string rule = "mse";
  } calibration;
  /// True to compile the baseline rows in addition to `crania`.
  bool baselines = false;
  /// Function that is called before each program is compiled, with its name,
  /// its number (from 1) and the number of programs.
  std::function<void(llvm::StringRef, size_t, size_t)> progress;
  /// Report to which each pass is added, or null.
  StepReport *steps = nullptr;
};

/// Returns the programs that a compilation produces: `crania` alone, or also
/// the rows with which it is compared. Each is a configuration of the same
/// compiler.
///
/// | row                   | clusters | encodings | weight store |
/// | one-shot              | 1        | raw     | unused       |
/// | one-shot-compressed   | 1        | all     | used         |
/// | iterative             | given    | raw     | unused       |
/// | iterative-cache       | given    | raw     | used         |
/// | iterative-compression | given    | all     | unused       |
/// | crania                | given    | all     | used         |
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
