// RUN: crania-opt %s --convert-crania-to-hw --split-input-file | FileCheck %s

// An element-wise op that is the only reader of a contraction runs with it: it
// follows the contract command block by block and needs no token for it.

// An op on elements of the same type in the same order overwrites the sums.

// CHECK-LABEL: crania_hw.program @in_place_program
// CHECK:           crania_hw.round {
// CHECK-NEXT:        %[[LOAD1:[0-9]+]] = crania_hw.copy activations [4] from <@input.dram at 0, strides [1]>
// CHECK-SAME:          to <@input at 0, strides [1]> label "input"
// CHECK-NEXT:        crania_hw.fetch @w clusters [1] streamed tiles 0 to 1 label "w"
// CHECK-NEXT:        %[[SUM1:[0-9]+]] = crania_hw.contract @w clusters 1 tiles 0 to 1
// CHECK-SAME:          input <@input at 0, 4x1x1, strides [1, 1, 1]> output <@generic at 0, 4x1x1, strides [1, 1, 1]>
// CHECK-SAME:          kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%[[LOAD1]]) label "w"
// CHECK-NEXT:        %[[VECTOR1:[0-9]+]] = crania_hw.vector loops [4]
// CHECK-SAME:          inputs [<@generic at 0, (d0) -> (d0), extents [4], strides [1], padding 0.000000e+00>]
// CHECK-SAME:          output <@generic at 0, (d0) -> (d0), extents [4], strides [1], padding 0.000000e+00>
// CHECK-SAME:          code {r2 = exp f32(r0)} follows(%[[SUM1]]) label "w"
// CHECK-NEXT:        crania_hw.copy activations [4] from <@generic at 0, strides [1]>
// CHECK-SAME:          to <@logits at 0, strides [1]> after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:        crania_hw.exit_test @generic at 0 classes 4 after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:      }

!w = !crania.clustered<tensor<4x4xf32>, clusters = 1>
#plan = #crania.fetch_plan<@w, [<encoding = #crania.raw_encoding, bytes = 64, residency = streamed, address = 0>]>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @w : !w scheme #crania.importance values dense<1.0> : tensor<4x4xf32> assignment dense<0> : tensor<4x4xi8>
  func.func @in_place(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> plan [#plan] -> tensor<1x4xf32> round(%round) {
      %zero = arith.constant 0.0 : f32
      %g = crania.get @w : !w
      %d = crania.materialize %g upto %round : !w
      %e = tensor.empty() : tensor<1x4xf32>
      %i = linalg.fill ins(%zero : f32) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
      %y = linalg.matmul ins(%x, %d : tensor<1x4xf32>, tensor<4x4xf32>) outs(%i : tensor<1x4xf32>) -> tensor<1x4xf32>
      %z = linalg.exp ins(%y : tensor<1x4xf32>) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
      crania.yield %z : tensor<1x4xf32>
    }
    return %l : tensor<1x4xf32>
  }
}

// -----

// The sums have a second reader, which still needs them. The op writes elsewhere
// and waits for all of them.

// CHECK-LABEL: crania_hw.program @two_readers_program
// CHECK:           crania_hw.round {
// CHECK-NEXT:        %[[LOAD1:[0-9]+]] = crania_hw.copy activations [4] from <@input.dram at 0, strides [1]>
// CHECK-SAME:          to <@input at 0, strides [1]> label "input"
// CHECK-NEXT:        crania_hw.fetch @w clusters [1] streamed tiles 0 to 1 label "w"
// CHECK-NEXT:        %[[SUM1:[0-9]+]] = crania_hw.contract @w clusters 1 tiles 0 to 1
// CHECK-SAME:          input <@input at 0, 4x1x1, strides [1, 1, 1]> output <@concat at 0, 4x1x1, strides [1, 1, 1]>
// CHECK-SAME:          kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%[[LOAD1]]) label "w"
// CHECK-NEXT:        %[[VECTOR1:[0-9]+]] = crania_hw.vector loops [4]
// CHECK-SAME:          inputs [<@concat at 0, (d0) -> (d0), extents [4], strides [1], padding 0.000000e+00>]
// CHECK-SAME:          output <@concat at 4, (d0) -> (d0), extents [4], strides [1], padding 0.000000e+00>
// CHECK-SAME:          code {r2 = exp f32(r0)} after(%[[SUM1]]) label "concat"
// CHECK-NEXT:        crania_hw.copy activations [8] from <@concat at 0, strides [1]>
// CHECK-SAME:          to <@logits at 0, strides [1]> after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:        crania_hw.exit_test @concat at 0 classes 8 after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:      }

