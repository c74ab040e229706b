// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_TEST_UNIT_ANALYSIS_PARSEDMODULE_H
#define CRANIA_TEST_UNIT_ANALYSIS_PARSEDMODULE_H

#include "crania/Analysis/Contraction.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <string>

namespace crania {

/// A module read from text, with the context that it lives in. The text may use
/// arith, func, linalg, tensor, crania, and the dialects of `registry`.
class ParsedModule {
public:
  explicit ParsedModule(
      const std::string &text,
      const mlir::DialectRegistry &registry = mlir::DialectRegistry());

  /// Null, after a diagnostic, if the text is no module.
  mlir::ModuleOp get() const { return *module; }

  /// The linalg operation of the module that comes first, without linalg.fill.
  mlir::linalg::LinalgOp linalgOp() const;

private:
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

/// Text of a function `op ins(%input, %weights) outs(%init)` on tensors of f32,
/// e.g. of shape "1x3x8x8"; `op` is what stands before `ins`.
std::string functionOf(const std::string &op, const std::string &input,
                       const std::string &weights, const std::string &result);

} // namespace crania

#endif // CRANIA_TEST_UNIT_ANALYSIS_PARSEDMODULE_H
