// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Uses only the crania dialect: parses a module and prints the number of
// clusters of its weights.

#include "crania/Dialect/Crania/IR/CraniaDialect.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include <cstdio>

int main() {
  mlir::DialectRegistry registry;
  registry.insert<crania::ir::CraniaDialect>();
  mlir::MLIRContext context(registry);
  auto module = mlir::parseSourceString<mlir::ModuleOp>(R"(
    crania.weights @w : !crania.clustered<tensor<4x2xf32>, clusters = 2>
        scheme #crania.importance
        values dense<[[1.0, -2.0], [3.0, 4.5], [0.25, 8.0], [-1.0, 2.0]]>
            : tensor<4x2xf32>
        assignment dense<[[0, 1], [0, 1], [0, 1], [0, 1]]> : tensor<4x2xi8>
  )",
                                                        &context);
  if (!module)
    return 1;
  for (auto weights : module->getOps<crania::ir::WeightsOp>())
    std::printf("%s: %d clusters\n", weights.getSymName().str().c_str(),
                int(weights.getClusters()));
}
