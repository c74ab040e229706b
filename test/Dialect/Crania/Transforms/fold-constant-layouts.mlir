// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: crania-opt %s --allow-unregistered-dialect --crania-fold-constant-layouts | FileCheck %s

// CHECK-LABEL: func.func @classify
// Transposing a constant turns columns into rows.
// CHECK-DAG:   %[[DENSE:.*]] = arith.constant dense<{{\[}}[1.000000e+00, 4.000000e+00], [2.000000e+00, 5.000000e+00], [3.000000e+00, 6.000000e+00]]> : tensor<3x2xf32>
// A reshaped resource keeps its data. A transposed one gets new data.
// CHECK-DAG:   %[[SHAPED:.*]] = arith.constant dense_resource<w> : tensor<4xi8>
// CHECK-DAG:   %[[TURNED:.*]] = arith.constant dense_resource<w_1> : tensor<2x1x2xi8>
// CHECK-DAG:   %[[SPLAT:.*]] = arith.constant dense<7.000000e+00> : tensor<2x4xf32>
// A transpose as a generic op is folded, with a chain of reshapes.
// CHECK-DAG:   %[[CHAIN:.*]] = arith.constant dense<{{\[}}{{\[}}[1.000000e+00, 4.000000e+00]], {{\[}}[2.000000e+00, 5.000000e+00]], {{\[}}[3.000000e+00, 6.000000e+00]]]> : tensor<3x1x2xf32>
// CHECK:       "use"(%[[DENSE]], %[[SHAPED]], %[[TURNED]], %[[SPLAT]], %[[CHAIN]])
// Values that depend on the input, or have no data, are not folded.
// CHECK:       linalg.transpose ins(%{{.*}} : tensor<2x3xf32>)
// CHECK:       %[[MISSING:.*]] = arith.constant dense_resource<missing> : tensor<2x2xf32>
// CHECK:       linalg.transpose ins(%[[MISSING]]
func.func @classify(%x: tensor<2x3xf32>) -> tensor<3x2xf32> attributes {crania.classifier} {
  %w = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %e = tensor.empty() : tensor<3x2xf32>
  %t = linalg.transpose ins(%w : tensor<2x3xf32>) outs(%e : tensor<3x2xf32>) permutation = [1, 0]
  %r = arith.constant dense_resource<w> : tensor<1x2x2xi8>
  %s = tensor.collapse_shape %r [[0, 1, 2]] : tensor<1x2x2xi8> into tensor<4xi8>
  %e2 = tensor.empty() : tensor<2x1x2xi8>
  %t2 = linalg.transpose ins(%r : tensor<1x2x2xi8>) outs(%e2 : tensor<2x1x2xi8>) permutation = [2, 0, 1]
  %c = arith.constant dense<7.0> : tensor<4x2xf32>
  %e3 = tensor.empty() : tensor<2x4xf32>
  %t3 = linalg.transpose ins(%c : tensor<4x2xf32>) outs(%e3 : tensor<2x4xf32>) permutation = [1, 0]
  %g = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d1, d0)>, affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]} ins(%w : tensor<2x3xf32>) outs(%e : tensor<3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<3x2xf32>
  %h = tensor.expand_shape %g [[0, 1], [2]] output_shape [3, 1, 2] : tensor<3x2xf32> into tensor<3x1x2xf32>
  "use"(%t, %s, %t2, %t3, %h) : (tensor<3x2xf32>, tensor<4xi8>, tensor<2x1x2xi8>, tensor<2x4xf32>, tensor<3x1x2xf32>) -> ()
  %y = linalg.transpose ins(%x : tensor<2x3xf32>) outs(%e : tensor<3x2xf32>) permutation = [1, 0]
  %m = arith.constant dense_resource<missing> : tensor<2x2xf32>
  %e4 = tensor.empty() : tensor<2x2xf32>
  %t4 = linalg.transpose ins(%m : tensor<2x2xf32>) outs(%e4 : tensor<2x2xf32>) permutation = [1, 0]
  "use"(%t4) : (tensor<2x2xf32>) -> ()
  return %y : tensor<3x2xf32>
}

// Functions that are not classifiers belong to the host.
// CHECK-LABEL: func.func @other
// CHECK:       linalg.transpose
func.func @other() -> tensor<3x2xf32> {
  %w = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %e = tensor.empty() : tensor<3x2xf32>
  %t = linalg.transpose ins(%w : tensor<2x3xf32>) outs(%e : tensor<3x2xf32>) permutation = [1, 0]
  return %t : tensor<3x2xf32>
}

{-#
  dialect_resources: { builtin: { w: "0x0100000001020304" } }
#-}
