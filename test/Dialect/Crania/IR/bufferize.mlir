// RUN: crania-opt %s -split-input-file \
// RUN:   -one-shot-bufferize="bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map" \
// RUN:   | FileCheck %s

crania.weights @w : !crania.clustered<tensor<2x3xf32>, clusters = 2>
    scheme #crania.importance
    values dense<1.0> : tensor<2x3xf32> assignment dense<0> : tensor<2x3xi8>

// CHECK-LABEL: @classify(
// CHECK-SAME: %[[X:.*]]: memref<1x2xf32>) -> (memref<1x3xf32>, index)
func.func @classify(%x: tensor<1x2xf32>) -> (tensor<1x3xf32>, index) {
  // CHECK: %[[W:.*]] = crania.get @w
  // CHECK: %[[L:.*]], %[[E:.*]] = crania.iterate upto 2 exit #crania.exit<softmax, [0.9]> histogram [5.000000e-01, 5.000000e-01]
  // CHECK-SAME: plan [#crania.fetch_plan<@w, [#crania.segment, #crania.segment]>]
  // CHECK-SAME: attributes {note = "kept"} -> memref<1x3xf32> round(%[[R:.*]]) {
  // CHECK:   %[[D:.*]] = crania.materialize %[[W]] upto %[[R]] : {{.*}} -> memref<2x3xf32>
  // CHECK:   %[[OUT:.*]] = memref.alloc()
  // CHECK:   linalg.matmul ins(%[[X]], %[[D]] : {{.*}}) outs(%[[OUT]] :
  // CHECK:   crania.yield %[[OUT]] : memref<1x3xf32>{{$}}
  // CHECK: return %[[L]], %[[E]] : memref<1x3xf32>, index
  %zero = arith.constant 0.0 : f32
  %w = crania.get @w : !crania.clustered<tensor<2x3xf32>, clusters = 2>
  %logits, %exit_round = crania.iterate upto 2 exit #crania.exit<softmax, [0.9]> histogram [0.5, 0.5]
      plan [#crania.fetch_plan<@w, [#crania.segment, #crania.segment]>]
      attributes {note = "kept"} -> tensor<1x3xf32> round(%round) {
    %d = crania.materialize %w upto %round : !crania.clustered<tensor<2x3xf32>, clusters = 2>
    %empty = tensor.empty() : tensor<1x3xf32>
    %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x3xf32>) -> tensor<1x3xf32>
    %l = linalg.matmul ins(%x, %d : tensor<1x2xf32>, tensor<2x3xf32>)
                       outs(%init : tensor<1x3xf32>) -> tensor<1x3xf32>
    crania.yield %l : tensor<1x3xf32>
  }
  return %logits, %exit_round : tensor<1x3xf32>, index
}

// -----

crania.weights @w : !crania.clustered<tensor<3xf32>, clusters = 2>
    scheme #crania.importance
    values dense<1.0> : tensor<3xf32> assignment dense<0> : tensor<3xi8>

// Weights and constants are read-only: an op that writes gets a copy.
// CHECK-LABEL: @copy_before_write
func.func @copy_before_write(%round: index) -> (tensor<3xf32>, tensor<3xf32>) {
  // CHECK: %[[D:.*]] = crania.materialize
  // CHECK: %[[S:.*]] = crania.per_round {{.*}} -> memref<3xf32>
  // CHECK: %[[D2:.*]] = memref.alloc()
  // CHECK: memref.copy %[[D]], %[[D2]]
  // CHECK: memref.store %{{.*}}, %[[D2]]
  // CHECK: %[[S2:.*]] = memref.alloc()
  // CHECK: memref.copy %[[S]], %[[S2]]
  // CHECK: memref.store %{{.*}}, %[[S2]]
  %c0 = arith.constant 0 : index
  %f = arith.constant 5.0 : f32
  %w = crania.get @w : !crania.clustered<tensor<3xf32>, clusters = 2>
  %d = crania.materialize %w upto %round : !crania.clustered<tensor<3xf32>, clusters = 2>
  %s = crania.per_round %round [dense<1.0> : tensor<3xf32>, dense<2.0> : tensor<3xf32>]
  %d2 = tensor.insert %f into %d[%c0] : tensor<3xf32>
  %s2 = tensor.insert %f into %s[%c0] : tensor<3xf32>
  return %d2, %s2 : tensor<3xf32>, tensor<3xf32>
}

// -----

// A round must not change what the next one reads.
// CHECK-LABEL: @copy_in_round(
// CHECK-SAME: %[[X:.*]]: memref<3xf32>
func.func @copy_in_round(%x: tensor<3xf32> {bufferization.writable = true}) -> tensor<3xf32> {
  // CHECK: crania.iterate
  // CHECK: %[[ROUND:.*]] = memref.alloc()
  // CHECK: memref.copy %[[X]], %[[ROUND]]
  // CHECK: memref.store %{{.*}}, %[[ROUND]]
  // CHECK: crania.yield %[[ROUND]]
  %c0 = arith.constant 0 : index
  %logits, %exit_round = crania.iterate upto 2 exit #crania.exit<softmax, [0.9]> -> tensor<3xf32> round(%round) {
    %old = tensor.extract %x[%c0] : tensor<3xf32>
    %new = arith.addf %old, %old : f32
    %l = tensor.insert %new into %x[%c0] : tensor<3xf32>
    crania.yield %l : tensor<3xf32>
  }
  return %logits : tensor<3xf32>
}

// -----

// A body may yield two values: the tested one and the result may differ.
// CHECK-LABEL: @tested
// CHECK: crania.yield %{{.*}} : memref<2x3xf32> tested %{{.*}} : memref<3xf32>
func.func @tested(%x: tensor<2x3xf32>, %y: tensor<3xf32>) -> tensor<2x3xf32> {
  %logits, %exit_round = crania.iterate upto 2 exit #crania.exit<softmax, [0.9]> -> tensor<2x3xf32> round(%round) {
    crania.yield %x : tensor<2x3xf32> tested %y : tensor<3xf32>
  }
  return %logits : tensor<2x3xf32>
}
