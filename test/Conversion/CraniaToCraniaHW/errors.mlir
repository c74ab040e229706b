// RUN: crania-opt %s --convert-crania-to-hw --crania-hw-verify-program --split-input-file --verify-diagnostics

func.func @no_target(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  // expected-error @below {{has no target; run crania-attach-target first}}
  %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<1x4xf32> round(%round) {
    crania.yield %x : tensor<1x4xf32>
  }
  return %l : tensor<1x4xf32>
}

// -----

!w = !crania.clustered<tensor<4x4xf32>, clusters = 1>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @w : !w scheme #crania.importance values dense<1.0> : tensor<4x4xf32> assignment dense<0> : tensor<4x4xi8>
  func.func @no_plan(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    // expected-error @below {{has no plan for the weights @w; run crania-assign-layouts, crania-schedule-fetches and crania-place-segments first}}
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<1x4xf32> round(%round) {
      %g = crania.get @w : !w
      %d = crania.materialize %g upto %round : !w
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

!w = !crania.clustered<tensor<4x4xf32>, clusters = 1>
#stale = #crania.segment<layout = #crania.raw_layout, bytes = 60, residency = streamed, address = 0>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @w : !w scheme #crania.importance values dense<1.0> : tensor<4x4xf32> assignment dense<0> : tensor<4x4xi8>
  func.func @stale_plan(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    // expected-error @below {{cluster 1 of the weights @w encodes to 64 bytes, but the plan says 60: the plan is stale}}
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> plan [#crania.fetch_plan<@w, [#stale]>] -> tensor<1x4xf32> round(%round) {
      %g = crania.get @w : !w
      %d = crania.materialize %g upto %round : !w
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

!w = !crania.clustered<tensor<4x4xf32>, clusters = 1>
#open = #crania.segment<layout = #crania.raw_layout, bytes = 64, residency = streamed>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @w : !w scheme #crania.importance values dense<1.0> : tensor<4x4xf32> assignment dense<0> : tensor<4x4xi8>
  func.func @no_address(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    // expected-error @below {{cluster 1 of the weights @w has no address yet; run crania-place-segments}}
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> plan [#crania.fetch_plan<@w, [#open]>] -> tensor<1x4xf32> round(%round) {
      %g = crania.get @w : !w
      %d = crania.materialize %g upto %round : !w
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

#id = affine_map<(d0) -> (d0)>
module attributes {crania.target = #crania.target<"edge">} {
  func.func @no_instruction(%x: tensor<4xf32>) -> tensor<4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      %e = tensor.empty() : tensor<4xf32>
      // expected-error @below {{cannot run on the vector unit: 'math.sin' in its body}}
      %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
          ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
      ^bb0(%in: f32, %out: f32):
        // expected-note @below {{this value}}
        %s = math.sin %in : f32
        linalg.yield %s : f32
      } -> tensor<4xf32>
      crania.yield %y : tensor<4xf32>
    }
    return %l : tensor<4xf32>
  }
}

// -----

#id = affine_map<(d0) -> (d0)>
module attributes {crania.target = #crania.target<"edge">} {
  // expected-note @below {{the first one}}
  func.func @two_inputs(%x: tensor<4xf32>,
      // expected-note @below {{the second one: compute it inside the iteration}}
      %y: tensor<4xf32>) -> tensor<4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      %e = tensor.empty() : tensor<4xf32>
      // expected-error @below {{reads a second tensor from outside the iteration; the machine takes one input}}
      %s = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]}
          ins(%x, %y : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
      ^bb0(%a: f32, %b: f32, %out: f32):
        %sum = arith.addf %a, %b : f32
        linalg.yield %sum : f32
      } -> tensor<4xf32>
      crania.yield %s : tensor<4xf32>
    }
    return %l : tensor<4xf32>
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
  func.func @wrong_precision(%x: tensor<4xf32>) -> tensor<4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      // expected-error @below {{computes in 'i4'; the machine has f32, i8, i16, i32 and i64}}
      %y = arith.fptosi %x : tensor<4xf32> to tensor<4xi4>
      %z = arith.sitofp %y : tensor<4xi4> to tensor<4xf32>
      crania.yield %z : tensor<4xf32>
    }
    return %l : tensor<4xf32>
  }
}

// -----

// Logits are read by the exit unit and stay on chip.
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

!w = !crania.clustered<tensor<4x4xf32>, clusters = 1>
#far = #crania.segment<layout = #crania.raw_layout, bytes = 64, residency = streamed, address = 9223372036854775744>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @w : !w scheme #crania.importance values dense<1.0> : tensor<4x4xf32> assignment dense<0> : tensor<4x4xi8>
  func.func @far_address(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    // expected-error @below {{cluster 1 of the weights @w has the address 9223372036854775744, far behind everything else in the image}}
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> plan [#crania.fetch_plan<@w, [#far]>] -> tensor<1x4xf32> round(%round) {
      %g = crania.get @w : !w
      %d = crania.materialize %g upto %round : !w
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
