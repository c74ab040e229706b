// RUN: crania-opt %s --convert-crania-to-hw --split-input-file | FileCheck %s

// Ops that only rearrange a tensor move no data if an access can express them.
// Otherwise the tensor is copied once.

// A slice is an offset and strides. A reshaped slice is still one access: rows 1
// and 3 of 6 elements are 12 elements apart.

// CHECK-LABEL: crania_hw.program @views_program
// CHECK:           crania_hw.round {
// CHECK-NEXT:        %[[LOAD1:[0-9]+]] = crania_hw.copy activations [24] from <@input.dram at 0, strides [1]>
// CHECK-SAME:          to <@input at 0, strides [1]> label "input"
// CHECK-NEXT:        %[[VECTOR1:[0-9]+]] = crania_hw.vector loops [2, 3, 2]
// CHECK-SAME:          inputs [<@input at 6, (d0, d1, d2) -> (d0, d1, d2), extents [2, 3, 2], strides [12, 2, 1], padding 0.000000e+00>] output <@generic at 0, (d0, d1, d2) -> (d0, d1, d2), extents [2, 3, 2], strides [6, 2, 1], padding 0.000000e+00> code {r2 = exp f32(r0)} after(%[[LOAD1]]) label "generic"
// CHECK-NEXT:        crania_hw.copy activations [12] from <@generic at 0, strides [1]>
// CHECK-SAME:          to <@logits at 0, strides [1]> after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:        crania_hw.exit_test @generic at 0 classes 12 after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:      }

module attributes {crania.target = #crania.target<"edge">} {
  func.func @views(%x: tensor<4x6xf32>) -> tensor<6x2xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<6x2xf32> round(%round) {
      %s = tensor.extract_slice %x[1, 0] [2, 6] [2, 1] : tensor<4x6xf32> to tensor<2x6xf32>
      %3 = tensor.expand_shape %s [[0], [1, 2]] output_shape [2, 3, 2] : tensor<2x6xf32> into tensor<2x3x2xf32>
      %e = tensor.empty() : tensor<2x3x2xf32>
      %y = linalg.exp ins(%3 : tensor<2x3x2xf32>) outs(%e : tensor<2x3x2xf32>) -> tensor<2x3x2xf32>
      %c = tensor.collapse_shape %y [[0, 1], [2]] : tensor<2x3x2xf32> into tensor<6x2xf32>
      crania.yield %c : tensor<6x2xf32>
    }
    return %l : tensor<6x2xf32>
  }
}

// -----

// Padding is part of an access: indices outside of the extents read 0.5.

// CHECK-LABEL: crania_hw.program @padded_program
// CHECK:           crania_hw.round {
// CHECK-NEXT:        %[[LOAD1:[0-9]+]] = crania_hw.copy activations [6] from <@input.dram at 0, strides [1]>
// CHECK-SAME:          to <@input at 0, strides [1]> label "input"
// CHECK-NEXT:        %[[VECTOR1:[0-9]+]] = crania_hw.vector loops [3, 5]
// CHECK-SAME:          inputs [<@input at 0, (d0, d1) -> (d0 - 1, d1), extents [2, 3], strides [3, 1], padding 5.000000e-01>]
// CHECK-SAME:          output <@generic at 0, (d0, d1) -> (d0, d1), extents [3, 5], strides [5, 1], padding 0.000000e+00>
// CHECK-SAME:          code {r2 = exp f32(r0)} after(%[[LOAD1]]) label "generic"
// CHECK-NEXT:        crania_hw.copy activations [15] from <@generic at 0, strides [1]>
// CHECK-SAME:          to <@logits at 0, strides [1]> after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:        crania_hw.exit_test @generic at 0 classes 15 after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:      }

module attributes {crania.target = #crania.target<"edge">} {
  func.func @padded(%x: tensor<2x3xf32>) -> tensor<3x5xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<3x5xf32> round(%round) {
      %half = arith.constant 0.5 : f32
      %p = tensor.pad %x low[1, 0] high[0, 2] {
      ^bb0(%a: index, %b: index):
        tensor.yield %half : f32
      } : tensor<2x3xf32> to tensor<3x5xf32>
      %e = tensor.empty() : tensor<3x5xf32>
      %y = linalg.exp ins(%p : tensor<3x5xf32>) outs(%e : tensor<3x5xf32>) -> tensor<3x5xf32>
      crania.yield %y : tensor<3x5xf32>
    }
    return %l : tensor<3x5xf32>
  }
}

