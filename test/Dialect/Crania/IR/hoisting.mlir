// RUN: crania-opt %s -loop-invariant-code-motion -cse | FileCheck %s

crania.weights @a : !crania.clustered<tensor<2x3xf32>, clusters = 1>
    scheme #crania.importance
    values dense<1.0> : tensor<2x3xf32> assignment dense<0> : tensor<2x3xi8>
crania.weights @b : !crania.clustered<tensor<3x3xf32>, clusters = 2>
    scheme #crania.importance
    values dense<1.0> : tensor<3x3xf32> assignment dense<0> : tensor<3x3xi8>

// The first layer reads the same weights in every round, so it runs once. The
// second layer does not. Weights that are materialized twice are materialized
// only once.
// CHECK-LABEL: @first_layer_once
func.func @first_layer_once(%x: tensor<1x2xf32>) -> tensor<1x3xf32> {
  // CHECK-DAG: %[[A:.*]] = crania.get @a
  // CHECK-DAG: %[[B:.*]] = crania.get @b
  // CHECK: %[[WA:.*]] = crania.materialize %[[A]]
  // CHECK: linalg.matmul ins(%{{.*}}, %[[WA]]
  // CHECK: crania.iterate
  // CHECK-NEXT: %[[WB:.*]] = crania.materialize %[[B]]
  // CHECK-NOT: crania.materialize
  // CHECK: linalg.matmul ins(%{{.*}}, %[[WB]]
  // CHECK: linalg.matmul ins(%{{.*}}, %[[WB]]
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1 : index
  %logits, %exit_round = crania.iterate upto 2 exit #crania.exit<softmax, [0.9]> -> tensor<1x3xf32> round(%round) {
    %a = crania.get @a : !crania.clustered<tensor<2x3xf32>, clusters = 1>
    %b = crania.get @b : !crania.clustered<tensor<3x3xf32>, clusters = 2>
    %empty = tensor.empty() : tensor<1x3xf32>
    %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x3xf32>) -> tensor<1x3xf32>
    %wa = crania.materialize %a upto %one : !crania.clustered<tensor<2x3xf32>, clusters = 1>
    %y = linalg.matmul ins(%x, %wa : tensor<1x2xf32>, tensor<2x3xf32>)
                       outs(%init : tensor<1x3xf32>) -> tensor<1x3xf32>
    %wb = crania.materialize %b upto %round : !crania.clustered<tensor<3x3xf32>, clusters = 2>
    %z = linalg.matmul ins(%y, %wb : tensor<1x3xf32>, tensor<3x3xf32>)
                       outs(%init : tensor<1x3xf32>) -> tensor<1x3xf32>
    %wb2 = crania.materialize %b upto %round : !crania.clustered<tensor<3x3xf32>, clusters = 2>
    %l = linalg.matmul ins(%z, %wb2 : tensor<1x3xf32>, tensor<3x3xf32>)
                       outs(%init : tensor<1x3xf32>) -> tensor<1x3xf32>
    crania.yield %l : tensor<1x3xf32>
  }
  return %logits : tensor<1x3xf32>
}

// An iteration without side effects terminates, so it may be hoisted itself.
// CHECK-LABEL: @iteration_out_of_loop
// CHECK: crania.iterate
// CHECK: scf.for
// CHECK-NOT: crania.iterate
func.func @iteration_out_of_loop(%n: index, %x: tensor<3xf32>) -> tensor<3xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %sum = scf.for %i = %c0 to %n step %c1 iter_args(%s = %x) -> tensor<3xf32> {
    %logits, %exit_round = crania.iterate upto 2 exit #crania.exit<softmax, [0.5]> -> tensor<3xf32> round(%round) {
      crania.yield %x : tensor<3xf32>
    }
    %next = arith.addf %s, %logits : tensor<3xf32>
    scf.yield %next : tensor<3xf32>
  }
  return %sum : tensor<3xf32>
}

// Ops that change a buffer stay in their round.
// CHECK-LABEL: @buffers_stay
// CHECK: crania.iterate
// CHECK-NEXT: linalg.fill
func.func @buffers_stay(%buffer: memref<3xf32>) {
  %zero = arith.constant 0.0 : f32
  crania.iterate upto 2 exit #crania.exit<softmax, [0.5]> -> memref<3xf32> round(%round) {
    linalg.fill ins(%zero : f32) outs(%buffer : memref<3xf32>)
    crania.yield %buffer : memref<3xf32>
  }
  return
}
