// RUN: crania-opt %s --convert-crania-to-hw --split-input-file | FileCheck %s

// A contraction with clustered weights becomes a fetch and a contract command.
// The operands are planes of channels, rows and columns.

// A matrix product is a plane of one row and one column. Its 20 outputs of depth
// 300 make 2 x 2 tiles of 16 outputs by 256 inputs, each with a block of its own.

// CHECK-LABEL: crania_hw.program @matmul_program
// CHECK:         crania_hw.weights @w groups 1 outputs 20 depth 300 tile [16, 256] : f32 segments
// CHECK-SAME:      [<cluster 1, encoding "raw", at 0, bytes 24000, streamed, block_offsets [0, 16384, 19200, 23296, 24000], block_tiles [0, 1, 2, 3, 4]>]
// CHECK:         crania_hw.round {
// CHECK-NEXT:      %[[LOAD:[0-9]+]] = crania_hw.copy activations [300] from <@input.dram at 0, strides [1]> to <@input at 0, strides [1]> label "input"
// CHECK-NEXT:      crania_hw.fetch @w clusters [1] streamed tiles 0 to 4 label "w"
// CHECK-NEXT:      %[[SUM:[0-9]+]] = crania_hw.contract @w clusters 1 tiles 0 to 4
// CHECK-SAME:        input <@input at 0, 300x1x1, strides [1, 1, 1]> output <@matmul at 0, 20x1x1, strides [1, 1, 1]>
// CHECK-SAME:        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%[[LOAD]]) label "w"
// CHECK-NEXT:      crania_hw.copy activations [20] from <@matmul at 0, strides [1]> to <@logits at 0, strides [1]> after(%[[SUM]]) label "exit"
// CHECK-NEXT:      crania_hw.exit_test @matmul at 0 classes 20 after(%[[SUM]]) label "exit"
// CHECK-NEXT:    }

!w = !crania.clustered<tensor<300x20xf32>, clusters = 1>
#plan = #crania.fetch_plan<@w, [<encoding = #crania.raw_encoding, bytes = 24000, residency = streamed, address = 0>]>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @w : !w scheme #crania.importance values dense<1.0> : tensor<300x20xf32> assignment dense<0> : tensor<300x20xi8>
  func.func @matmul(%x: tensor<1x300xf32>) -> tensor<1x20xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> plan [#plan] -> tensor<1x20xf32> round(%round) {
      %zero = arith.constant 0.0 : f32
      %g = crania.get @w : !w
      %d = crania.materialize %g upto %round : !w
      %e = tensor.empty() : tensor<1x20xf32>
      %i = linalg.fill ins(%zero : f32) outs(%e : tensor<1x20xf32>) -> tensor<1x20xf32>
      %y = linalg.matmul ins(%x, %d : tensor<1x300xf32>, tensor<300x20xf32>) outs(%i : tensor<1x20xf32>) -> tensor<1x20xf32>
      crania.yield %y : tensor<1x20xf32>
    }
    return %l : tensor<1x20xf32>
  }
}

// -----

// Strides and dilations differ per direction. The pads before the first row and
// column are in the command; those behind the last ones follow from the extents.

// CHECK-LABEL: crania_hw.program @convolution_program
// CHECK:         crania_hw.contract @w clusters 1 tiles 0 to 1
// CHECK-SAME:      input <@input at 0, 2x9x7, strides [63, 7, 1]> output <@conv_2d_nchw_fchw at 0, 3x4x4, strides [16, 4, 1]>
// CHECK-SAME:      kernel [3, 2] stride [2, 1] dilation [2, 3] pad [1, 0] after(%{{[0-9]+}}) label "w"

!w = !crania.clustered<tensor<3x2x3x2xf32>, clusters = 1>
#plan = #crania.fetch_plan<@w, [<encoding = #crania.raw_encoding, bytes = 144, residency = streamed, address = 0>]>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @w : !w scheme #crania.importance values dense<1.0> : tensor<3x2x3x2xf32> assignment dense<0> : tensor<3x2x3x2xi8>
  func.func @convolution(%x: tensor<1x2x9x7xf32>) -> tensor<1x48xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> plan [#plan] -> tensor<1x48xf32> round(%round) {
      %zero = arith.constant 0.0 : f32
      %g = crania.get @w : !w
      %d = crania.materialize %g upto %round : !w
      %p = tensor.pad %x low[0, 0, 1, 0] high[0, 0, 1, 0] {
      ^bb0(%a: index, %b: index, %c: index, %f: index):
        tensor.yield %zero : f32
      } : tensor<1x2x9x7xf32> to tensor<1x2x11x7xf32>
      %e = tensor.empty() : tensor<1x3x4x4xf32>
      %i = linalg.fill ins(%zero : f32) outs(%e : tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
      %y = linalg.conv_2d_nchw_fchw {dilations = dense<[2, 3]> : tensor<2xi64>, strides = dense<[2, 1]> : tensor<2xi64>}
          ins(%p, %d : tensor<1x2x11x7xf32>, tensor<3x2x3x2xf32>) outs(%i : tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
      %f = tensor.collapse_shape %y [[0], [1, 2, 3]] : tensor<1x3x4x4xf32> into tensor<1x48xf32>
      crania.yield %f : tensor<1x48xf32>
    }
    return %l : tensor<1x48xf32>
  }
}

