// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_IMAGELAYOUT_H
#define CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_IMAGELAYOUT_H

#include "mlir/IR/Value.h"

namespace crania {

/// Which axis of an image counts channels, by the windows (convolutions and
/// pools) that go over it, behind transposes, paddings and arithmetic on single
/// elements: "nchw" or "nhwc", or "unknown" where there is no window, or
/// windows contradict each other. The image is of rank 4.
llvm::StringRef findImageLayout(mlir::Value image);

} // namespace crania

#endif // CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_IMAGELAYOUT_H
