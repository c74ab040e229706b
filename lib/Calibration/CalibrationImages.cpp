// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "CalibrationImages.h"
#include "crania/Dialect/Crania/IR/CraniaDialect.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace crania;

FailureOr<runtime::Preprocessing>
crania::readPreprocessing(Operation *op, const ImageOptions &options) {
  using runtime::ImageLayout;
  auto known = llvm::StringSwitch<std::optional<ImageLayout>>(options.layout)
                   .Case("auto", ImageLayout::automatic)
                   .Case("nhwc", ImageLayout::nhwc)
                   .Case("nchw", ImageLayout::nchw)
                   .Default(std::nullopt);
  if (!known)
    return op->emitError() << "layout '" << options.layout
                           << "' is not known; there are auto, nhwc and nchw";
  if (options.channels != "rgb" && options.channels != "bgr")
    return op->emitError() << "channels '" << options.channels
                           << "' are not known; there are rgb and bgr";
  runtime::Preprocessing preprocessing;
  preprocessing.layout = *known;
  preprocessing.reverseChannels = options.channels == "bgr";
  preprocessing.scale = options.scale;
  if (!options.mean.empty())
    preprocessing.mean = options.mean;
  if (!options.deviation.empty())
    preprocessing.deviation = options.deviation;
  return preprocessing;
}

runtime::NetworkInput crania::networkInputOf(BlockArgument argument) {
  using runtime::ImageLayout;
  ArrayRef<int64_t> shape =
      cast<RankedTensorType>(argument.getType()).getShape();
  auto layout = llvm::StringSwitch<ImageLayout>(
                    ir::CraniaDialect::getImageLayout(argument))
                    .Case("nchw", ImageLayout::nchw)
                    .Case("nhwc", ImageLayout::nhwc)
                    .Default(ImageLayout::automatic);
  return {{shape.begin(), shape.end()}, layout};
}

FailureOr<runtime::ImageSet> crania::readImages(
    Operation *op, const std::string &path, const runtime::NetworkInput &input,
    const runtime::Preprocessing &preprocessing, uint64_t limit) {
  auto array = npy::read(path);
  if (!array)
    return op->emitError() << array.error().message;
  auto set =
      runtime::ImageSet::create(std::move(*array), input, preprocessing, limit);
  if (!set)
    return op->emitError() << path << ": " << set.error().message;
  if (set->size() == 0)
    return op->emitError() << path << " holds no image";
  return std::move(*set);
}
