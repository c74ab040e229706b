// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DRIVER_TOOLVERSION_H
#define CRANIA_DRIVER_TOOLVERSION_H

#include "llvm/ADT/StringRef.h"

namespace crania {

/// Makes `--version` of a tool that parses its options by LLVM print the name
/// of the tool and the version of CRANIA, before the version of LLVM.
void setToolVersion(llvm::StringRef tool);

} // namespace crania

#endif // CRANIA_DRIVER_TOOLVERSION_H
