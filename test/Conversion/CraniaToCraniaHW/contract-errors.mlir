// RUN: crania-opt %s --convert-crania-to-hw --split-input-file --verify-diagnostics

// Contractions that the PE array does not compute.

// The PE array multiplies by weights only.

module attributes {crania.target = #crania.target<"edge">} {
  func.func @two_activations(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4x4xf32> round(%round) {
      %zero = arith.constant 0.0 : f32
      %e = tensor.empty() : tensor<4x4xf32>
      %i = linalg.fill ins(%zero : f32) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
      // expected-error @below {{multiplies two tensors neither of which is clustered weights}}
      %y = linalg.matmul ins(%x, %x : tensor<4x4xf32>, tensor<4x4xf32>) outs(%i : tensor<4x4xf32>) -> tensor<4x4xf32>
      crania.yield %y : tensor<4x4xf32>
    }
    return %l : tensor<4x4xf32>
  }
}

// -----

// The PE array multiplies and adds; it has no maximum of products.
#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (k, n)>
#c = affine_map<(m, n, k) -> (m, n)>
!w = !crania.clustered<tensor<4x4xf32>, clusters = 1>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @w : !w scheme #crania.importance values dense<1.0> : tensor<4x4xf32> assignment dense<0> : tensor<4x4xi8>
  func.func @other_semiring(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<1x4xf32> round(%round) {
      %g = crania.get @w : !w
      %d = crania.materialize %g upto %round : !w
      %zero = arith.constant 0.0 : f32
      %e = tensor.empty() : tensor<1x4xf32>
      %i = linalg.fill ins(%zero : f32) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
      // expected-error @below {{reads clustered weights, but is not a contraction of the PE array}}
      %y = linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]}
          ins(%x, %d : tensor<1x4xf32>, tensor<4x4xf32>) outs(%i : tensor<1x4xf32>) {
      ^bb0(%p: f32, %q: f32, %out: f32):
        %m = arith.mulf %p, %q : f32
        %n = arith.maximumf %m, %out : f32
        linalg.yield %n : f32
      } -> tensor<1x4xf32>
      crania.yield %y : tensor<1x4xf32>
    }
    return %l : tensor<1x4xf32>
  }
}

// -----

// A plan gives the places of the segments of one contraction.

!w = !crania.clustered<tensor<4x4xf32>, clusters = 1>
#plan = #crania.fetch_plan<@w, [<encoding = #crania.raw_encoding, bytes = 64, residency = streamed, address = 0>]>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @w : !w scheme #crania.importance values dense<1.0> : tensor<4x4xf32> assignment dense<0> : tensor<4x4xi8>
  func.func @twice(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> plan [#plan] -> tensor<1x4xf32> round(%round) {
      %g = crania.get @w : !w
      %d = crania.materialize %g upto %round : !w
      %zero = arith.constant 0.0 : f32
      %e = tensor.empty() : tensor<1x4xf32>
      %i = linalg.fill ins(%zero : f32) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
      %y = linalg.matmul ins(%x, %d : tensor<1x4xf32>, tensor<4x4xf32>) outs(%i : tensor<1x4xf32>) -> tensor<1x4xf32>
      // expected-error @below {{is the second op that reads the weights @w; duplicate the symbol, as a plan is for one contraction}}
      %z = linalg.matmul ins(%y, %d : tensor<1x4xf32>, tensor<4x4xf32>) outs(%i : tensor<1x4xf32>) -> tensor<1x4xf32>
      crania.yield %z : tensor<1x4xf32>
    }
    return %l : tensor<1x4xf32>
  }
}

// -----

// The number of clusters is known when a program is compiled.

!w = !crania.clustered<tensor<4x4xf32>, clusters = 2>
#plan = #crania.fetch_plan<@w, [<encoding = #crania.bitmap_encoding, bytes = 34, residency = streamed, address = 0>, <encoding = #crania.bitmap_encoding, bytes = 34, residency = streamed, address = 64>]>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @w : !w scheme #crania.importance values dense<1.0> : tensor<4x4xf32> assignment dense<[[0, 1, 0, 1], [0, 1, 0, 1], [0, 1, 0, 1], [0, 1, 0, 1]]> : tensor<4x4xi8>
  func.func @other_round(%x: tensor<1x4xf32>, %n: index) -> tensor<1x4xf32> {
    %l, %r = crania.iterate upto 2 exit #crania.exit<softmax, [0.5]> plan [#plan] -> tensor<1x4xf32> round(%round) {
      %g = crania.get @w : !w
      // expected-error @below {{reads the weights of a round that is neither the round of the iteration nor a constant}}
      %d = crania.materialize %g upto %n : !w
      %zero = arith.constant 0.0 : f32
      %e = tensor.empty() : tensor<1x4xf32>
      %i = linalg.fill ins(%zero : f32) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
      %y = linalg.matmul ins(%x, %d : tensor<1x4xf32>, tensor<4x4xf32>) outs(%i : tensor<1x4xf32>) -> tensor<1x4xf32>
      crania.yield %y : tensor<1x4xf32>
    }
    return %l : tensor<1x4xf32>
  }
}

// -----

// The type of the weights selects the arithmetic: weights of 8 bits take inputs of 8 bits.

#id = affine_map<(d0, d1) -> (d0, d1)>
!w = !crania.clustered<tensor<4x4xi8>, clusters = 1>
!real = !quant.uniform<i16<-32767:32767>:f32, 0.5>
#plan = #crania.fetch_plan<@w, [<encoding = #crania.raw_encoding, bytes = 16, residency = streamed, address = 0>]>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @w : !w scheme #crania.importance values dense<1> : tensor<4x4xi8> assignment dense<0> : tensor<4x4xi8>
  func.func @narrow_weights(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    %cast = quant.qcast %x : tensor<1x4xf32> to tensor<1x4x!real>
    %q = quant.scast %cast : tensor<1x4x!real> to tensor<1x4xi16>
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> plan [#plan] -> tensor<1x4xf32> round(%round) {
      %zero = arith.constant 0 : i64
      %g = crania.get @w : !w
      %d = crania.materialize %g upto %round : !w
      %e = tensor.empty() : tensor<1x4xi64>
      %i = linalg.fill ins(%zero : i64) outs(%e : tensor<1x4xi64>) -> tensor<1x4xi64>
      // expected-error @below {{multiplies 'i16' by weights of 'i8' into 'i64'; the PE array takes f32 into f32, i8 or ui8 by i8 into i32, and i16 by i16 into i64}}
      %y = linalg.matmul ins(%q, %d : tensor<1x4xi16>, tensor<4x4xi8>) outs(%i : tensor<1x4xi64>) -> tensor<1x4xi64>
      %f = tensor.empty() : tensor<1x4xf32>
      %z = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
          ins(%y : tensor<1x4xi64>) outs(%f : tensor<1x4xf32>) {
      ^bb0(%a: i64, %o: f32):
        %s = arith.sitofp %a : i64 to f32
        linalg.yield %s : f32
      } -> tensor<1x4xf32>
      crania.yield %z : tensor<1x4xf32>
    }
    return %l : tensor<1x4xf32>
  }
}
