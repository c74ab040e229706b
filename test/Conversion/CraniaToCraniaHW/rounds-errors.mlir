// RUN: crania-opt %s --convert-crania-to-hw --split-input-file --verify-diagnostics

// Iterations that the machine does not run.

func.func @no_target(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  // expected-error @below {{has no target; run crania-attach-target first}}
  %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<1x4xf32> round(%round) {
    crania.yield %x : tensor<1x4xf32>
  }
  return %l : tensor<1x4xf32>
}

// -----

module attributes {crania.target = #crania.target<"edge">} {
  func.func @buffers(%x: memref<1x4xf32>) {
    // expected-error @below {{works on buffers; lower it before bufferization}}
    crania.iterate upto 1 exit #crania.exit<softmax, []> -> memref<1x4xf32> round(%round) {
      crania.yield %x : memref<1x4xf32>
    }
    return
  }
}

// -----

module attributes {crania.target = #crania.target<"edge">} {
  func.func private @sine(tensor<4xf32>) -> tensor<4xf32>
  func.func @unknown_op(%x: tensor<4xf32>) -> tensor<4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      // expected-error @below {{cannot run on the machine; move it before or after the iteration, or express it as a linalg op}}
      %y = func.call @sine(%x) : (tensor<4xf32>) -> tensor<4xf32>
      crania.yield %y : tensor<4xf32>
    }
    return %l : tensor<4xf32>
  }
}

// -----

module attributes {crania.target = #crania.target<"edge">} {
  func.func @too_many_elements(%x: tensor<65536xf32>) -> tensor<65536x65536xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<65536x65536xf32> round(%round) {
      // expected-error @below {{has a result of type 'tensor<65536x65536xf32>'; the machine takes 1 to 2147483648 elements}}
      %e = tensor.empty() : tensor<65536x65536xf32>
      %y = linalg.broadcast ins(%x : tensor<65536xf32>) outs(%e : tensor<65536x65536xf32>) dimensions = [0]
      crania.yield %y : tensor<65536x65536xf32>
    }
    return %l : tensor<65536x65536xf32>
  }
}
