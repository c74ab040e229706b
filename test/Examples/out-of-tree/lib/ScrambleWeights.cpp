// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "acme/Acme.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace acme {
#define GEN_PASS_DEF_SCRAMBLEWEIGHTS
#include "acme/Passes.h.inc"
} // namespace acme

using namespace mlir;
using namespace crania::ir;

namespace {

struct ScrambleWeights : acme::impl::ScrambleWeightsBase<ScrambleWeights> {
  void runOnOperation() override {
    getOperation().walk([&](IterateOp iterate) { plan(iterate); });
  }

private:
  /// Assigns the encoding of the first cluster of each tensor, and no other.
  void plan(IterateOp iterate) {
    MLIRContext *context = &getContext();
    SmallVector<Attribute> plans;
    iterate.walk([&](GetOp get) {
      auto type = cast<ClusteredType>(get.getType());
      SmallVector<SegmentAttr> segments(
          type.getClusters(), SegmentAttr::get(context, {}, {}, {}, {}, {}));
      segments.front() = SegmentAttr::get(
          context, acme::ScrambledEncodingAttr::get(context), {}, {}, {}, {});
      plans.push_back(
          FetchPlanAttr::get(context, get.getWeightsAttr(), segments));
    });
    iterate.setPlanAttr(ArrayAttr::get(context, plans));
  }
};

} // namespace
