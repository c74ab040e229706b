// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "CraniaBytecode.h"
#include "../../VersionedBytecode.h"
#include "crania/Dialect/Crania/IR/CraniaDialect.h"

void crania::ir::addBytecodeInterface(CraniaDialect *dialect) {
  dialect->addInterface<VersionedBytecode<dialectVersion>>();
}
