// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CALIBRATION_CALIBRATIONIMAGES_H
#define CRANIA_LIB_CALIBRATION_CALIBRATIONIMAGES_H

#include "crania/Images/ImageSet.h"
#include "mlir/IR/Operation.h"

namespace crania {

/// What passes that run classifiers on images are told of them.
struct ImageOptions {
  std::string layout, channels;
  double scale;
  std::vector<double> mean, deviation;
};

/// Reports a word that is not known on `op`.
mlir::FailureOr<runtime::Preprocessing>
readPreprocessing(mlir::Operation *op, const ImageOptions &options);

/// The input of a classifier, by its type and its attributes.
runtime::NetworkInput networkInputOf(mlir::BlockArgument argument);

/// Reads the images of a file for that input; reports on `op`.
mlir::FailureOr<runtime::ImageSet>
readImages(mlir::Operation *op, const std::string &path,
           const runtime::NetworkInput &input,
           const runtime::Preprocessing &preprocessing);

} // namespace crania

#endif // CRANIA_LIB_CALIBRATION_CALIBRATIONIMAGES_H
