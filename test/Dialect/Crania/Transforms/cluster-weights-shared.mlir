// RUN: crania-opt %s --crania-cluster-weights=clusters=0.5,0.5 | FileCheck %s

// A constant that two contractions use is one symbol.

// CHECK-COUNT-1: crania.weights
// CHECK-NOT: crania.weights
// CHECK-COUNT-2: crania.get
func.func @classify(%x: tensor<1x2xf32>) -> tensor<1x2xf32> attributes {crania.classifier} {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %init = tensor.empty() : tensor<1x2xf32>
  %y = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32>
  %z = linalg.matmul ins(%y, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32>
  return %z : tensor<1x2xf32>
}
