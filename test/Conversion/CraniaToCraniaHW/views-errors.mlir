// RUN: crania-opt %s --convert-crania-to-hw --split-input-file --verify-diagnostics

// Rearrangements that neither an access nor a copy expresses.

module attributes {crania.target = #crania.target<"edge">} {
  func.func @computed_padding(%x: tensor<4xf32>) -> tensor<5xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<5xf32> round(%round) {
      // expected-error @below {{pads with a value that is not a constant number}}
      %p = tensor.pad %x low[1] high[0] {
      ^bb0(%i: index):
        %n = arith.index_cast %i : index to i32
        %f = arith.sitofp %n : i32 to f32
        tensor.yield %f : f32
      } : tensor<4xf32> to tensor<5xf32>
      crania.yield %p : tensor<5xf32>
    }
    return %l : tensor<5xf32>
  }
}

// -----

module attributes {crania.target = #crania.target<"edge">} {
  func.func @rank(%x: tensor<2x4xf32>) -> tensor<4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      // expected-error @below {{drops dimensions; use tensor.collapse_shape}}
      %s = tensor.extract_slice %x[1, 0] [1, 4] [1, 1] : tensor<2x4xf32> to tensor<4xf32>
      crania.yield %s : tensor<4xf32>
    }
    return %l : tensor<4xf32>
  }
}

// -----

module attributes {crania.target = #crania.target<"edge">} {
  func.func @offset(%x: tensor<8xf32>) -> tensor<4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      // expected-error @below {{has offsets that are not constant}}
      %s = tensor.extract_slice %x[%round] [4] [1] : tensor<8xf32> to tensor<4xf32>
      crania.yield %s : tensor<4xf32>
    }
    return %l : tensor<4xf32>
  }
}

// -----

module attributes {crania.target = #crania.target<"edge">} {
  func.func @stride(%x: tensor<8xf32>) -> tensor<2xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<2xf32> round(%round) {
      // expected-error @below {{has strides that are not constant}}
      %s = tensor.extract_slice %x[0] [2] [%round] : tensor<8xf32> to tensor<2xf32>
      crania.yield %s : tensor<2xf32>
    }
    return %l : tensor<2xf32>
  }
}

// -----

module attributes {crania.target = #crania.target<"edge">} {
  func.func @nothing(%x: tensor<4xf32>) -> tensor<4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      %e = tensor.empty() : tensor<4xf32>
      %f = tensor.empty() : tensor<4xf32>
      // expected-error @below {{reads a tensor that has no contents}}
      %y = linalg.add ins(%x, %e : tensor<4xf32>, tensor<4xf32>) outs(%f : tensor<4xf32>) -> tensor<4xf32>
      crania.yield %y : tensor<4xf32>
    }
    return %l : tensor<4xf32>
  }
}

// -----

module attributes {crania.target = #crania.target<"edge">} {
  func.func @dynamic(%x: tensor<4xf32>) -> tensor<2xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<2xf32> round(%round) {
      // expected-error @below {{has the result type 'tensor<?xf32>'; the machine needs static shapes, see the entry contract (crania-check-classifiers)}}
      %d = tensor.extract_slice %x[0] [%round] [1] : tensor<4xf32> to tensor<?xf32>
      %y = tensor.extract_slice %d[0] [2] [1] : tensor<?xf32> to tensor<2xf32>
      crania.yield %y : tensor<2xf32>
    }
    return %l : tensor<2xf32>
  }
}
