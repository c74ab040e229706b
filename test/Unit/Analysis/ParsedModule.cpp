// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ParsedModule.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Parser/Parser.h"

using namespace mlir;
using namespace crania;

ParsedModule::ParsedModule(const std::string &text,
                           const DialectRegistry &registry)
    : context(registry) {
  context.loadDialect<arith::ArithDialect, func::FuncDialect,
                      linalg::LinalgDialect, tensor::TensorDialect,
                      ir::CraniaDialect>();
  module = parseSourceString<ModuleOp>(text, &context);
}

linalg::LinalgOp ParsedModule::linalgOp() const {
  linalg::LinalgOp found;
  get().walk([&](linalg::LinalgOp op) {
    if (isa<linalg::FillOp>(op))
      return WalkResult::advance();
    found = op;
    return WalkResult::interrupt();
  });
  return found;
}

std::string crania::functionOf(const std::string &op, const std::string &input,
                               const std::string &weights,
                               const std::string &result) {
  auto tensor = [](const std::string &shape) {
    return "tensor<" + shape + "xf32>";
  };
  return "func.func @f(%input: " + tensor(input) +
         ", %weights: " + tensor(weights) + ", %init: " + tensor(result) +
         ") -> " + tensor(result) + " {\n  %r = " + op +
         " ins(%input, %weights : " + tensor(input) + ", " + tensor(weights) +
         ") outs(%init : " + tensor(result) + ") -> " + tensor(result) +
         "\n  return %r : " + tensor(result) + "\n}\n";
}
