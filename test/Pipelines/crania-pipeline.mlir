// RUN: crania-opt %s --crania-pipeline=clusters=0.5,0.5 | FileCheck %s
// RUN: crania-opt %s --crania-pipeline=clusters=1 | FileCheck %s --check-prefix=WHOLE
// RUN: crania-opt %s --crania-pipeline="clusters=0.5,0.5 retain=false encodings=bitmap target=edge-lite" | FileCheck %s --check-prefix=OPTIONS

// The pipeline ends with a program and the host code that runs it.

// CHECK-NOT: crania.weights
// CHECK-LABEL: func.func @classify
// CHECK: crania_hw.execute @[[PROGRAM:[a-z_]+]](%
// CHECK: crania_hw.program @[[PROGRAM]] target <"edge"> precision f32 exit <softmax, [
// CHECK: crania_hw.weights @w groups 1 outputs 2 depth 4 tile [2, 4] : f32
// CHECK-SAME: <cluster 1, encoding "bitmap", at 0, bytes 17, retained at 0,
// CHECK-SAME: <cluster 2, encoding "bitmap", at 64, bytes 17, retained at 17,
// CHECK: crania_hw.round {
// CHECK: crania_hw.contract @w clusters 1 tiles 0 to 1
// CHECK: crania_hw.exit_test
// CHECK: crania_hw.round {
// CHECK: crania_hw.contract @w clusters 2 tiles 0 to 1
// CHECK: crania_hw.exit_test

// WHOLE: exit <softmax, []>
// WHOLE-COUNT-1: crania_hw.round {
// WHOLE-NOT: crania_hw.round {

// OPTIONS: target <"edge-lite">
// OPTIONS-NOT: retained
// OPTIONS: encoding "bitmap"
// OPTIONS-NOT: retained
func.func @classify(%x: tensor<1x4xf32>) -> tensor<1x2xf32> {
  %w = arith.constant dense<[[0.5, -4.0], [1.0, 0.25], [-0.125, 2.0], [0.75, 8.0]]> : tensor<4x2xf32>
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<1x2xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x2xf32>) -> tensor<1x2xf32>
  %y = linalg.matmul ins(%x, %w : tensor<1x4xf32>, tensor<4x2xf32>) outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
