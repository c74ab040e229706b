// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CALIBRATION_CALIBRATIONIMAGES_H
#define CRANIA_LIB_CALIBRATION_CALIBRATIONIMAGES_H

#include "crania/Runtime/ImageSet.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/StringSwitch.h"

namespace crania {

/// What the options layout, channels, scale, mean and std of a pass say of its
/// images; reports a word that they do not know on `op`.
template <typename Options>
mlir::LogicalResult readPreprocessing(mlir::Operation *op,
                                      const Options &options,
                                      runtime::Preprocessing &into) {
  using runtime::ImageLayout;
  auto known =
      llvm::StringSwitch<std::optional<ImageLayout>>(options.layout.getValue())
          .Case("auto", ImageLayout::automatic)
          .Case("nhwc", ImageLayout::nhwc)
          .Case("nchw", ImageLayout::nchw)
          .Default(std::nullopt);
  if (!known)
    return op->emitError() << "layout '" << options.layout.getValue()
                           << "' is not known; there are auto, nhwc and nchw";
  llvm::StringRef channels = options.channels.getValue();
  if (channels != "rgb" && channels != "bgr")
    return op->emitError() << "channels '" << channels
                           << "' are not known; there are rgb and bgr";
  into.layout = *known;
  into.reverseChannels = channels == "bgr";
  into.scale = options.scale;
  if (!options.mean.empty())
    into.mean.assign(options.mean.begin(), options.mean.end());
  if (!options.deviation.empty())
    into.deviation.assign(options.deviation.begin(), options.deviation.end());
  return mlir::success();
}

/// Reads the images of a file for an input of that shape; reports on `op`.
mlir::FailureOr<runtime::ImageSet>
readImages(mlir::Operation *op, const std::string &path,
           const std::vector<uint64_t> &inputShape,
           const runtime::Preprocessing &preprocessing);

} // namespace crania

#endif // CRANIA_LIB_CALIBRATION_CALIBRATIONIMAGES_H
