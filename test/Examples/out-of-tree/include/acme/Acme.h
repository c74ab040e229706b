// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef ACME_ACME_H
#define ACME_ACME_H

#include "crania/Dialect/Crania/IR/CraniaAttributes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/Pass/Pass.h"

#include "acme/AcmeDialect.h.inc"

#define GET_ATTRDEF_CLASSES
#include "acme/AcmeAttributes.h.inc"

namespace acme {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "acme/Passes.h.inc"
} // namespace acme

#endif // ACME_ACME_H
