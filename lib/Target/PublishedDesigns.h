// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_TARGET_PUBLISHEDDESIGNS_H
#define CRANIA_LIB_TARGET_PUBLISHEDDESIGNS_H

#include "crania/Target/TargetModel.h"

namespace crania::target {

/// Machines of the sizes of published designs. docs/Targets.md lists the parts
/// of those designs that this model does not have.
TargetModel makeEie();
TargetModel makeEyeriss();
TargetModel makeZc706();

} // namespace crania::target

#endif // CRANIA_LIB_TARGET_PUBLISHEDDESIGNS_H
