// RUN: crania-opt %s -split-input-file -remove-dead-values | FileCheck %s --check-prefix=DEAD
// RUN: crania-opt %s -split-input-file -sccp | FileCheck %s --check-prefix=SCCP
// RUN: crania-opt %s -split-input-file -int-range-optimizations | FileCheck %s --check-prefix=RANGE

// The tested value decides how often the body runs. It is live even if the
// logits are not used.
// DEAD-LABEL: @only_exit_round
// DEAD: %[[T:.*]] = crania.per_round
// DEAD: %[[U:.*]] = ub.poison
// DEAD: crania.yield %[[U]] : tensor<3xf32> tested %[[T]] : tensor<3xf32>
func.func @only_exit_round() -> index {
  %logits, %exit_round = crania.iterate upto 2 exit #crania.exit<softmax, [0.9]> -> tensor<3xf32> round(%round) {
    %l = crania.per_round %round [dense<1.0> : tensor<3xf32>, dense<2.0> : tensor<3xf32>]
    crania.yield %l : tensor<3xf32>
  }
  return %exit_round : index
}

// -----

func.func private @effect()

// DEAD-LABEL: @only_effects
// DEAD: call @effect
// DEAD: crania.yield %{{.*}} : tensor<3xf32> tested %arg0 : tensor<3xf32>
func.func @only_effects(%x: tensor<3xf32>) {
  crania.iterate upto 2 exit #crania.exit<softmax, [0.9]> -> tensor<3xf32> round(%round) {
    func.call @effect() : () -> ()
    crania.yield %x : tensor<3xf32>
  }
  return
}

// -----

// DEAD-LABEL: @only_logits
// DEAD: crania.yield %arg0 : tensor<3xf32>{{$}}
func.func @only_logits(%x: tensor<3xf32>) -> tensor<3xf32> {
  %logits, %exit_round = crania.iterate upto 2 exit #crania.exit<softmax, [0.9]> -> tensor<3xf32> round(%round) {
    crania.yield %x : tensor<3xf32>
  }
  return %logits : tensor<3xf32>
}

// -----

// Logits that are equal in every round are known; the exit round is not.
// SCCP-LABEL: @constant_logits
// SCCP: %[[C:.*]] = arith.constant dense<1.0
// SCCP: %{{.*}}, %[[E:.*]] = crania.iterate
// SCCP: return %[[C]], %[[E]]
func.func @constant_logits() -> (tensor<3xf32>, index) {
  %logits, %exit_round = crania.iterate upto 2 exit #crania.exit<softmax, [0.9]> -> tensor<3xf32> round(%round) {
    %l = crania.per_round %round [dense<1.0> : tensor<3xf32>, dense<1.0> : tensor<3xf32>]
    crania.yield %l : tensor<3xf32>
  }
  return %logits, %exit_round : tensor<3xf32>, index
}

// -----

// The round is not a constant, although the block argument has one predecessor.
// SCCP-LABEL: @round_varies
// SCCP: crania.iterate
// SCCP: arith.index_cast
// RANGE-LABEL: @round_varies
// RANGE: crania.iterate
// RANGE: arith.index_cast
func.func @round_varies() -> tensor<1xf32> {
  %logits, %exit_round = crania.iterate upto 2 exit #crania.exit<softmax, [0.9]> -> tensor<1xf32> round(%round) {
    %i = arith.index_cast %round : index to i32
    %f = arith.sitofp %i : i32 to f32
    %l = tensor.from_elements %f : tensor<1xf32>
    crania.yield %l : tensor<1xf32>
  }
  return %logits : tensor<1xf32>
}
