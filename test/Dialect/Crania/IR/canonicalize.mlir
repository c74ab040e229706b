// RUN: crania-opt %s -canonicalize | FileCheck %s

func.func private @effect()

// The round may belong to rounds that are not formed yet.
// CHECK-LABEL: @per_round_of_known_round
// CHECK: crania.per_round
func.func @per_round_of_known_round() -> f32 {
  %two = arith.constant 2 : index
  %s = crania.per_round %two [1.0 : f32, 2.0 : f32, 3.0 : f32]
  return %s : f32
}

// CHECK-LABEL: @per_round_all_equal
// CHECK: %[[C:.*]] = arith.constant dense<1.000000e+00> : tensor<2xf32>
// CHECK: return %[[C]]
func.func @per_round_all_equal(%round: index) -> tensor<2xf32> {
  %s = crania.per_round %round [dense<1.0> : tensor<2xf32>, dense<1.0> : tensor<2xf32>]
  return %s : tensor<2xf32>
}

// A constant is a tensor, not a buffer.
// CHECK-LABEL: @per_round_on_buffers
// CHECK: crania.per_round
func.func @per_round_on_buffers(%round: index) -> memref<2xf32> {
  %s = crania.per_round %round [dense<1.0> : tensor<2xf32>, dense<1.0> : tensor<2xf32>] -> memref<2xf32>
  return %s : memref<2xf32>
}

// CHECK-LABEL: @unused_iteration
// CHECK-NOT: crania.iterate
// CHECK: return
func.func @unused_iteration(%x: tensor<3xf32>) {
  crania.iterate upto 3 exit #crania.exit<softmax, [0.9, 0.8]> -> tensor<3xf32> round(%round) {
    crania.yield %x : tensor<3xf32>
  }
  return
}

// CHECK-LABEL: @unused_but_effective
// CHECK: crania.iterate
// CHECK: call @effect
func.func @unused_but_effective(%x: tensor<3xf32>) {
  crania.iterate upto 3 exit #crania.exit<softmax, [0.9, 0.8]> -> tensor<3xf32> round(%round) {
    func.call @effect() : () -> ()
    crania.yield %x : tensor<3xf32>
  }
  return
}

// One round is still an iteration, which has a plan and a place in the machine.
// CHECK-LABEL: @one_round
// CHECK: crania.iterate upto 1
func.func @one_round(%x: tensor<3xf32>) -> tensor<3xf32> {
  %logits, %exit_round = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<3xf32> round(%round) {
    crania.yield %x : tensor<3xf32>
  }
  return %logits : tensor<3xf32>
}
