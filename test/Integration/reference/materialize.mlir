// D_r computed at compile time, at run time, and by hand.
//
// RUN: crania-opt %s -crania-expand-materialize -crania-reference-pipeline | %run_main | FileCheck %s
// RUN: crania-opt %s -convert-crania-to-scf -crania-reference-pipeline | %run_main | FileCheck %s
// RUN: crania-opt %s -crania-reference-pipeline | %run_main | FileCheck %s

crania.weights @w : !crania.clustered<tensor<2x3xf32>, clusters = 3>
    scheme #crania.importance
    values dense<[[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]]> : tensor<2x3xf32>
    assignment dense<[[2, 1, 0], [1, 0, 2]]> : tensor<2x3xi8>

func.func private @printMemrefF32(tensor<*xf32>)

func.func @print(%t: tensor<2x3xf32>) {
  %u = tensor.cast %t : tensor<2x3xf32> to tensor<*xf32>
  call @printMemrefF32(%u) : (tensor<*xf32>) -> ()
  return
}

func.func @main() {
  %one = arith.constant 1 : index
  %two = arith.constant 2 : index
  %three = arith.constant 3 : index
  %four = arith.constant 4 : index
  %w = crania.get @w : !crania.clustered<tensor<2x3xf32>, clusters = 3>
  // CHECK{LITERAL}: [[0,   0,   3],
  // CHECK-NEXT{LITERAL}: [0,   5,   0]]
  %d1 = crania.materialize %w upto %one : !crania.clustered<tensor<2x3xf32>, clusters = 3>
  call @print(%d1) : (tensor<2x3xf32>) -> ()
  // CHECK{LITERAL}: [[0,   -2,   3],
  // CHECK-NEXT{LITERAL}: [4,   5,   0]]
  %d2 = crania.materialize %w upto %two : !crania.clustered<tensor<2x3xf32>, clusters = 3>
  call @print(%d2) : (tensor<2x3xf32>) -> ()
  // CHECK{LITERAL}: [[1,   -2,   3],
  // CHECK-NEXT{LITERAL}: [4,   5,   -6]]
  %d3 = crania.materialize %w upto %three : !crania.clustered<tensor<2x3xf32>, clusters = 3>
  call @print(%d3) : (tensor<2x3xf32>) -> ()
  // A round after the last cluster.
  // CHECK{LITERAL}: [[1,   -2,   3],
  // CHECK-NEXT{LITERAL}: [4,   5,   -6]]
  %d4 = crania.materialize %w upto %four : !crania.clustered<tensor<2x3xf32>, clusters = 3>
  call @print(%d4) : (tensor<2x3xf32>) -> ()
  return
}
