// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ConsumedBlocks.h"

using namespace mlir;
using namespace crania;
using namespace crania::ir;

FailureOr<WeightBlocks>
crania::ir::readConsumedBlocks(PlanEditor::Entry &entry,
                               const target::TargetModel &target) {
  MaterializeOp materialize = entry.materialize;
  auto op = materialize->hasOneUse()
                ? dyn_cast<linalg::LinalgOp>(*materialize->user_begin())
                : linalg::LinalgOp();
  if (!op)
    return materialize.emitOpError() << "needs one linalg op that consumes it";
  Result<Contraction> contraction =
      analyzeContraction(op, materialize.getResult());
  if (!contraction)
    return op.emitOpError()
           << "cannot run on the PE array: " << contraction.error().message;
  Result<WeightBlocks> blocks = WeightBlocks::create(
      entry.weights, *contraction, contraction->tiling(target), target);
  if (!blocks)
    return op.emitError() << "weights @" << entry.weights.getSymName() << ": "
                          << blocks.error().message;
  return std::move(*blocks);
}
