// RUN: crania-opt %s -convert-crania-to-scf -split-input-file | FileCheck %s
// RUN: crania-opt %s -convert-crania-to-scf -split-input-file | FileCheck %s --check-prefix=GONE
// RUN: crania-opt %s -convert-crania-to-scf -convert-crania-to-scf -split-input-file | FileCheck %s

// GONE-NOT: crania.

// CHECK-LABEL: @rounds(
// CHECK-SAME: %[[X:.*]]: tensor<3xf32>) -> (tensor<3xf32>, index) {
func.func @rounds(%x: tensor<3xf32>) -> (tensor<3xf32>, index)
    attributes {crania.classifier, crania.target = #crania.target<"edge">} {
  // CHECK: %[[FIRST:.*]] = arith.constant 1 : index
  // CHECK: %[[LOOP:.*]]:2 = scf.while (%[[ROUND:.*]] = %[[FIRST]]) : (index) -> (tensor<3xf32>, index) {
  // CHECK:   %[[LAST:.*]] = arith.constant 3 : index
  // CHECK:   %[[ISLAST:.*]] = arith.cmpi uge, %[[ROUND]], %[[LAST]] : index
  // CHECK:   %[[GOES_ON:.*]] = scf.if %[[ISLAST]] -> (i1) {
  // CHECK:     %[[NO:.*]] = arith.constant false
  // CHECK:     scf.yield %[[NO]]
  // CHECK:   } else {
  // CHECK:     tensor.extract %[[X]]
  // CHECK:     arith.constant 8.000000e-01 : f64
  // CHECK:     arith.constant 9.000000e-01 : f64
  // CHECK:     %[[STOPS:.*]] = arith.cmpf oge
  // CHECK:     %[[YES:.*]] = arith.constant true
  // CHECK:     %[[NOT:.*]] = arith.xori %[[STOPS]], %[[YES]]
  // CHECK:     scf.yield %[[NOT]]
  // CHECK:   }
  // CHECK:   scf.condition(%[[GOES_ON]]) %[[X]], %[[ROUND]] : tensor<3xf32>, index
  // CHECK: } do {
  // CHECK: ^bb0(%{{.*}}: tensor<3xf32>, %[[BEFORE:.*]]: index):
  // CHECK:   %[[ONE:.*]] = arith.constant 1 : index
  // CHECK:   %[[NEXT:.*]] = arith.addi %[[BEFORE]], %[[ONE]]
  // CHECK:   scf.yield %[[NEXT]]
  // CHECK: return %[[LOOP]]#0, %[[LOOP]]#1
  %logits, %exit_round = crania.iterate upto 3 exit #crania.exit<softmax, [0.9, 0.8]>
      -> tensor<3xf32> round(%round) {
    crania.yield %x : tensor<3xf32>
  }
  return %logits, %exit_round : tensor<3xf32>, index
}

// CHECK-LABEL: @entropy
// CHECK: arith.cmpf ole
func.func @entropy(%x: tensor<3xf32>) -> tensor<3xf32> {
  %logits, %exit_round = crania.iterate upto 2 exit #crania.exit<entropy, [0.5]>
      -> tensor<3xf32> round(%round) {
    crania.yield %x : tensor<3xf32>
  }
  return %logits : tensor<3xf32>
}

// CHECK-LABEL: @on_memrefs
// CHECK: scf.while (%{{.*}} = %{{.*}}) : (index) -> (memref<3xf32>, index)
// CHECK: memref.load
// CHECK: scf.condition(%{{.*}}) %arg0, %{{.*}} : memref<3xf32>, index
func.func @on_memrefs(%x: memref<3xf32>) -> memref<3xf32> {
  %logits, %exit_round = crania.iterate upto 2 exit #crania.exit<margin, [0.5]>
      -> memref<3xf32> round(%round) {
    crania.yield %x : memref<3xf32>
  }
  return %logits : memref<3xf32>
}

// The tested value differs from the result.
// CHECK-LABEL: @tested
// CHECK: tensor.extract %arg1
// CHECK: scf.condition(%{{.*}}) %arg0, %{{.*}} : tensor<3xf32>, index
func.func @tested(%x: tensor<3xf32>, %y: tensor<4xf32>) -> tensor<3xf32> {
  %logits, %exit_round = crania.iterate upto 2 exit #crania.exit<margin, [0.5]>
      -> tensor<3xf32> round(%round) {
    crania.yield %x : tensor<3xf32> tested %y : tensor<4xf32>
  }
  return %logits : tensor<3xf32>
}

