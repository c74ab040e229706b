// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CALIBRATION_CALIBRATIONIMAGES_H
#define CRANIA_LIB_CALIBRATION_CALIBRATIONIMAGES_H

#include "crania/Images/ImageSet.h"
#include "mlir/IR/Operation.h"

namespace crania {

/// The image options of passes that run classifiers on images.
struct ImageOptions {
  std::string layout, channels;
  double scale;
  std::vector<double> mean, deviation;
};

/// Returns the preprocessing of the options. Fails with an error on `op` if a
/// word is not known.
mlir::FailureOr<runtime::Preprocessing>
readPreprocessing(mlir::Operation *op, const ImageOptions &options);

/// Returns the input of a classifier, from the type and the attributes of the
/// argument.
runtime::NetworkInput networkInputOf(mlir::BlockArgument argument);

/// Reads the images of a file for that input. Checks the pixels of the first
/// `limit` images (0: of all). Fails with an error on `op`.
mlir::FailureOr<runtime::ImageSet>
readImages(mlir::Operation *op, const std::string &path,
           const runtime::NetworkInput &input,
           const runtime::Preprocessing &preprocessing, uint64_t limit);

} // namespace crania

#endif // CRANIA_LIB_CALIBRATION_CALIBRATIONIMAGES_H