!w = !crania.clustered<tensor<4x4xf32>, clusters = 1>
#plan = #crania.fetch_plan<@w, [<encoding = #crania.raw_encoding, bytes = 64, residency = streamed, address = 0>]>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @w : !w scheme #crania.importance values dense<1.0> : tensor<4x4xf32> assignment dense<0> : tensor<4x4xi8>
  func.func @two_readers(%x: tensor<1x4xf32>) -> tensor<1x8xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> plan [#plan] -> tensor<1x8xf32> round(%round) {
      %zero = arith.constant 0.0 : f32
      %g = crania.get @w : !w
      %d = crania.materialize %g upto %round : !w
      %e = tensor.empty() : tensor<1x4xf32>
      %i = linalg.fill ins(%zero : f32) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
      %y = linalg.matmul ins(%x, %d : tensor<1x4xf32>, tensor<4x4xf32>) outs(%i : tensor<1x4xf32>) -> tensor<1x4xf32>
      %z = linalg.exp ins(%y : tensor<1x4xf32>) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
      %c = tensor.concat dim(1) %y, %z : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x8xf32>
      crania.yield %c : tensor<1x8xf32>
    }
    return %l : tensor<1x8xf32>
  }
}

// -----

// A reduction needs all sums of a row before it has a result. It does not follow.

// CHECK-LABEL: crania_hw.program @reduction_program
// CHECK:           crania_hw.round {
// CHECK-NEXT:        %[[LOAD1:[0-9]+]] = crania_hw.copy activations [4] from <@input.dram at 0, strides [1]>
// CHECK-SAME:          to <@input at 0, strides [1]> label "input"
// CHECK-NEXT:        crania_hw.fetch @w clusters [1] streamed tiles 0 to 1 label "w"
// CHECK-NEXT:        %[[SUM1:[0-9]+]] = crania_hw.contract @w clusters 1 tiles 0 to 1
// CHECK-SAME:          input <@input at 0, 4x1x1, strides [1, 1, 1]> output <@matmul at 0, 4x1x1, strides [1, 1, 1]>
// CHECK-SAME:          kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%[[LOAD1]]) label "w"
// CHECK-NEXT:        %[[VECTOR1:[0-9]+]] = crania_hw.vector loops [4]
// CHECK-SAME:          inputs [<@matmul at 0, (d0) -> (d0), extents [4], strides [1], padding 0.000000e+00>]
// CHECK-SAME:          output <@generic at 0, (d0) -> (), extents [], strides [], padding 0.000000e+00>
// CHECK-SAME:          code {r2 = add f32(r0, r1)} reduces from 0.000000e+00 after(%[[SUM1]]) label "generic"
// CHECK-NEXT:        crania_hw.copy activations [1] from <@generic at 0, strides [1]>
// CHECK-SAME:          to <@logits at 0, strides [1]> after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:        crania_hw.exit_test @generic at 0 classes 1 after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:      }

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
!w = !crania.clustered<tensor<4x4xf32>, clusters = 1>
#plan = #crania.fetch_plan<@w, [<encoding = #crania.raw_encoding, bytes = 64, residency = streamed, address = 0>]>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @w : !w scheme #crania.importance values dense<1.0> : tensor<4x4xf32> assignment dense<0> : tensor<4x4xi8>
  func.func @reduction(%x: tensor<1x4xf32>) -> tensor<1xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> plan [#plan] -> tensor<1xf32> round(%round) {
      %zero = arith.constant 0.0 : f32
      %g = crania.get @w : !w
      %d = crania.materialize %g upto %round : !w
      %e = tensor.empty() : tensor<1x4xf32>
      %i = linalg.fill ins(%zero : f32) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
      %y = linalg.matmul ins(%x, %d : tensor<1x4xf32>, tensor<4x4xf32>) outs(%i : tensor<1x4xf32>) -> tensor<1x4xf32>
      %s = tensor.empty() : tensor<1xf32>
      %f = linalg.fill ins(%zero : f32) outs(%s : tensor<1xf32>) -> tensor<1xf32>
      %z = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
          ins(%y : tensor<1x4xf32>) outs(%f : tensor<1xf32>) {
      ^bb0(%in: f32, %out: f32):
        %t = arith.addf %in, %out : f32
        linalg.yield %t : f32
      } -> tensor<1xf32>
      crania.yield %z : tensor<1xf32>
    }
    return %l : tensor<1xf32>
  }
}

