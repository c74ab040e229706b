// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_IMAGELAYOUT_H
#define CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_IMAGELAYOUT_H

#include "mlir/IR/Value.h"

namespace crania {

/// Returns the layout of an image of rank 4: "nchw", "nhwc" or "unknown". The
/// windows (convolutions and pools) that slide over it tell which axis counts
/// channels. Transposes, paddings and arithmetic on single elements may precede
/// them. The layout is unknown if there is no window or if windows contradict
/// each other.
llvm::StringRef findImageLayout(mlir::Value image);

} // namespace crania

#endif // CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_IMAGELAYOUT_H
