// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// What a program promises as a whole: capacities, directories, commands against
// buffers and weights, tokens.

#include "crania/Dialect/CraniaHW/IR/CraniaHWOps.h"

using namespace mlir;
using namespace crania::hw;

LogicalResult ProgramOp::verify() {
  auto type = cast<ShapedType>(getImage().getType());
  if (type.getRank() != 1 || !type.getElementType().isInteger(8))
    return emitOpError()
           << "image must be a one-dimensional tensor of i8, found " << type;
  if (!isa<DenseElementsAttr, DenseResourceElementsAttr>(getImage()))
    return emitOpError() << "image must be a dense or dense_resource attribute";
  SmallVector<char> storage;
  int64_t found = getImageBytes(storage).size();
  if (found != type.getNumElements())
    return emitOpError() << "image must have " << type.getNumElements()
                         << " bytes of data, found " << found
                         << ": is the resource section missing?";
  return success();
}

LogicalResult ProgramOp::verifyRegions() { return success(); }

LogicalResult RoundOp::verifyRegions() { return success(); }
