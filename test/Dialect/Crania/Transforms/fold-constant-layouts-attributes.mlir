// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A folded constant keeps the discardable attributes and the locations of the
// constant and of the op that rearranged it. The attributes of the op take
// precedence.

// RUN: crania-opt %s --crania-fold-constant-layouts --mlir-print-debuginfo --mlir-print-local-scope | FileCheck %s

// CHECK-LABEL: func.func @classify
// CHECK: arith.constant {acme.both = "op", acme.constant = 1 : i64, acme.op} dense<{{.*}}> : tensor<3x2xf32> loc(fused["weights", "turn"])
func.func @classify(%x: tensor<3x2xf32>) -> tensor<3x2xf32> attributes {crania.classifier} {
  %w = arith.constant {acme.constant = 1 : i64, acme.both = "constant"} dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32> loc("weights")
  %e = tensor.empty() : tensor<3x2xf32>
  %t = linalg.transpose ins(%w : tensor<2x3xf32>) outs(%e : tensor<3x2xf32>) permutation = [1, 0] {acme.op, acme.both = "op"} loc("turn")
  %y = linalg.add ins(%x, %t : tensor<3x2xf32>, tensor<3x2xf32>) outs(%e : tensor<3x2xf32>) -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}
