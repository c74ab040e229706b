// RUN: crania-opt %s --convert-crania-to-hw --split-input-file --verify-diagnostics

// Layers that no cut fits into the global buffer.

#id = affine_map<(d0, d1) -> (d0, d1)>
#rows = affine_map<(d0, d1) -> (d0)>
module attributes {crania.target = #crania.target<"tiny", "{\"global_buffer\": {\"bytes\": 1024}}">} {
  func.func @too_many_pieces(%x: tensor<1048576x192xf32>) -> tensor<2xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<2xf32> round(%round) {
      %e = tensor.empty() : tensor<1048576x192xf32>
      // expected-error @below {{runs in 2097152 pieces through the 1024 bytes of the global buffer of target 'tiny'; at most 65536 are possible}}
      %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
          ins(%x : tensor<1048576x192xf32>) outs(%e : tensor<1048576x192xf32>) {
      ^bb0(%in: f32, %out: f32):
        %s = math.exp %in : f32
        linalg.yield %s : f32
      } -> tensor<1048576x192xf32>
      %z = tensor.extract_slice %y[0, 0] [1, 2] [1, 1] : tensor<1048576x192xf32> to tensor<1x2xf32>
      %v = tensor.collapse_shape %z [[0, 1]] : tensor<1x2xf32> into tensor<2xf32>
      crania.yield %v : tensor<2xf32>
    }
    return %l : tensor<2xf32>
  }
}

// -----

// A reduced loop is not cut: the 1600 bytes of its row must be on chip together.

module attributes {crania.target = #crania.target<"tiny", "{\"global_buffer\": {\"bytes\": 1024}}">} {
  func.func @too_wide(%x: tensor<1x400xf32>) -> tensor<1xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<1xf32> round(%round) {
      %zero = arith.constant 0.0 : f32
      %e = tensor.empty() : tensor<1xf32>
      %i = linalg.fill ins(%zero : f32) outs(%e : tensor<1xf32>) -> tensor<1xf32>
      // expected-error @below {{layer 'reduce' needs 1664 bytes of the global buffer at once, even if it runs piece by piece, but target 'tiny' has 1024; compile for a target with a larger global buffer}}
      %y = linalg.reduce ins(%x : tensor<1x400xf32>) outs(%i : tensor<1xf32>) dimensions = [1]
        (%in: f32, %out: f32) {
          %s = arith.addf %in, %out : f32
          linalg.yield %s : f32
        }
      crania.yield %y : tensor<1xf32>
    }
    return %l : tensor<1xf32>
  }
}
