// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Dialect/Crania/IR/WeightData.h"

using namespace mlir;

std::string crania::ir::describeWrongSize(ArrayRef<char> bytes,
                                          RankedTensorType type) {
  const int64_t needed =
      type.getNumElements() * type.getElementTypeBitWidth() / 8;
  if (int64_t(bytes.size()) == needed)
    return {};
  std::string text;
  llvm::raw_string_ostream(text)
      << bytes.size() << " bytes of data where '" << type << "' needs "
      << needed << ": is the resource section missing or cut?";
  return text;
}
