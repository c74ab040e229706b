// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_CALIBRATION_PASSES_TD
#define CRANIA_CALIBRATION_PASSES_TD

include "mlir/Pass/PassBase.td"

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
  let options = [
    Option<"images", "images", "std::string", "\"\"",
           "Path of the images: .npy of uint8 or float32, one per first index">,
    Option<"layout", "layout", "std::string", "\"auto\"",
           "Order of the axes in the file: auto, nhwc or nchw">,
    Option<"channels", "channels", "std::string", "\"rgb\"",
           "rgb: channels as in the file; bgr: in the reverse order">,
    Option<"scale", "scale", "double", "1", "Factor on the pixels">,
    ListOption<"mean", "mean", "double", "Subtracted after scaling, one or per channel">,
    ListOption<"deviation", "std", "double", "Divides at last, one or per channel">,
    Option<"limit", "limit", "uint64_t", "0", "Only the first N images (0: all)">,
    Option<"rule", "rule", "std::string", "\"mse\"",
           "How a range follows from values: mse, max or percentile:P">,
    Option<"precision", "precision", "std::string", "\"i8\"",
           "Integers that the ranges are for: i8 or i16">,
  ];
  let dependentDialects = ["::crania::ir::CraniaDialect",
                           "::crania::hw::CraniaHWDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

#endif // CRANIA_CALIBRATION_PASSES_TD
