// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_CALIBRATION_PASSES_TD
#define CRANIA_CALIBRATION_PASSES_TD

include "mlir/Pass/PassBase.td"

/// Options of passes that run classifiers on images.
defvar imageOptions = [
  Option<"images", "images", "std::string", "\"\"",
         "Path of the images: .npy of uint8 or float32, one per first index">,
  Option<"layout", "layout", "std::string", "\"auto\"",
         "Order of the axes in the file: auto, nhwc or nchw">,
  Option<"channels", "channels", "std::string", "\"rgb\"",
         "rgb: channels as in the file; bgr: in the reverse order">,
  Option<"scale", "scale", "double", "1", "Factor on the pixels">,
  ListOption<"mean", "mean", "double", "Subtracted after scaling, one or per channel">,
  ListOption<"deviation", "std", "double", "Divides at last, one or per channel">
];

def Calibrate : Pass<"crania-calibrate", "::mlir::ModuleOp"> {
  let summary = "Measure the ranges of a classifier's tensors on sample inputs";
  let description = [{
    Runs each classifier in f32 on images and writes `crania.range`, from which
    `crania-quantize-classifiers` takes scales, on the ops that compute and on the
    input. Ranges that are there already are kept. The images are for calibration
    only: report accuracies on others.

    The rule says how a range follows from the values that were seen: `mse`
    minimises the squared error of rounding and clipping to integers of
    `precision`, `max` takes all values, `percentile:P` that percentage of the
    magnitudes.

    Normalises classifiers first (`crania-normalize-classifiers`). The values are
    those that the simulated machine computes, with a global buffer that holds
    everything. Refuses a classifier that is clustered already, images that do not
    fit its input, and values that are not finite.
  }];
  let options = !listconcat(imageOptions, [
    Option<"limit", "limit", "uint64_t", "0", "Only the first N images (0: all)">,
    Option<"rule", "rule", "std::string", "\"mse\"",
           "How a range follows from values: mse, max or percentile:P">,
    Option<"precision", "precision", "std::string", "\"i8\"",
           "Integers that the ranges are for: i8 or i16">
  ]);
  let dependentDialects = ["::crania::ir::CraniaDialect",
                           "::crania::hw::CraniaHWDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def ClusterCalibrated : Pass<"crania-cluster-calibrated", "::mlir::ModuleOp"> {
  let summary = "Cluster the weights of integer classifiers for outputs, not for weights";
  let description = [{
    Clusters the weights of each contraction in 8 bits whose sums are requantised,
    layer by layer, on what calibration images make of the layer's inputs in each
    round behind the layers that are clustered and corrected already:

    - `residual`: the first cluster has a code per weight, `steps[0]` root mean
      squares of its output apart, and each later one refines it. Codes are chosen
      so that the layer's outputs, not its weights, change little for their
      entropy (docs/Clustering.md).
    - `importance`: clusters with disjoint supports by `fractions`, the largest
      magnitudes first or, with `metric=activation`, those of weight times mean
      input; in each layer or, with `scope=global`, over all that are clustered,
      with the inputs that they meet in the whole network.

    Outputs of each round but the last are corrected by a gain and an offset per
    channel (least squares), which become constants of the round of the
    requantisation. The last round is the network as it was, bit for bit.

    Layers of fewer than `min-weights` weights, of several groups, or named by
    `whole` (first, last) stay whole in their first cluster, for
    `crania-cluster-weights` with one cluster. Needs quantised classifiers that
    are not clustered. Weights that are clustered by hand keep their clusters.
  }];
  let options = !listconcat(imageOptions, [
    Option<"limit", "limit", "uint64_t", "128", "Only the first N images (0: all)">,
    Option<"scheme", "scheme", "std::string", "\"residual\"", "residual or importance">,
    ListOption<"steps", "steps", "double",
               "residual: distance of codes in root mean squares of an output, coarse to fine">,
    Option<"balance", "balance", "double", "0.5",
           "residual: the steps of a layer go with its size to the power of half this; "
           "those given are of the largest layer">,
    Option<"fractions", "fractions", "std::string", "\"0.1,0.2,0.3,0.4\"",
           "importance: fractions of the weights per cluster, or equal:K or kmeans:K">,
    Option<"scope", "scope", "std::string", "\"layer\"",
           "importance: what is ranked together, the weights of a layer, or global">,
    Option<"metric", "metric", "std::string", "\"magnitude\"",
           "importance: magnitude, or activation for magnitude times mean input">,
    Option<"correct", "correct", "bool", "true",
           "Correct outputs by gains and offsets (off: for comparison)">,
    Option<"compensate", "compensate", "bool", "true",
           "residual: make up for rounding errors (off: for comparison)">,
    Option<"retarget", "retarget", "bool", "true",
           "residual: make up for what earlier layers lost (off: for comparison)">,
    Option<"rate", "rate", "double", "0.1",
           "residual: what a bit is worth in squared steps">,
    ListOption<"whole", "whole", "std::string", "Layers that stay whole: first, last">,
    Option<"minWeights", "min-weights", "uint64_t", "1024",
           "Layers with fewer weights stay whole">
  ]);
  let dependentDialects = ["::crania::ir::CraniaDialect",
                           "::crania::hw::CraniaHWDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

#endif // CRANIA_CALIBRATION_PASSES_TD
