// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "CraniaHWBytecode.h"
#include "../../VersionedBytecode.h"
#include "crania/Dialect/CraniaHW/IR/CraniaHWDialect.h"

void crania::hw::addBytecodeInterface(CraniaHWDialect *dialect) {
  dialect->addInterface<VersionedBytecode<dialectVersion>>();
}
