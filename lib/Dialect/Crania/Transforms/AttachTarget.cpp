// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Dialect/Crania/IR/CraniaAttributes.h"
#include "crania/Dialect/Crania/IR/CraniaDialect.h"
#include "crania/Dialect/Crania/Transforms/Passes.h"
#include "mlir/IR/BuiltinOps.h"

namespace crania {
#define GEN_PASS_DEF_ATTACHTARGET
#include "crania/Dialect/Crania/Transforms/Passes.h.inc"
} // namespace crania

using namespace mlir;
using namespace crania::ir;

namespace {

struct AttachTarget : public crania::impl::AttachTargetBase<AttachTarget> {
  using AttachTargetBase::AttachTargetBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (module->hasAttr(CraniaDialect::getTargetAttrName()))
      return;
    auto model = crania::target::loadTarget(target);
    if (!model) {
      module.emitError() << model.error().message;
      return signalPassFailure();
    }
    bool isPreset = llvm::is_contained(crania::target::presetNames(), target);
    auto description = isPreset
                           ? StringAttr()
                           : StringAttr::get(&getContext(), model->toJson());
    auto attribute = TargetAttr::getChecked(
        [&] { return module.emitError(); }, &getContext(),
        StringRef(model->name), description);
    if (!attribute)
      return signalPassFailure();
    module->setAttr(CraniaDialect::getTargetAttrName(), attribute);
  }
};

} // namespace
