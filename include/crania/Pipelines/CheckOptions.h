// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_PIPELINES_CHECKOPTIONS_H
#define CRANIA_PIPELINES_CHECKOPTIONS_H

#include "crania/Pipelines/Compile.h"

namespace crania {

/// Checks that a network can be compiled with the options: their values are
/// known, and none that differs from its default would be ignored. Otherwise
/// fails after an error that begins with the option. Its name is that of
/// crania-compile, preceded by `dashes` instead of "--".
mlir::LogicalResult checkOptions(const CompileOptions &options,
                                 mlir::MLIRContext *context,
                                 llvm::StringRef dashes = "");

} // namespace crania

#endif // CRANIA_PIPELINES_CHECKOPTIONS_H
