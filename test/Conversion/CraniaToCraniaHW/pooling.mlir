// RUN: crania-opt %s --convert-crania-to-hw --split-input-file | FileCheck %s

// Poolings are reductions of the vector unit. They have a loop per dimension of the
// output and of the window; loops of one iteration are dropped.

// The padding becomes a start before the first row and column and a value for what
// is outside. The maximum starts from its neutral element.

// CHECK-LABEL: crania_hw.program @maximum_program
// CHECK:           crania_hw.round {
// CHECK-NEXT:        %[[LOAD1:[0-9]+]] = crania_hw.copy activations [50] from <@input.dram at 0, strides [1]>
// CHECK-SAME:          to <@input at 0, strides [1]> label "input"
// CHECK-NEXT:        %[[VECTOR1:[0-9]+]] = crania_hw.vector loops [2, 3, 3, 3, 3]
// CHECK-SAME:          inputs [<@input at 0, (d0, d1, d2, d3, d4) -> (d0, d1 * 2 + d3 - 1, d2 * 2 + d4 - 1), extents [2, 5, 5], strides [25, 5, 1], padding 0xFFF0000000000000>] output <@pooling_nchw_max at 0, (d0, d1, d2, d3, d4) -> (d0, d1, d2), extents [2, 3, 3], strides [9, 3, 1], padding 0.000000e+00> code {r2 = max f32(r1, r0)} reduces from 0xFFF0000000000000 after(%[[LOAD1]]) label "pooling_nchw_max"
// CHECK-NEXT:        crania_hw.copy activations [18] from <@pooling_nchw_max at 0, strides [1]>
// CHECK-SAME:          to <@logits at 0, strides [1]> after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:        crania_hw.exit_test @pooling_nchw_max at 0 classes 18 after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:      }

module attributes {crania.target = #crania.target<"edge">} {
  func.func @maximum(%x: tensor<1x2x5x5xf32>) -> tensor<1x18xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<1x18xf32> round(%round) {
      %least = arith.constant 0xFF800000 : f32
      %p = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
      ^bb0(%a: index, %b: index, %c: index, %f: index):
        tensor.yield %least : f32
      } : tensor<1x2x5x5xf32> to tensor<1x2x7x7xf32>
      %e = tensor.empty() : tensor<1x2x3x3xf32>
      %i = linalg.fill ins(%least : f32) outs(%e : tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>
      %k = tensor.empty() : tensor<3x3xf32>
      %y = linalg.pooling_nchw_max {dilations = dense<1> : tensor<2xi64>, strides = dense<2> : tensor<2xi64>}
          ins(%p, %k : tensor<1x2x7x7xf32>, tensor<3x3xf32>) outs(%i : tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>
      %f = tensor.collapse_shape %y [[0], [1, 2, 3]] : tensor<1x2x3x3xf32> into tensor<1x18xf32>
      crania.yield %f : tensor<1x18xf32>
    }
    return %l : tensor<1x18xf32>
  }
}

// -----

// An average is a sum and a product. The product overwrites the sum.

// CHECK-LABEL: crania_hw.program @average_program
// CHECK:           crania_hw.round {
// CHECK-NEXT:        %[[LOAD1:[0-9]+]] = crania_hw.copy activations [32] from <@input.dram at 0, strides [1]>
// CHECK-SAME:          to <@input at 0, strides [1]> label "input"
// CHECK-NEXT:        %[[VECTOR1:[0-9]+]] = crania_hw.vector loops [2, 2, 2, 2, 2]
// CHECK-SAME:          inputs [<@input at 0, (d0, d1, d2, d3, d4) -> (d0, d1 * 2 + d3, d2 * 2 + d4), extents [2, 4, 4], strides [16, 4, 1], padding 0.000000e+00>] output <@generic at 0, (d0, d1, d2, d3, d4) -> (d0, d1, d2), extents [2, 2, 2], strides [4, 2, 1], padding 0.000000e+00> code {r2 = add f32(r1, r0)} reduces from 0.000000e+00 after(%[[LOAD1]]) label "generic"
// CHECK-NEXT:        %[[VECTOR2:[0-9]+]] = crania_hw.vector loops [2, 2, 2]
// CHECK-SAME:          inputs [<@generic at 0, (d0, d1, d2) -> (d0, d1, d2), extents [2, 2, 2], strides [4, 2, 1], padding 0.000000e+00>] output <@generic at 0, (d0, d1, d2) -> (d0, d1, d2), extents [2, 2, 2], strides [4, 2, 1], padding 0.000000e+00> code {r2 = constant f32(2.500000e-01), r3 = mul f32(r0, r2)} after(%[[VECTOR1]]) label "generic"
// CHECK-NEXT:        crania_hw.copy activations [8] from <@generic at 0, strides [1]>
// CHECK-SAME:          to <@logits at 0, strides [1]> after(%[[VECTOR2]]) label "exit"
// CHECK-NEXT:        crania_hw.exit_test @generic at 0 classes 8 after(%[[VECTOR2]]) label "exit"
// CHECK-NEXT:      }