// CHECK-LABEL: @one_round
// CHECK-NOT: scf.while
// CHECK: %[[ONE:.*]] = arith.constant 1 : index
// CHECK: %[[F:.*]] = tensor.from_elements %{{.*}}
// CHECK: return %[[F]], %[[ONE]] : tensor<1xf32>, index
func.func @one_round() -> (tensor<1xf32>, index) {
  %logits, %exit_round = crania.iterate upto 1 exit #crania.exit<softmax, []>
      -> tensor<1xf32> round(%round) {
    %i = arith.index_cast %round : index to i32
    %f = arith.sitofp %i : i32 to f32
    %l = tensor.from_elements %f : tensor<1xf32>
    crania.yield %l : tensor<1xf32>
  }
  return %logits, %exit_round : tensor<1xf32>, index
}

// CHECK-LABEL: @nested
// CHECK: scf.while
// CHECK:   scf.while
func.func @nested(%x: tensor<1xf32>) -> tensor<1xf32> {
  %logits, %exit_round = crania.iterate upto 2 exit #crania.exit<softmax, [0.5]>
      -> tensor<1xf32> round(%outer) {
    %l, %e = crania.iterate upto 2 exit #crania.exit<softmax, [0.5]> -> tensor<1xf32> round(%inner) {
      crania.yield %x : tensor<1xf32>
    }
    crania.yield %l : tensor<1xf32>
  }
  return %logits : tensor<1xf32>
}

// -----

crania.weights @w : !crania.clustered<tensor<2x3xf32>, clusters = 2>
    scheme #crania.importance
    values dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
    assignment dense<[[0, 1, 0], [1, 0, 1]]> : tensor<2x3xi8>

// CHECK-LABEL: @materialize(
// CHECK-SAME: %[[ROUND:.*]]: index
// CHECK: %[[V:.*]] = arith.constant dense<{{.*}}> : tensor<2x3xf32>
// CHECK: %[[A:.*]] = arith.constant dense<{{.*}}> : tensor<2x3xi8>
// CHECK: %[[D:.*]] = linalg.generic {{.*}} ins(%[[V]], %[[A]] : tensor<2x3xf32>, tensor<2x3xi8>)
// CHECK:   %[[C:.*]] = arith.index_castui %{{.*}} : i8 to index
// CHECK:   %[[IN:.*]] = arith.cmpi ult, %[[C]], %[[ROUND]] : index
// CHECK:   arith.select %[[IN]]
// CHECK: return %[[D]]
func.func @materialize(%round: index) -> tensor<2x3xf32> {
  %w = crania.get @w : !crania.clustered<tensor<2x3xf32>, clusters = 2>
  %d = crania.materialize %w upto %round : !crania.clustered<tensor<2x3xf32>, clusters = 2>
  return %d : tensor<2x3xf32>
}

// CHECK-LABEL: @all_clusters
// CHECK: %[[V:.*]] = arith.constant dense<{{.*}}> : tensor<2x3xf32>
// CHECK-NOT: linalg.generic
// CHECK: return %[[V]]
func.func @all_clusters() -> tensor<2x3xf32> {
  %two = arith.constant 2 : index
  %w = crania.get @w : !crania.clustered<tensor<2x3xf32>, clusters = 2>
  %d = crania.materialize %w upto %two : !crania.clustered<tensor<2x3xf32>, clusters = 2>
  return %d : tensor<2x3xf32>
}

// CHECK-LABEL: @buffer
// CHECK: %[[T:.*]] = linalg.generic
// CHECK: %[[B:.*]] = bufferization.to_buffer %[[T]] read_only : tensor<2x3xf32> to memref<2x3xf32>
// CHECK: return %[[B]]
func.func @buffer(%round: index) -> memref<2x3xf32> {
  %w = crania.get @w : !crania.clustered<tensor<2x3xf32>, clusters = 2>
  %d = crania.materialize %w upto %round
      : !crania.clustered<tensor<2x3xf32>, clusters = 2> -> memref<2x3xf32>
  return %d : memref<2x3xf32>
}

// -----