// -----

// With channels last, the strides of the planes say so. No data is transposed.

// CHECK-LABEL: crania_hw.program @channels_last_program
// CHECK:         crania_hw.round {
// CHECK-NEXT:      %[[LOAD:[0-9]+]] = crania_hw.copy activations [50] from <@input.dram at 0, strides [1]> to <@input at 0, strides [1]> label "input"
// CHECK-NEXT:      crania_hw.fetch @w clusters [1] streamed tiles 0 to 1 label "w"
// CHECK-NEXT:      %[[SUM:[0-9]+]] = crania_hw.contract @w clusters 1 tiles 0 to 1
// CHECK-SAME:        input <@input at 0, 2x5x5, strides [1, 10, 2]> output <@conv_2d_nhwc_hwcf at 0, 3x4x3, strides [1, 9, 3]>
// CHECK-SAME:        kernel [2, 3] stride [1, 1] dilation [1, 1] pad [0, 0] after(%[[LOAD]]) label "w"
// CHECK-NEXT:      crania_hw.copy activations [36]

!w = !crania.clustered<tensor<2x3x2x3xf32>, clusters = 1>
#plan = #crania.fetch_plan<@w, [<encoding = #crania.raw_encoding, bytes = 144, residency = streamed, address = 0>]>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @w : !w scheme #crania.importance values dense<1.0> : tensor<2x3x2x3xf32> assignment dense<0> : tensor<2x3x2x3xi8>
  func.func @channels_last(%x: tensor<1x5x5x2xf32>) -> tensor<1x36xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> plan [#plan] -> tensor<1x36xf32> round(%round) {
      %zero = arith.constant 0.0 : f32
      %g = crania.get @w : !w
      %d = crania.materialize %g upto %round : !w
      %e = tensor.empty() : tensor<1x4x3x3xf32>
      %i = linalg.fill ins(%zero : f32) outs(%e : tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32>
      %y = linalg.conv_2d_nhwc_hwcf {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
          ins(%x, %d : tensor<1x5x5x2xf32>, tensor<2x3x2x3xf32>) outs(%i : tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32>
      %f = tensor.collapse_shape %y [[0], [1, 2, 3]] : tensor<1x4x3x3xf32> into tensor<1x36xf32>
      crania.yield %f : tensor<1x36xf32>
    }
    return %l : tensor<1x36xf32>
  }
}

// -----

// A depthwise convolution has a group per channel, each of one output. Tiles do
// not cross groups.

// CHECK-LABEL: crania_hw.program @depthwise_program
// CHECK:         crania_hw.weights @w groups 3 outputs 1 depth 4 tile [1, 4] : f32
// CHECK:         crania_hw.fetch @w clusters [1] streamed tiles 0 to 3 label "w"
// CHECK-NEXT:    crania_hw.contract @w clusters 1 tiles 0 to 3
// CHECK-SAME:      input <@input at 0, 3x4x4, strides [16, 4, 1]> output <@depthwise_conv_2d_nchw_chw at 0, 3x3x3, strides [9, 3, 1]>
// CHECK-SAME:      kernel [2, 2] stride [1, 1] dilation [1, 1] pad [0, 0]

!w = !crania.clustered<tensor<3x2x2xf32>, clusters = 1>
#plan = #crania.fetch_plan<@w, [<encoding = #crania.raw_encoding, bytes = 48, residency = streamed, address = 0>]>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @w : !w scheme #crania.importance values dense<1.0> : tensor<3x2x2xf32> assignment dense<0> : tensor<3x2x2xi8>
  func.func @depthwise(%x: tensor<1x3x4x4xf32>) -> tensor<1x27xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> plan [#plan] -> tensor<1x27xf32> round(%round) {
      %zero = arith.constant 0.0 : f32
      %g = crania.get @w : !w
      %d = crania.materialize %g upto %round : !w
      %e = tensor.empty() : tensor<1x3x3x3xf32>
      %i = linalg.fill ins(%zero : f32) outs(%e : tensor<1x3x3x3xf32>) -> tensor<1x3x3x3xf32>
      %y = linalg.depthwise_conv_2d_nchw_chw {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
          ins(%x, %d : tensor<1x3x4x4xf32>, tensor<3x2x2xf32>) outs(%i : tensor<1x3x3x3xf32>) -> tensor<1x3x3x3xf32>
      %f = tensor.collapse_shape %y [[0], [1, 2, 3]] : tensor<1x3x3x3xf32> into tensor<1x27xf32>
      crania.yield %f : tensor<1x27xf32>
    }
    return %l : tensor<1x27xf32>
  }
}