// -----

// An op that writes in another order has an output of its own. The sums are private
// to both commands, and rows and columns still correspond, so that it follows.

// CHECK-LABEL: crania_hw.program @transposed_program
// CHECK:           crania_hw.round {
// CHECK-NEXT:        %[[LOAD1:[0-9]+]] = crania_hw.copy activations [15] from <@input.dram at 0, strides [1]>
// CHECK-SAME:          to <@input at 0, strides [1]> label "input"
// CHECK-NEXT:        %[[LOAD2:[0-9]+]] = crania_hw.copy parameters [2] from <@constant.image at 0, strides [1]>
// CHECK-SAME:          to <@constant at 0, strides [1]> label "parameters"
// CHECK-NEXT:        crania_hw.fetch @w clusters [1] streamed tiles 0 to 1 label "w"
// CHECK-NEXT:        %[[SUM1:[0-9]+]] = crania_hw.contract @w clusters 1 tiles 0 to 1
// CHECK-SAME:          input <@input at 0, 1x3x5, strides [1, 5, 1]> output <@conv_2d_nchw_fchw at 0, 2x3x5, strides [15, 5, 1]>
// CHECK-SAME:          kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%[[LOAD1]]) label "w"
// CHECK-NEXT:        %[[VECTOR1:[0-9]+]] = crania_hw.vector loops [2, 3, 5]
// CHECK-SAME:          inputs [<@conv_2d_nchw_fchw at 0, (d0, d1, d2) -> (d0, d1, d2), extents [2, 3, 5], strides [15, 5, 1], padding 0.000000e+00>, <@constant at 0, (d0, d1, d2) -> (d0), extents [2], strides [1], padding 0.000000e+00>] output <@generic at 0, (d0, d1, d2) -> (d1, d2, d0), extents [3, 5, 2], strides [10, 2, 1], padding 0.000000e+00> code {r3 = add f32(r0, r1)} follows(%[[SUM1]]) after(%[[LOAD2]]) label "w"
// CHECK-NEXT:        crania_hw.copy activations [30] from <@generic at 0, strides [1]>
// CHECK-SAME:          to <@logits at 0, strides [1]> after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:        crania_hw.exit_test @generic at 0 classes 30 after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:      }

#nchw = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#c = affine_map<(d0, d1, d2, d3) -> (d1)>
#nhwc = affine_map<(d0, d1, d2, d3) -> (d0, d2, d3, d1)>
!w = !crania.clustered<tensor<2x1x1x1xf32>, clusters = 1>
#plan = #crania.fetch_plan<@w, [<encoding = #crania.raw_encoding, bytes = 8, residency = streamed, address = 0>]>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @w : !w scheme #crania.importance values dense<1.0> : tensor<2x1x1x1xf32> assignment dense<0> : tensor<2x1x1x1xi8>
  func.func @transposed(%x: tensor<1x1x3x5xf32>) -> tensor<1x30xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> plan [#plan] -> tensor<1x30xf32> round(%round) {
      %zero = arith.constant 0.0 : f32
      %bias = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
      %g = crania.get @w : !w
      %d = crania.materialize %g upto %round : !w
      %e = tensor.empty() : tensor<1x2x3x5xf32>
      %i = linalg.fill ins(%zero : f32) outs(%e : tensor<1x2x3x5xf32>) -> tensor<1x2x3x5xf32>
      %y = linalg.conv_2d_nchw_fchw ins(%x, %d : tensor<1x1x3x5xf32>, tensor<2x1x1x1xf32>) outs(%i : tensor<1x2x3x5xf32>) -> tensor<1x2x3x5xf32>
      %t = tensor.empty() : tensor<1x3x5x2xf32>
      %z = linalg.generic {indexing_maps = [#nchw, #c, #nhwc], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
          ins(%y, %bias : tensor<1x2x3x5xf32>, tensor<2xf32>) outs(%t : tensor<1x3x5x2xf32>) {
      ^bb0(%in: f32, %b: f32, %out: f32):
        %s = arith.addf %in, %b : f32
        linalg.yield %s : f32
      } -> tensor<1x3x5x2xf32>
      %f = tensor.collapse_shape %z [[0], [1, 2, 3]] : tensor<1x3x5x2xf32> into tensor<1x30xf32>
      crania.yield %f : tensor<1x30xf32>
    }
    return %l : tensor<1x30xf32>
  }
}