#nchw = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
module attributes {crania.target = #crania.target<"edge">} {
  func.func @average(%x: tensor<1x2x4x4xf32>) -> tensor<1x8xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<1x8xf32> round(%round) {
      %zero = arith.constant 0.0 : f32
      %quarter = arith.constant 0.25 : f32
      %e = tensor.empty() : tensor<1x2x2x2xf32>
      %i = linalg.fill ins(%zero : f32) outs(%e : tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
      %k = tensor.empty() : tensor<2x2xf32>
      %y = linalg.pooling_nchw_sum {dilations = dense<1> : tensor<2xi64>, strides = dense<2> : tensor<2xi64>}
          ins(%x, %k : tensor<1x2x4x4xf32>, tensor<2x2xf32>) outs(%i : tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
      %z = linalg.generic {indexing_maps = [#nchw, #nchw], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
          ins(%y : tensor<1x2x2x2xf32>) outs(%e : tensor<1x2x2x2xf32>) {
      ^bb0(%in: f32, %out: f32):
        %m = arith.mulf %in, %quarter : f32
        linalg.yield %m : f32
      } -> tensor<1x2x2x2xf32>
      %f = tensor.collapse_shape %z [[0], [1, 2, 3]] : tensor<1x2x2x2xf32> into tensor<1x8xf32>
      crania.yield %f : tensor<1x8xf32>
    }
    return %l : tensor<1x8xf32>
  }
}

// -----

// A reduction that starts from a tensor reads its output: the tensor is copied there
// first.

// CHECK-LABEL: crania_hw.program @started_program
// CHECK:           crania_hw.round {
// CHECK-NEXT:        %[[LOAD1:[0-9]+]] = crania_hw.copy parameters [2] from <@constant.image at 0, strides [1]>
// CHECK-SAME:          to <@constant at 0, strides [1]> label "parameters"
// CHECK-NEXT:        %[[VECTOR1:[0-9]+]] = crania_hw.vector loops [2]
// CHECK-SAME:          inputs [<@constant at 0, (d0) -> (d0), extents [2], strides [1], padding 0.000000e+00>]
// CHECK-SAME:          output <@generic at 0, (d0) -> (d0), extents [2], strides [1], padding 0.000000e+00>
// CHECK-SAME:          code {} after(%[[LOAD1]]) label "generic"
// CHECK-NEXT:        %[[LOAD2:[0-9]+]] = crania_hw.copy activations [8] from <@input.dram at 0, strides [1]>
// CHECK-SAME:          to <@input at 0, strides [1]> after(%[[VECTOR1]]) label "input"
// CHECK-NEXT:        %[[VECTOR2:[0-9]+]] = crania_hw.vector loops [2, 4]
// CHECK-SAME:          inputs [<@input at 0, (d0, d1) -> (d0, d1), extents [2, 4], strides [4, 1], padding 0.000000e+00>]
// CHECK-SAME:          output <@generic at 0, (d0, d1) -> (d0), extents [2], strides [1], padding 0.000000e+00>
// CHECK-SAME:          code {r2 = max f32(r0, r1)} reduces after(%[[LOAD2]]) label "generic"
// CHECK-NEXT:        crania_hw.copy activations [2] from <@generic at 0, strides [1]>
// CHECK-SAME:          to <@logits at 0, strides [1]> after(%[[VECTOR2]]) label "exit"
// CHECK-NEXT:        crania_hw.exit_test @generic at 0 classes 2 after(%[[VECTOR2]]) label "exit"
// CHECK-NEXT:      }

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
module attributes {crania.target = #crania.target<"edge">} {
  func.func @started(%x: tensor<2x4xf32>) -> tensor<2xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<2xf32> round(%round) {
      %start = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
      %y = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
          ins(%x : tensor<2x4xf32>) outs(%start : tensor<2xf32>) {
      ^bb0(%in: f32, %out: f32):
        %m = arith.maximumf %in, %out : f32
        linalg.yield %m : f32
      } -> tensor<2xf32>
      crania.yield %y : tensor<2xf32>
    }
    return %l : tensor<2xf32>
  }
}
