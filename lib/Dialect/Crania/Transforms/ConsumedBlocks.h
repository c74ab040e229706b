// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_CONSUMEDBLOCKS_H
#define CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_CONSUMEDBLOCKS_H

#include "crania/Analysis/WeightImage.h"
#include "crania/Dialect/Crania/Transforms/PlanEditor.h"

namespace crania::ir {

/// Returns the blocks of the weights in the order of the op that consumes them.
/// Fails with a diagnostic at that op if the PE array cannot run it.
mlir::FailureOr<WeightBlocks>
readConsumedBlocks(PlanEditor::Entry &entry, const target::TargetModel &target);

} // namespace crania::ir

#endif // CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_CONSUMEDBLOCKS_H
