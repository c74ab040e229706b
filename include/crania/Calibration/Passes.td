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
  ListOption<"mean", "mean", "double", "Mean to subtract after scaling: one number, or one per channel">,
  ListOption<"deviation", "std", "double", "Divisor applied last: one number, or one per channel">
];

def Calibrate : Pass<"crania-calibrate", "::mlir::ModuleOp"> {
  let summary = "Measure the ranges of a classifier's tensors on sample inputs";
  let description = [{
    Runs each classifier in f32 on images and writes `crania.range` on the input
    and on the ops that compute. `crania-quantize-classifiers` derives scales
    from these ranges. Existing ranges are kept. Use other images to measure
    accuracy, because these are for calibration.

    The rule says how a range follows from the values of a tensor. `mse`
    minimizes the squared error of rounding and clipping to integers of
    `precision`, `max` covers all values, and `percentile:P` covers P percent of
    the magnitudes.

    Normalizes classifiers first (`crania-normalize-classifiers`). The values
    are those that the simulated machine computes with a global buffer that
    holds everything. Fails on a classifier that is already clustered, on images
    that do not fit its input, and on values that are not finite.
  }];
  let options = !listconcat(imageOptions, [
    Option<"limit", "limit", "uint64_t", "0", "Use only the first N images (0: all)">,
    Option<"rule", "rule", "std::string", "\"mse\"",
           "Rule that derives a range from values: mse, max or percentile:P">,
    Option<"precision", "precision", "std::string", "\"i8\"",
           "Integer type that the ranges are for: i8 or i16">
  ]);
  let dependentDialects = ["::crania::ir::CraniaDialect",
                           "::crania::hw::CraniaHWDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def ClusterCalibrated : Pass<"crania-cluster-calibrated", "::mlir::ModuleOp"> {
  let summary = "Cluster the weights of integer classifiers by their effect on outputs";
  let description = [{
    Clusters the weights of each contraction in 8 bits whose sums are
    requantized. It goes layer by layer. For each round, calibration images give
    the inputs of the layer, as computed by the layers before it, which are
    already clustered and corrected.

    - `residual`: the first cluster has a code per weight. Codes are `steps[0]`
      root mean squares of the layer's output apart, and each later cluster
      refines them. Codes are chosen so that the outputs of the layer, not its
      weights, change little for their entropy (docs/Clustering.md).
    - `importance`: clusters have disjoint supports of the sizes `fractions`.
      The largest magnitudes come first or, with `metric=activation`, the largest
      products of weight and mean input. Weights are ranked within each layer or,
      with `scope=global`, over all clustered layers, with the inputs that they
      get in the whole network.

    A gain and an offset per channel (least squares) correct the outputs of each
    round but the last. They become constants of the round in the
    requantization. The last round is the original network, bit for bit.

    Some layers stay whole in their first cluster: layers with fewer than
    `min-weights` weights, with several groups, or named by `whole` (first,
    last). Run `crania-cluster-weights` with one cluster afterwards for them.
    The pass needs quantized classifiers that are not clustered. Weights that
    are clustered by hand keep their clusters.
  }];
  let options = !listconcat(imageOptions, [
    Option<"limit", "limit", "uint64_t", "128", "Use only the first N images (0: all)">,
    Option<"scheme", "scheme", "std::string", "\"residual\"", "residual or importance">,
    ListOption<"steps", "steps", "double",
               "residual: distance of codes in root mean squares of an output, coarse to fine">,
    Option<"balance", "balance", "double", "0.5",
           "residual: the steps of a layer are proportional to its size to the power of half this; "
           "'steps' is for the largest layer">,
    Option<"fractions", "fractions", "std::string", "\"0.1,0.2,0.3,0.4\"",
           "importance: fractions of the weights per cluster, or equal:K or kmeans:K">,
    Option<"scope", "scope", "std::string", "\"layer\"",
           "importance: rank the weights within each layer (layer) or over all layers (global)">,
    Option<"metric", "metric", "std::string", "\"magnitude\"",
           "importance: magnitude, or activation for magnitude times mean input">,
    Option<"correct", "correct", "bool", "true",
           "Correct outputs by gains and offsets (off: for comparison)">,
    Option<"compensate", "compensate", "bool", "true",
           "residual: compensate rounding errors (off: for comparison)">,
    Option<"retarget", "retarget", "bool", "true",
           "residual: compensate errors of earlier layers (off: for comparison)">,
    Option<"rate", "rate", "double", "0.1",
           "residual: worth of a bit in squared steps">,
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