// -----

// An access has one padding value. The inner padding is copied.

// CHECK-LABEL: crania_hw.program @padded_twice_program
// CHECK:           crania_hw.round {
// CHECK-NEXT:        %[[LOAD1:[0-9]+]] = crania_hw.copy activations [3] from <@input.dram at 0, strides [1]>
// CHECK-SAME:          to <@input at 0, strides [1]> label "input"
// CHECK-NEXT:        %[[VECTOR1:[0-9]+]] = crania_hw.vector loops [4]
// CHECK-SAME:          inputs [<@input at 0, (d0) -> (d0 - 1), extents [3], strides [1], padding 1.000000e+00>]
// CHECK-SAME:          output <@copy at 0, (d0) -> (d0), extents [4], strides [1], padding 0.000000e+00> code {} after(%[[LOAD1]]) label "copy"
// CHECK-NEXT:        %[[VECTOR2:[0-9]+]] = crania_hw.vector loops [6]
// CHECK-SAME:          inputs [<@copy at 0, (d0) -> (d0), extents [4], strides [1], padding 2.000000e+00>]
// CHECK-SAME:          output <@generic at 0, (d0) -> (d0), extents [6], strides [1], padding 0.000000e+00>
// CHECK-SAME:          code {r2 = exp f32(r0)} after(%[[VECTOR1]]) label "generic"
// CHECK-NEXT:        crania_hw.copy activations [6] from <@generic at 0, strides [1]>
// CHECK-SAME:          to <@logits at 0, strides [1]> after(%[[VECTOR2]]) label "exit"
// CHECK-NEXT:        crania_hw.exit_test @generic at 0 classes 6 after(%[[VECTOR2]]) label "exit"
// CHECK-NEXT:      }

module attributes {crania.target = #crania.target<"edge">} {
  func.func @padded_twice(%x: tensor<3xf32>) -> tensor<6xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<6xf32> round(%round) {
      %one = arith.constant 1.0 : f32
      %two = arith.constant 2.0 : f32
      %p = tensor.pad %x low[1] high[0] {
      ^bb0(%a: index):
        tensor.yield %one : f32
      } : tensor<3xf32> to tensor<4xf32>
      %q = tensor.pad %p low[0] high[2] {
      ^bb0(%a: index):
        tensor.yield %two : f32
      } : tensor<4xf32> to tensor<6xf32>
      %e = tensor.empty() : tensor<6xf32>
      %y = linalg.exp ins(%q : tensor<6xf32>) outs(%e : tensor<6xf32>) -> tensor<6xf32>
      crania.yield %y : tensor<6xf32>
    }
    return %l : tensor<6xf32>
  }
}

// -----

// Rows of 3 out of 4 elements are not one row of 6.

// CHECK-LABEL: crania_hw.program @collapsed_program
// CHECK:           crania_hw.round {
// CHECK-NEXT:        %[[LOAD1:[0-9]+]] = crania_hw.copy activations [8] from <@input.dram at 0, strides [1]>
// CHECK-SAME:          to <@input at 0, strides [1]> label "input"
// CHECK-NEXT:        %[[VECTOR1:[0-9]+]] = crania_hw.vector loops [2, 3]
// CHECK-SAME:          inputs [<@input at 1, (d0, d1) -> (d0, d1), extents [2, 3], strides [4, 1], padding 0.000000e+00>]
// CHECK-SAME:          output <@copy at 0, (d0, d1) -> (d0, d1), extents [2, 3], strides [3, 1], padding 0.000000e+00>
// CHECK-SAME:          code {} after(%[[LOAD1]]) label "copy"
// CHECK-NEXT:        %[[VECTOR2:[0-9]+]] = crania_hw.vector loops [6]
// CHECK-SAME:          inputs [<@copy at 0, (d0) -> (d0), extents [6], strides [1], padding 0.000000e+00>]
// CHECK-SAME:          output <@generic at 0, (d0) -> (d0), extents [6], strides [1], padding 0.000000e+00>
// CHECK-SAME:          code {r2 = exp f32(r0)} after(%[[VECTOR1]]) label "generic"
// CHECK-NEXT:        crania_hw.copy activations [6] from <@generic at 0, strides [1]>
// CHECK-SAME:          to <@logits at 0, strides [1]> after(%[[VECTOR2]]) label "exit"
// CHECK-NEXT:        crania_hw.exit_test @generic at 0 classes 6 after(%[[VECTOR2]]) label "exit"
// CHECK-NEXT:      }

