// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "CalibrationImages.h"
#include "crania/Dialect/Crania/IR/CraniaDialect.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"

using namespace mlir;
using namespace crania;

FailureOr<runtime::Preprocessing>
crania::readPreprocessing(Operation *op, const ImageOptions &options) {
  auto layout = parseName<runtime::ImageLayout>(options.layout);
  if (!layout)
    return op->emitError() << "layout " << layout.error().message;
  auto channels = parseName<runtime::ChannelOrder>(options.channels);
  if (!channels)
    return op->emitError() << "channels: " << channels.error().message;
  runtime::Preprocessing preprocessing;
  preprocessing.layout = *layout;
  preprocessing.reverseChannels = *channels == runtime::ChannelOrder::bgr;
  preprocessing.scale = options.scale;
  if (!options.mean.empty())
    preprocessing.mean = options.mean;
  if (!options.deviation.empty())
    preprocessing.deviation = options.deviation;
  return preprocessing;
}

runtime::NetworkInput crania::networkInputOf(BlockArgument argument) {
  ArrayRef<int64_t> shape =
      cast<RankedTensorType>(argument.getType()).getShape();
  auto layout = parseName<runtime::ImageLayout>(
      ir::CraniaDialect::getImageLayout(argument));
  return {{shape.begin(), shape.end()},
          layout ? *layout : runtime::ImageLayout::automatic};
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
