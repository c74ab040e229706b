// RUN: crania-opt %s --crania-form-rounds=exit=margin:0.5 | FileCheck %s
// RUN: crania-opt %s --crania-form-rounds=exit=softmax:0.9,0.8 | FileCheck %s --check-prefix=EACH
// RUN: crania-opt %s --crania-form-rounds=exit=margin:0.5 --crania-form-rounds=exit=entropy:1 | FileCheck %s

crania.weights @a : !crania.clustered<tensor<2x2xf32>, clusters = 2> scheme #crania.importance
    values dense<[[0.5, -2.0], [1.0, 0.25]]> : tensor<2x2xf32>
    assignment dense<[[1, 0], [0, 1]]> : tensor<2x2xi8>
crania.weights @b : !crania.clustered<tensor<2x2xf32>, clusters = 3> scheme #crania.importance
    values dense<[[0.5, -2.0], [1.0, 0.25]]> : tensor<2x2xf32>
    assignment dense<[[1, 0], [0, 2]]> : tensor<2x2xi8>

// CHECK-LABEL: func.func @classify
// CHECK-SAME: (%[[X:.*]]: tensor<1x2xf32>)
func.func @classify(%x: tensor<1x2xf32>) -> tensor<1x2xf32> attributes {crania.classifier} {
  // CHECK: %[[LOGITS:.*]], %{{.*}} = crania.iterate upto 3 exit #crania.exit<margin, [0.5, 0.5]> -> tensor<1x2xf32> round(%[[R:.*]]) {
  // EACH: exit #crania.exit<softmax, [0.9, 0.8]>
  // CHECK: crania.materialize %{{.*}} upto %[[R]]
  // CHECK: crania.materialize %{{.*}} upto %[[R]]
  // CHECK: %[[Y:.*]] = linalg.matmul
  // CHECK: %[[Z:.*]] = linalg.matmul ins(%[[Y]]
  // CHECK: crania.yield %[[Z]]
  // CHECK: }
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %a = crania.get @a : !crania.clustered<tensor<2x2xf32>, clusters = 2>
  %wa = crania.materialize %a upto %c2 : !crania.clustered<tensor<2x2xf32>, clusters = 2>
  %b = crania.get @b : !crania.clustered<tensor<2x2xf32>, clusters = 3>
  %wb = crania.materialize %b upto %c3 : !crania.clustered<tensor<2x2xf32>, clusters = 3>
  %init = tensor.empty() : tensor<1x2xf32>
  %y = linalg.matmul ins(%x, %wa : tensor<1x2xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32>
  %z = linalg.matmul ins(%y, %wb : tensor<1x2xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32>
  // The softmax stays outside, because the exit rule takes logits.
  // CHECK: linalg.softmax dimension(1) ins(%[[LOGITS]]
  %e = tensor.empty() : tensor<1x2xf32>
  %s = linalg.softmax dimension(1) ins(%z : tensor<1x2xf32>) outs(%e : tensor<1x2xf32>) -> tensor<1x2xf32>
  return %s : tensor<1x2xf32>
}

// CHECK-LABEL: func.func @other
// CHECK-NOT: crania.iterate
func.func @other(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  return %x : tensor<1x2xf32>
}
