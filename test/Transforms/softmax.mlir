// RUN: crania-opt %s -crania-decompose-aggregates | FileCheck %s

// CHECK-LABEL: @softmax
// CHECK-NOT: linalg.softmax
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]
// CHECK: arith.maxnumf
// CHECK: math.exp
// CHECK: arith.addf
// CHECK: %[[P:.*]] = linalg.generic
// CHECK: arith.divf
// CHECK: return %[[P]]
func.func @softmax(%x: tensor<2x5xf32>) -> tensor<2x5xf32> {
  %empty = tensor.empty() : tensor<2x5xf32>
  %p = linalg.softmax dimension(1) ins(%x : tensor<2x5xf32>) outs(%empty : tensor<2x5xf32>) -> tensor<2x5xf32>
  return %p : tensor<2x5xf32>
}
