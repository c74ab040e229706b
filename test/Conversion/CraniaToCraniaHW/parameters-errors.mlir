// RUN: crania-opt %s --convert-crania-to-hw --split-input-file --verify-diagnostics

// Constants and scalars that are not parameters.

#id = affine_map<(d0) -> (d0)>
module attributes {crania.target = #crania.target<"edge">} {
  func.func @scalar_from_outside(%x: tensor<4xf32>, %f: f32) -> tensor<4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      %e = tensor.empty() : tensor<4xf32>
      // expected-error @below {{reads a 'f32' that is computed outside the iteration; compute it inside}}
      %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
          ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
      ^bb0(%a: f32, %o: f32):
        %s = arith.addf %a, %f : f32
        linalg.yield %s : f32
      } -> tensor<4xf32>
      crania.yield %y : tensor<4xf32>
    }
    return %l : tensor<4xf32>
  }
}
