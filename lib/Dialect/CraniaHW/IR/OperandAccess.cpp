// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The operands of commands: what they read and what they write.

#include "crania/Dialect/CraniaHW/IR/CraniaHWOps.h"

using namespace mlir;
using namespace crania::hw;
using crania::binary::Use;

/// Returns the access to all elements of a box.
static OperandAccess accessOf(FlatSymbolRefAttr buffer, Use use, int64_t offset,
                              ArrayRef<int64_t> extents,
                              ArrayRef<int64_t> strides) {
  OperandAccess access{{use, uint64_t(offset), {}}, buffer};
  for (auto [extent, stride] : llvm::zip_equal(extents, strides))
    access.axes.push_back({0, extent - 1, stride});
  return access;
}

static OperandAccess accessOf(PlaneAttr plane, Use use) {
  return accessOf(plane.getBuffer(), use, plane.getOffset(),
                  {plane.getChannels(), plane.getHeight(), plane.getWidth()},
                  plane.getStrides());
}

static OperandAccess accessOf(AccessAttr access, Use use) {
  return accessOf(access.getBuffer(), use, access.getOffset(),
                  access.getExtents(), access.getStrides());
}

SmallVector<OperandAccess> FetchOp::getAccesses() { return {}; }

SmallVector<OperandAccess> ReleaseOp::getAccesses() { return {}; }

SmallVector<OperandAccess> ContractOp::getAccesses() {
  return {accessOf(getInput(), Use::read),
          accessOf(getOutput(), getAccumulate() ? Use::update : Use::write)};
}

SmallVector<OperandAccess> VectorOp::getAccesses() {
  SmallVector<OperandAccess> accesses;
  for (auto input : getInputs().getAsRange<AccessAttr>())
    accesses.push_back(accessOf(input, Use::read));
  const bool updates = getReduces() && !getInitial();
  accesses.push_back(accessOf(getOutput(), updates ? Use::update : Use::write));
  return accesses;
}

SmallVector<OperandAccess> CopyOp::getAccesses() {
  auto side = [&](BoxAttr box, Use use) {
    return accessOf(box.getBuffer(), use, box.getOffset(), getExtents(),
                    box.getStrides());
  };
  return {side(getSource(), Use::read), side(getDestination(), Use::write)};
}

SmallVector<OperandAccess> ExitTestOp::getAccesses() {
  return {accessOf(getLogitsAttr(), Use::read, getOffset(),
                   {int64_t(getClasses())}, {1})};
}
