// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "CalibrationImages.h"
#include "mlir/IR/Diagnostics.h"

using namespace mlir;
using namespace crania;

FailureOr<runtime::ImageSet>
crania::readImages(Operation *op, const std::string &path,
                   const std::vector<uint64_t> &inputShape,
                   const runtime::Preprocessing &preprocessing) {
  auto array = npy::read(path);
  if (!array)
    return op->emitError() << array.error().message;
  auto set =
      runtime::ImageSet::create(std::move(*array), inputShape, preprocessing);
  if (!set)
    return op->emitError() << path << ": " << set.error().message;
  if (set->size() == 0)
    return op->emitError() << path << " holds no image";
  return std::move(*set);
}
