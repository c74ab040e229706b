// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_TEST_UNIT_ANALYSIS_PARSEDMODULE_H
#define CRANIA_TEST_UNIT_ANALYSIS_PARSEDMODULE_H

#include "crania/Analysis/Contraction.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <string>

namespace crania {

/// A module parsed from text, with its own context. The text may use arith,
/// func, linalg, tensor, crania, and the dialects of `registry`.
class ParsedModule {
public:
  explicit ParsedModule(
      const std::string &text,
      const mlir::DialectRegistry &registry = mlir::DialectRegistry());

  /// Returns the module, or null, after a diagnostic, if the text is not a
  /// module.
  mlir::ModuleOp get() const { return *module; }

  /// Returns the first linalg operation of the module, other than linalg.fill.
  mlir::linalg::LinalgOp linalgOp() const;

private:
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

/// Returns the text of a function `op ins(%input, %weights) outs(%init)` on
/// tensors of f32, e.g. of shape "1x3x8x8". `op` is the text before `ins`.
std::string functionOf(const std::string &op, const std::string &input,
                       const std::string &weights, const std::string &result);

} // namespace crania

#endif // CRANIA_TEST_UNIT_ANALYSIS_PARSEDMODULE_H
