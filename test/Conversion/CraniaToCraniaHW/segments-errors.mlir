// RUN: crania-opt %s --convert-crania-to-hw --split-input-file --verify-diagnostics

// Plans that are not complete, not right, or out of date.

!w = !crania.clustered<tensor<4x4xf32>, clusters = 1>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @w : !w scheme #crania.importance values dense<1.0> : tensor<4x4xf32> assignment dense<0> : tensor<4x4xi8>
  func.func @no_plan(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    // expected-error @below {{has no plan for the weights @w; run crania-assign-encodings, crania-schedule-fetches and crania-place-segments first}}
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
#open = #crania.segment<encoding = #crania.raw_encoding, bytes = 64, residency = streamed>
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

!w = !crania.clustered<tensor<4x4xf32>, clusters = 1>
#stale = #crania.segment<encoding = #crania.raw_encoding, bytes = 60, residency = streamed, address = 0>
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
#far = #crania.segment<encoding = #crania.raw_encoding, bytes = 64, residency = streamed, address = 9223372036854775744>
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

!w = !crania.clustered<tensor<4x4xf32>, clusters = 1>
#plan = #crania.fetch_plan<@w, [<residency = streamed, address = 0>]>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @w : !w scheme #crania.importance values dense<1.0> : tensor<4x4xf32> assignment dense<0> : tensor<4x4xi8>
  func.func @no_encoding(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    // expected-error @below {{cluster 1 of the weights @w has no encoding yet; run crania-assign-encodings}}
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> plan [#plan] -> tensor<1x4xf32> round(%round) {
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
#plan = #crania.fetch_plan<@w, [<encoding = #crania.raw_encoding, bytes = 64, address = 0>]>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @w : !w scheme #crania.importance values dense<1.0> : tensor<4x4xf32> assignment dense<0> : tensor<4x4xi8>
  func.func @no_residency(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    // expected-error @below {{cluster 1 of the weights @w has no residency yet; run crania-schedule-fetches}}
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> plan [#plan] -> tensor<1x4xf32> round(%round) {
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
#plan = #crania.fetch_plan<@w, [<encoding = #crania.raw_encoding, bytes = 9223372036854775744, residency = streamed, address = 0>]>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @w : !w scheme #crania.importance values dense<1.0> : tensor<4x4xf32> assignment dense<0> : tensor<4x4xi8>
  func.func @too_many_bytes(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    // expected-error @below {{cluster 1 of the weights @w has 9223372036854775744 bytes by the plan, more than any encoding makes of it: the plan is stale, remove it and run crania-assign-encodings again}}
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> plan [#plan] -> tensor<1x4xf32> round(%round) {
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

// An encoding that has a word for each weight has none for the weights of other clusters.

!w = !crania.clustered<tensor<4x4xf32>, clusters = 2>
#plan = #crania.fetch_plan<@w, [<encoding = #crania.raw_encoding, bytes = 64, residency = streamed, address = 0>, <encoding = #crania.raw_encoding, bytes = 64, residency = streamed, address = 64>]>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @w : !w scheme #crania.importance values dense<1.0> : tensor<4x4xf32> assignment dense<[[0, 1, 0, 1], [0, 1, 0, 1], [0, 1, 0, 1], [0, 1, 0, 1]]> : tensor<4x4xi8>
  func.func @no_word(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    // expected-error @below {{cluster 1 of the weights @w cannot be expressed in the encoding 'raw': encoding "raw": the encoding has no word for some of the codes; remove it from the plan and run crania-assign-encodings}}
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> plan [#plan] -> tensor<1x4xf32> round(%round) {
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
