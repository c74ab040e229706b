// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Host code beside the programs, before or after bufferization, does not change
// the binary. A warning says so.

// RUN: crania-translate --crania-to-binary %S/../../Dialect/CraniaHW/IR/Inputs/tiny.mlir -o %t.crania
// RUN: cat %s %S/../../Dialect/CraniaHW/IR/Inputs/tiny.mlir | crania-translate --crania-to-binary 2> %t.warnings | cmp - %t.crania
// RUN: FileCheck %s --input-file=%t.warnings
// CHECK: warning: 'linalg.mul' is work of the host, which a device binary does not contain; its programs compute without it
// RUN: cat %s %S/../../Dialect/CraniaHW/IR/Inputs/tiny.mlir | crania-opt --one-shot-bufferize=bufferize-function-boundaries | crania-translate --crania-to-binary | cmp - %t.crania

func.func @main(%x: tensor<1x4xf32>) -> tensor<1x2xf32> {
  %two = arith.constant dense<2.0> : tensor<1x4xf32>
  %empty = tensor.empty() : tensor<1x4xf32>
  %scaled = linalg.mul ins(%x, %two : tensor<1x4xf32>, tensor<1x4xf32>) outs(%empty : tensor<1x4xf32>) -> tensor<1x4xf32>
  %logits, %round = crania_hw.execute @tiny(%scaled) : (tensor<1x4xf32>) -> (tensor<1x2xf32>, index)
  return %logits : tensor<1x2xf32>
}
