// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "acme/Acme.h"
#include "acme/ScrambledCodec.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

#include "acme/AcmeDialect.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "acme/AcmeAttributes.cpp.inc"

void acme::AcmeDialect::initialize() {
  registerScrambledEncoding();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "acme/AcmeAttributes.cpp.inc"
      >();
}

llvm::StringRef acme::ScrambledEncodingAttr::getEncodingId() const {
  return scrambledEncodingId;
}