// CHECK-LABEL: @scalar_per_round(
// CHECK-SAME: %[[ROUND:.*]]: index
// CHECK: %[[C3:.*]] = arith.constant 3 : i32
// CHECK: %[[R2:.*]] = arith.constant 2 : index
// CHECK: %[[IS2:.*]] = arith.cmpi eq, %[[ROUND]], %[[R2]]
// CHECK: %[[C2:.*]] = arith.constant 2 : i32
// CHECK: %[[S2:.*]] = arith.select %[[IS2]], %[[C2]], %[[C3]]
// CHECK: %[[R1:.*]] = arith.constant 1 : index
// CHECK: %[[IS1:.*]] = arith.cmpi eq, %[[ROUND]], %[[R1]]
// CHECK: %[[C1:.*]] = arith.constant 1 : i32
// CHECK: %[[S1:.*]] = arith.select %[[IS1]], %[[C1]], %[[S2]]
// CHECK: return %[[S1]]
func.func @scalar_per_round(%round: index) -> i32 {
  %s = crania.per_round %round [1 : i32, 2 : i32, 3 : i32]
  return %s : i32
}

// CHECK-LABEL: @tensor_per_round(
// CHECK-SAME: %[[ROUND:.*]]: index
// CHECK: %[[S:.*]] = scf.index_switch %[[ROUND]] -> tensor<2xf32>
// CHECK-NEXT: case 1 {
// CHECK-NEXT: arith.constant dense<1.0
// CHECK: default {
// CHECK-NEXT: arith.constant dense<2.0
// CHECK: return %[[S]]
func.func @tensor_per_round(%round: index) -> tensor<2xf32> {
  %s = crania.per_round %round [dense<1.0> : tensor<2xf32>, dense<2.0> : tensor<2xf32>]
  return %s : tensor<2xf32>
}

// CHECK-LABEL: @buffer_per_round
// CHECK: bufferization.to_buffer %{{.*}} read_only
func.func @buffer_per_round(%round: index) -> memref<2xf32> {
  %s = crania.per_round %round [dense<1.0> : tensor<2xf32>, dense<2.0> : tensor<2xf32>] -> memref<2xf32>
  return %s : memref<2xf32>
}

// -----

crania.weights @refined : !crania.clustered<tensor<4xi8>, clusters = 3>
    scheme #crania.residual<dense<[[-30, -30, 28], [-31, -2, 29]]> : tensor<2x3xi8>>
    values dense<[-32, -1, 30, -29]> : tensor<4xi8>
    assignment dense<[0, 1, 2, 0]> : tensor<4xi8>

// CHECK-LABEL: @refining
// CHECK-SAME: %[[ROUND:.*]]: index
// CHECK-DAG: %[[VALUES:.*]] = arith.constant dense<[-32, -1, 30, -29]> : tensor<4xi8>
// CHECK-DAG: %[[CODES:.*]] = arith.constant dense<[0, 1, 2, 0]> : tensor<4xi8>
// CHECK-DAG: %[[POINTS:.*]] = arith.constant dense<{{.*}}> : tensor<2x3xi8>
// CHECK: %[[BOUNDED:.*]] = arith.minui %[[ROUND]], %{{.*}}
// CHECK: %[[ROW:.*]] = arith.subi %[[BOUNDED]], %{{.*}}
// CHECK: %[[WHOLE:.*]] = arith.cmpi uge, %[[ROUND]], %{{.*}}
// CHECK: linalg.generic {{.*}} ins(%[[VALUES]], %[[CODES]]
// CHECK: ^bb0(%[[VALUE:.*]]: i8, %[[CODE:.*]]: i8, %{{.*}}: i8):
// CHECK: %[[COLUMN:.*]] = arith.index_castui %[[CODE]]
// CHECK: %[[POINT:.*]] = tensor.extract %[[POINTS]][%[[ROW]], %[[COLUMN]]]
// CHECK: arith.select %[[WHOLE]], %[[VALUE]], %[[POINT]]
func.func @refining(%round: index) -> tensor<4xi8> {
  %w = crania.get @refined : !crania.clustered<tensor<4xi8>, clusters = 3>
  %d = crania.materialize %w upto %round : !crania.clustered<tensor<4xi8>, clusters = 3>
  return %d : tensor<4xi8>
}
