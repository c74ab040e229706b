// RUN: crania-opt %s --convert-crania-to-hw --split-input-file --verify-diagnostics

// Vector ops whose loops the machine does not have.

#id = affine_map<(d0) -> (d0)>
#none = affine_map<(d0) -> ()>
module attributes {crania.target = #crania.target<"edge">} {
  func.func @two_results(%x: tensor<4xf32>) -> tensor<4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      %e = tensor.empty() : tensor<4xf32>
      %zero = arith.constant 0.0 : f32
      %k = tensor.empty() : tensor<f32>
      %f = linalg.fill ins(%zero : f32) outs(%k : tensor<f32>) -> tensor<f32>
      // expected-error @below {{has 2 results; vector commands have one: split it}}
      %s:2 = linalg.generic {indexing_maps = [#id, #none, #none], iterator_types = ["reduction"]}
          ins(%x : tensor<4xf32>) outs(%f, %f : tensor<f32>, tensor<f32>) {
      ^bb0(%a: f32, %o: f32, %p: f32):
        %b = arith.addf %a, %o : f32
        %c = arith.maximumf %a, %p : f32
        linalg.yield %b, %c : f32, f32
      } -> (tensor<f32>, tensor<f32>)
      %y = linalg.generic {indexing_maps = [#id, #none, #none, #id], iterator_types = ["parallel"]}
          ins(%x, %s#0, %s#1 : tensor<4xf32>, tensor<f32>, tensor<f32>) outs(%e : tensor<4xf32>) {
      ^bb0(%a: f32, %b: f32, %c: f32, %o: f32):
        %d = arith.addf %b, %c : f32
        %q = arith.divf %a, %d : f32
        linalg.yield %q : f32
      } -> tensor<4xf32>
      crania.yield %y : tensor<4xf32>
    }
    return %l : tensor<4xf32>
  }
}

// -----

// Nearest-neighbor upsampling reads each element twice, which is not linear.

module attributes {crania.target = #crania.target<"edge">} {
  func.func @floor_division(%x: tensor<4xf32>) -> tensor<8xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<8xf32> round(%round) {
      %e = tensor.empty() : tensor<8xf32>
      // expected-error @below {{reads operand 0 at indices that are not linear in its loops}}
      %y = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0 floordiv 2)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
          ins(%x : tensor<4xf32>) outs(%e : tensor<8xf32>) {
      ^bb0(%a: f32, %o: f32):
        %s = math.exp %a : f32
        linalg.yield %s : f32
      } -> tensor<8xf32>
      crania.yield %y : tensor<8xf32>
    }
    return %l : tensor<8xf32>
  }
}

// -----

module attributes {crania.target = #crania.target<"edge">} {
  func.func @diagonal(%x: tensor<4xf32>) -> tensor<4x4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4x4xf32> round(%round) {
      %e = tensor.empty() : tensor<4x4xf32>
      // expected-error @below {{writes its output at indices that are not a permutation of its loops}}
      %y = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0, d0)>], iterator_types = ["parallel"]}
          ins(%x : tensor<4xf32>) outs(%e : tensor<4x4xf32>) {
      ^bb0(%a: f32, %o: f32):
        %s = math.exp %a : f32
        linalg.yield %s : f32
      } -> tensor<4x4xf32>
      crania.yield %y : tensor<4x4xf32>
    }
    return %l : tensor<4x4xf32>
  }
}

// -----

module attributes {crania.target = #crania.target<"edge">} {
  func.func @nine_loops(%x: tensor<2x2x2x2x2x2x2x2x2xf32>) -> tensor<2x2x2x2x2x2x2x2x2xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<2x2x2x2x2x2x2x2x2xf32> round(%round) {
      %e = tensor.empty() : tensor<2x2x2x2x2x2x2x2x2xf32>
      // expected-error @below {{needs 9 loops or dimensions of more than one index; a command has at most 8: collapse some}}
      %y = linalg.exp ins(%x : tensor<2x2x2x2x2x2x2x2x2xf32>) outs(%e : tensor<2x2x2x2x2x2x2x2x2xf32>) -> tensor<2x2x2x2x2x2x2x2x2xf32>
      crania.yield %y : tensor<2x2x2x2x2x2x2x2x2xf32>
    }
    return %l : tensor<2x2x2x2x2x2x2x2x2xf32>
  }
}
