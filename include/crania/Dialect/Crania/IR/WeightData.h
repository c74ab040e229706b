// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DIALECT_CRANIA_IR_WEIGHTDATA_H
#define CRANIA_DIALECT_CRANIA_IR_WEIGHTDATA_H

#include "mlir/IR/BuiltinTypes.h"

#include <string>

namespace crania::ir {

/// Returns what is wrong with the bytes of a constant of `type` whose size does
/// not match, to stand behind "the weights have ". Returns an empty text if the
/// size matches.
std::string describeWrongSize(llvm::ArrayRef<char> bytes,
                              mlir::RankedTensorType type);

} // namespace crania::ir

#endif // CRANIA_DIALECT_CRANIA_IR_WEIGHTDATA_H
