// RUN: crania-opt %s --crania-cluster-weights=clusters=0.25,0.75 | FileCheck %s
// RUN: crania-opt %s --crania-cluster-weights=clusters=equal:4 | FileCheck %s --check-prefix=EQUAL
// RUN: crania-opt %s --crania-cluster-weights=clusters=0.25,0.75 --crania-cluster-weights=clusters=equal:4 | FileCheck %s

// The largest quarter of |w| comes first. The readers of the weights do not
// change.

// CHECK: crania.weights @[[FC:.*]] : !crania.clustered<tensor<4x2xf32>, clusters = 2> scheme #crania.importance
// CHECK-SAME: values dense<{{.*}}> : tensor<4x2xf32>
// CHECK-SAME: assignment dense_resource<{{.*}}> : tensor<4x2xi8>
// EQUAL: clusters = 4

// CHECK-LABEL: func.func @classify
func.func @classify(%x: tensor<1x4xf32>) -> tensor<1x2xf32> attributes {crania.classifier} {
  %w = arith.constant dense<[[0.5, -4.0], [1.0, 0.25], [-0.125, 2.0], [0.75, 8.0]]> : tensor<4x2xf32>
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<1x2xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x2xf32>) -> tensor<1x2xf32>
  // CHECK-NOT: arith.constant dense
  // CHECK: %[[ALL:.*]] = arith.constant 2 : index
  // CHECK: %[[GET:.*]] = crania.get @[[FC]]
  // CHECK: %[[W:.*]] = crania.materialize %[[GET]] upto %[[ALL]]
  // CHECK: linalg.matmul ins(%{{.*}}, %[[W]]
  %y = linalg.matmul ins(%x, %w : tensor<1x4xf32>, tensor<4x2xf32>) outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// A function that is not a classifier keeps its constants.
// CHECK-LABEL: func.func @other
func.func @other(%x: tensor<1x4xf32>) -> tensor<1x2xf32> {
  // CHECK: arith.constant dense
  // CHECK-NOT: crania.get
  %w = arith.constant dense<1.0> : tensor<4x2xf32>
  %init = tensor.empty() : tensor<1x2xf32>
  %y = linalg.matmul ins(%x, %w : tensor<1x4xf32>, tensor<4x2xf32>) outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// The first cluster has 2 of 8 weights: 8.0 and -4.0, at positions 7 and 1. The
// blob starts with its alignment, 4 bytes little-endian.
// CHECK: cluster: "0x010000000100010101010100"