module attributes {crania.target = #crania.target<"edge">} {
  func.func @collapsed(%x: tensor<2x4xf32>) -> tensor<6xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<6xf32> round(%round) {
      %s = tensor.extract_slice %x[0, 1] [2, 3] [1, 1] : tensor<2x4xf32> to tensor<2x3xf32>
      %c = tensor.collapse_shape %s [[0, 1]] : tensor<2x3xf32> into tensor<6xf32>
      %e = tensor.empty() : tensor<6xf32>
      %y = linalg.exp ins(%c : tensor<6xf32>) outs(%e : tensor<6xf32>) -> tensor<6xf32>
      crania.yield %y : tensor<6xf32>
    }
    return %l : tensor<6xf32>
  }
}

// -----

// An operand of a concatenation is computed in its slice. The input and the constant
// are copied there. The constant is a splat: one element with stride 0.

// CHECK-LABEL: crania_hw.program @joined_program
// CHECK:           crania_hw.round {
// CHECK-NEXT:        %[[LOAD1:[0-9]+]] = crania_hw.copy activations [4] from <@input.dram at 0, strides [1]>
// CHECK-SAME:          to <@input at 0, strides [1]> label "input"
// CHECK-NEXT:        %[[VECTOR1:[0-9]+]] = crania_hw.vector loops [2, 2]
// CHECK-SAME:          inputs [<@input at 0, (d0, d1) -> (d0, d1), extents [2, 2], strides [2, 1], padding 0.000000e+00>]
// CHECK-SAME:          output <@concat at 3, (d0, d1) -> (d0, d1), extents [2, 2], strides [5, 1], padding 0.000000e+00>
// CHECK-SAME:          code {r2 = exp f32(r0)} after(%[[LOAD1]]) label "concat"
// CHECK-NEXT:        %[[VECTOR2:[0-9]+]] = crania_hw.vector loops [2, 2]
// CHECK-SAME:          inputs [<@input at 0, (d0, d1) -> (d0, d1), extents [2, 2], strides [2, 1], padding 0.000000e+00>]
// CHECK-SAME:          output <@concat at 0, (d0, d1) -> (d0, d1), extents [2, 2], strides [5, 1], padding 0.000000e+00>
// CHECK-SAME:          code {} after(%[[VECTOR1]]) label "concat"
// CHECK-NEXT:        %[[LOAD2:[0-9]+]] = crania_hw.copy parameters [1] from <@constant.image at 0, strides [1]>
// CHECK-SAME:          to <@constant at 0, strides [1]> after(%[[VECTOR2]]) label "parameters"
// CHECK-NEXT:        %[[VECTOR3:[0-9]+]] = crania_hw.vector loops [2]
// CHECK-SAME:          inputs [<@constant at 0, (d0) -> (d0), extents [2], strides [0], padding 0.000000e+00>]
// CHECK-SAME:          output <@concat at 2, (d0) -> (d0), extents [2], strides [5], padding 0.000000e+00>
// CHECK-SAME:          code {} after(%[[LOAD2]]) label "concat"
// CHECK-NEXT:        crania_hw.copy activations [10] from <@concat at 0, strides [1]>
// CHECK-SAME:          to <@logits at 0, strides [1]> after(%[[VECTOR3]]) label "exit"
// CHECK-NEXT:        crania_hw.exit_test @concat at 0 classes 10 after(%[[VECTOR3]]) label "exit"
// CHECK-NEXT:      }

module attributes {crania.target = #crania.target<"edge">} {
  func.func @joined(%x: tensor<2x2xf32>) -> tensor<2x5xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<2x5xf32> round(%round) {
      %e = tensor.empty() : tensor<2x2xf32>
      %y = linalg.exp ins(%x : tensor<2x2xf32>) outs(%e : tensor<2x2xf32>) -> tensor<2x2xf32>
      %ones = arith.constant dense<1.0> : tensor<2x1xf32>
      %c = tensor.concat dim(1) %x, %ones, %y : (tensor<2x2xf32>, tensor<2x1xf32>, tensor<2x2xf32>) -> tensor<2x5xf32>
      crania.yield %c : tensor<2x5xf32>
    }
    return %l : tensor<2x5xf32>
  }
}
