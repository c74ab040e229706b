// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_PIPELINES_COMPILEOPTIONS_H
#define CRANIA_PIPELINES_COMPILEOPTIONS_H

#include "crania/Clustering/ImportanceScheme.h"
#include "crania/Images/ImageSet.h"
#include "crania/Quantization/ActivationHistogram.h"
#include "crania/Target/PrecisionNames.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace crania {

class StepReport;

/// The scheme by which weights are clustered (docs/Clustering.md).
enum class Scheme {
  importance,          ///< the largest weights first
  importanceCorrected, ///< also corrects the outputs of each round
  residual,            ///< all weights coarsely, then refined
};

/// A layer that is named by its position.
enum class EndLayer { first, last };

template <>
struct NamedValues<Scheme> {
  static constexpr NamedValue<Scheme> values[] = {
      {"importance", Scheme::importance},
      {"importance-corrected", Scheme::importanceCorrected},
      {"residual", Scheme::residual}};
};
template <>
struct NamedValues<EndLayer> {
  static constexpr NamedValue<EndLayer> values[] = {{"first", EndLayer::first},
                                                    {"last", EndLayer::last}};
};

/// Options of a compilation. OptionTable.h has the name, the help text and the
/// valid values of each option.
struct CompileOptions {
  /// Name of the classifier; empty for the function that is marked, or the only
  /// public one.
  std::string function;
  /// Preset or path of a target file.
  std::string target = "edge";
  /// Fractions of weights, equal:K or kmeans:K.
  std::string clusters = "0.1,0.2,0.3,0.4";
  /// Clustering of weights. Schemes other than importance need integers and the
  /// images of `calibration`.
  struct Clustering {
    Scheme scheme = Scheme::importance;
    std::vector<double> steps = {1};
    clustering::ImportanceMetric metric =
        clustering::ImportanceMetric::magnitude;
    clustering::ImportanceScope scope = clustering::ImportanceScope::layer;
    /// Layers that are not clustered.
    std::vector<EndLayer> whole;
    /// Number of images to cluster on; 0 means all.
    uint64_t limit = 128;
    double balance = 0.5, rate = 0.1;
    bool correct = true, compensate = true, retarget = true;
  } clustering;
  /// Exit rule, a colon and its thresholds, or with `maxLoss` the rule alone.
  /// Empty means the default, which `exitOf` returns.
  std::string exit;
  /// Largest loss of accuracy in percentage points at which the thresholds of
  /// the exit rule are chosen on the images of `calibration`; none takes those
  /// of `exit`.
  std::optional<double> maxLoss;
  /// Fraction of inputs that stop after each round; empty means equal ones.
  std::vector<double> exitHistogram;
  /// Ids of allowed encodings; empty means all.
  std::vector<std::string> encodings;
  /// True if clusters are kept in the weight store.
  bool retain = true;
  /// Precision of all layers.
  target::Precision precision = target::Precision::f32;
  /// Precision of the first and of the last layer, if it differs.
  std::optional<target::Precision> firstLayer, lastLayer;
  /// Largest number of distinct words of the weights of a layer; none leaves
  /// the weights unchanged.
  std::optional<uint64_t> sharedWords;
  /// Order of the axes of the classifier's input.
  runtime::ImageLayout networkLayout = runtime::ImageLayout::automatic;
  /// Images on which activation ranges are measured, and their conversion to
  /// inputs, as in `crania-calibrate`.
  struct Calibration {
    std::string images;
    runtime::ImageLayout layout = runtime::ImageLayout::automatic;
    runtime::ChannelOrder channels = runtime::ChannelOrder::rgb;
    double scale = 1;
    std::vector<double> mean, deviation;
    std::optional<uint64_t> limit; ///< none: all
    quantization::RangeRule rule;
    /// Labels of the images; empty for none. Only `maxLoss` uses them.
    std::string labels;
  } calibration;
  /// True to compile the baseline rows in addition to `crania`.
  bool baselines = false;
  /// Function that is called before each program is compiled, with its name,
  /// its number (from 1) and the number of programs.
  std::function<void(llvm::StringRef, size_t, size_t)> progress;
  /// Function that is given a line for the user about each decision that
  /// `maxLoss` makes, such as the thresholds of a program.
  std::function<void(llvm::StringRef)> onDecision;
  /// Report to which each pass is added, or null.
  StepReport *steps = nullptr;
};

/// Returns the exit rule and its thresholds. With `maxLoss` the thresholds let
/// no input exit.
std::string exitOf(const CompileOptions &options);

/// Returns true if a layer computes in integers.
bool usesIntegers(const CompileOptions &options);

} // namespace crania

#endif // CRANIA_PIPELINES_COMPILEOPTIONS_H
