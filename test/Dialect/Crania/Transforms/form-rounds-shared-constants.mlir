// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A constant that is used only by the body of an op in the iteration moves
// inside, and leaves no copy outside.

// RUN: crania-opt %s --crania-cluster-weights=clusters=.5,.5 --crania-form-rounds=exit=softmax:0.5 | FileCheck %s

// CHECK-LABEL: func.func @classify
// CHECK-NOT:   arith.constant 2.5
// CHECK:       crania.iterate
// CHECK:       arith.constant 2.5
// CHECK-NOT:   arith.constant 2.5
func.func @classify(%x: tensor<1x2xf32>) -> tensor<1x3xf32> attributes {crania.classifier} {
  %w = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %zero = arith.constant 0.0 : f32
  %low = arith.constant 2.5 : f32
  %e = tensor.empty() : tensor<1x3xf32>
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<1x3xf32>) -> tensor<1x3xf32>
  %y = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x3xf32>) outs(%init : tensor<1x3xf32>) -> tensor<1x3xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]} ins(%y : tensor<1x3xf32>) outs(%e : tensor<1x3xf32>) {
  ^bb0(%a: f32, %out: f32):
    %m = arith.maximumf %a, %low : f32
    linalg.yield %m : f32
  } -> tensor<1x3xf32>
  return %r : tensor<1x3xf32>
}
