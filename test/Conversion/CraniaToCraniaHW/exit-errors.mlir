// RUN: crania-opt %s --convert-crania-to-hw --split-input-file --verify-diagnostics

// Logits that the exit unit does not test.

module attributes {crania.target = #crania.target<"edge">} {
  func.func @other_tested(%x: tensor<4xf32>) -> tensor<4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      %e = tensor.empty() : tensor<4xf32>
      %y = linalg.exp ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
      // expected-error @below {{gives logits that are not what the exit rule tests; the machine has one tensor for both}}
      crania.yield %y : tensor<4xf32> tested %x : tensor<4xf32>
    }
    return %l : tensor<4xf32>
  }
}

// -----

// Logits are the exit unit's and stay on chip.
module attributes {crania.target = #crania.target<"tiny", "{\"global_buffer\": {\"bytes\": 1024}}">} {
  func.func @too_large(%x: tensor<300xf32>) -> tensor<300xf32> {
    // expected-error @below {{layer 'logits' needs 1216 bytes of the global buffer at once}}
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<300xf32> round(%round) {
      crania.yield %x : tensor<300xf32>
    }
    return %l : tensor<300xf32>
  }
}

// -----

module attributes {crania.target = #crania.target<"edge">} {
  func.func @no_input(%x: tensor<4xf32>) -> tensor<4xf32> {
    // expected-error @below {{reads no input: nothing in it depends on a tensor from outside}}
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      %e = tensor.empty() : tensor<4xf32>
      %y = arith.constant dense<1.0> : tensor<4xf32>
      crania.yield %y : tensor<4xf32>
    }
    return %l : tensor<4xf32>
  }
}
