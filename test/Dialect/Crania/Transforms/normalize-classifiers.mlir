// RUN: crania-opt %s --crania-normalize-classifiers | FileCheck %s

#id = affine_map<(d0, d1) -> (d0, d1)>

// The bias and the ops after the product become one op. Named ops become
// generic. A softmax does not change.
// CHECK-LABEL: func.func @net
// CHECK:         %[[ZERO:.*]] = linalg.fill
// CHECK:         %[[Y:.*]] = linalg.matmul {{.*}} outs(%[[ZERO]]
// CHECK-NEXT:    tensor.empty
// CHECK-NEXT:    linalg.generic {{.*}} ins(%[[Y]], %{{.*}} : tensor<1x2xf32>, tensor<1x2xf32>)
// CHECK:           arith.addf
// CHECK:           math.exp
// CHECK:         linalg.softmax
func.func @net(%x: tensor<1x2xf32>) -> tensor<1x2xf32> attributes {crania.classifier} {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %bias = arith.constant dense<[[5.0, 6.0]]> : tensor<1x2xf32>
  %y = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%bias : tensor<1x2xf32>) -> tensor<1x2xf32>
  %e = tensor.empty() : tensor<1x2xf32>
  %z = linalg.exp ins(%y : tensor<1x2xf32>) outs(%e : tensor<1x2xf32>) -> tensor<1x2xf32>
  %s = linalg.softmax dimension(1) ins(%z : tensor<1x2xf32>) outs(%e : tensor<1x2xf32>) -> tensor<1x2xf32>
  return %s : tensor<1x2xf32>
}

// The initial value of an element-wise op becomes another operand, so that the
// op can be fused.
// CHECK-LABEL: func.func @init
// CHECK:         linalg.generic {{.*}} ins(%{{.*}}, %{{.*}} : tensor<1x2xf32>, tensor<1x2xf32>)
// CHECK-NEXT:    ^bb0(%[[A:.*]]: f32, %[[B:.*]]: f32, %{{.*}}: f32):
// CHECK:           arith.addf %[[A]], %[[B]]
// CHECK:           math.exp
// CHECK-NOT:     linalg.generic
// CHECK:         return
func.func @init(%x: tensor<1x2xf32>) -> tensor<1x2xf32> attributes {crania.classifier} {
  %bias = arith.constant dense<[[5.0, 6.0]]> : tensor<1x2xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<1x2xf32>) outs(%bias : tensor<1x2xf32>) {
  ^bb0(%a: f32, %b: f32):
    %sum = arith.addf %a, %b : f32
    linalg.yield %sum : f32
  } -> tensor<1x2xf32>
  %e = tensor.empty() : tensor<1x2xf32>
  %z = linalg.exp ins(%y : tensor<1x2xf32>) outs(%e : tensor<1x2xf32>) -> tensor<1x2xf32>
  return %z : tensor<1x2xf32>
}

// Other functions do not change.
// CHECK-LABEL: func.func @other
// CHECK:         linalg.exp
func.func @other(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %e = tensor.empty() : tensor<1x2xf32>
  %z = linalg.exp ins(%x : tensor<1x2xf32>) outs(%e : tensor<1x2xf32>) -> tensor<1x2xf32>
  return %z : tensor<1x2xf32>
}
