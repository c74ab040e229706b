// RUN: crania-opt %s --convert-crania-to-hw | FileCheck %s

// A convolution with padding, bias and relu, and a pooling behind it. The padding joins
// the window of the contraction. Bias and relu are one command, which follows the
// contraction in place and waits for the bias. The pooling waits for all of it. Round 1
// computes with the first cluster, round 2 with both.

// CHECK-LABEL: crania_hw.program @net_program target <"edge"> precision f32 exit <softmax, [0.5]>
// CHECK-SAME:      input <@input.dram : tensor<1x1x4x4xf32>> logits <@logits : tensor<1x2xf32>>
// CHECK-SAME:      image dense_resource<net_program_image> : tensor<192xi8> dram_bytes 128 {
// CHECK-NEXT:      crania_hw.buffer @pooling_nchw_max global_buffer at 128 bytes 8 : f32
// CHECK-NEXT:      crania_hw.buffer @generic global_buffer at 0 bytes 128 : f32
// CHECK-NEXT:      crania_hw.buffer @input global_buffer at 128 bytes 64 : f32
// CHECK-NEXT:      crania_hw.buffer @input.dram dram at 0 bytes 64 : f32
// CHECK-NEXT:      crania_hw.buffer @constant global_buffer at 192 bytes 8 : f32
// CHECK-NEXT:      crania_hw.buffer @constant.image image at 128 bytes 8 : f32
// CHECK-NEXT:      crania_hw.buffer @logits dram at 64 bytes 8 : f32
// CHECK:           crania_hw.weights @conv groups 1 outputs 2 depth 9 tile [2, 9] : f32
// CHECK-SAME:        segments [<cluster 1, encoding "bitmap", at 0, bytes 43, streamed, block_offsets [0, 43], block_tiles [0, 1]>, <cluster 2, encoding "bitmap-free", at 64, bytes 33, streamed, block_offsets [0, 33], block_tiles [0, 1]>]
// CHECK:           crania_hw.round {
// CHECK-NEXT:        %[[LOAD1:[0-9]+]] = crania_hw.copy activations [16] from <@input.dram at 0, strides [1]>
// CHECK-SAME:          to <@input at 0, strides [1]> label "input"
// CHECK-NEXT:        %[[LOAD2:[0-9]+]] = crania_hw.copy parameters [2] from <@constant.image at 0, strides [1]>
// CHECK-SAME:          to <@constant at 0, strides [1]> label "parameters"
// CHECK-NEXT:        crania_hw.fetch @conv clusters [1] streamed tiles 0 to 1 label "conv"
// CHECK-NEXT:        %[[SUM1:[0-9]+]] = crania_hw.contract @conv clusters 1 tiles 0 to 1
// CHECK-SAME:          input <@input at 0, 1x4x4, strides [1, 4, 1]> output <@generic at 0, 2x4x4, strides [16, 4, 1]>
// CHECK-SAME:          kernel [3, 3] stride [1, 1] dilation [1, 1] pad [1, 1] after(%[[LOAD1]]) label "conv"
// CHECK-NEXT:        %[[VECTOR1:[0-9]+]] = crania_hw.vector loops [2, 4, 4]
// CHECK-SAME:          inputs [<@generic at 0, (d0, d1, d2) -> (d0, d1, d2), extents [2, 4, 4], strides [16, 4, 1], padding 0.000000e+00>,
// CHECK-SAME:          <@constant at 0, (d0, d1, d2) -> (d0), extents [2], strides [1], padding 0.000000e+00>]
// CHECK-SAME:          output <@generic at 0, (d0, d1, d2) -> (d0, d1, d2), extents [2, 4, 4], strides [16, 4, 1], padding 0.000000e+00> code {r3 = add f32(r0, r1), r4 = constant f32(0.000000e+00), r5 = max f32(r3, r4)} follows(%[[SUM1]]) after(%[[LOAD2]]) label "conv"
// CHECK-NEXT:        %[[VECTOR2:[0-9]+]] = crania_hw.vector loops [2, 4, 4]
// CHECK-SAME:          inputs [<@generic at 0, (d0, d1, d2) -> (d0, d1, d2), extents [2, 4, 4], strides [16, 4, 1], padding 0.000000e+00>] output <@pooling_nchw_max at 0, (d0, d1, d2) -> (d0), extents [2], strides [1], padding 0.000000e+00> code {r2 = max f32(r1, r0)} reduces from 0xFFF0000000000000 after(%[[VECTOR1]]) label "pooling_nchw_max"
// CHECK-NEXT:        crania_hw.copy activations [2] from <@pooling_nchw_max at 0, strides [1]>
// CHECK-SAME:          to <@logits at 0, strides [1]> after(%[[VECTOR2]]) label "exit"
// CHECK-NEXT:        crania_hw.exit_test @pooling_nchw_max at 0 classes 2 after(%[[VECTOR2]]) label "exit"
// CHECK-NEXT:      }
// CHECK:           crania_hw.round {
// CHECK-NEXT:        %[[LOAD1:[0-9]+]] = crania_hw.copy activations [16] from <@input.dram at 0, strides [1]>
// CHECK-SAME:          to <@input at 0, strides [1]> label "input"
// CHECK-NEXT:        %[[LOAD2:[0-9]+]] = crania_hw.copy parameters [2] from <@constant.image at 0, strides [1]>
// CHECK-SAME:          to <@constant at 0, strides [1]> label "parameters"
// CHECK-NEXT:        crania_hw.fetch @conv clusters [1, 2] streamed tiles 0 to 1 label "conv"
// CHECK-NEXT:        %[[SUM1:[0-9]+]] = crania_hw.contract @conv clusters 2 tiles 0 to 1
// CHECK-SAME:          input <@input at 0, 1x4x4, strides [1, 4, 1]> output <@generic at 0, 2x4x4, strides [16, 4, 1]>
// CHECK-SAME:          kernel [3, 3] stride [1, 1] dilation [1, 1] pad [1, 1] after(%[[LOAD1]]) label "conv"
// CHECK-NEXT:        %[[VECTOR1:[0-9]+]] = crania_hw.vector loops [2, 4, 4]
// CHECK-SAME:          inputs [<@generic at 0, (d0, d1, d2) -> (d0, d1, d2), extents [2, 4, 4], strides [16, 4, 1], padding 0.000000e+00>,
// CHECK-SAME:          <@constant at 0, (d0, d1, d2) -> (d0), extents [2], strides [1], padding 0.000000e+00>]
// CHECK-SAME:          output <@generic at 0, (d0, d1, d2) -> (d0, d1, d2), extents [2, 4, 4], strides [16, 4, 1], padding 0.000000e+00> code {r3 = add f32(r0, r1), r4 = constant f32(0.000000e+00), r5 = max f32(r3, r4)} follows(%[[SUM1]]) after(%[[LOAD2]]) label "conv"
// CHECK-NEXT:        %[[VECTOR2:[0-9]+]] = crania_hw.vector loops [2, 4, 4]
// CHECK-SAME:          inputs [<@generic at 0, (d0, d1, d2) -> (d0, d1, d2), extents [2, 4, 4], strides [16, 4, 1], padding 0.000000e+00>] output <@pooling_nchw_max at 0, (d0, d1, d2) -> (d0), extents [2], strides [1], padding 0.000000e+00> code {r2 = max f32(r1, r0)} reduces from 0xFFF0000000000000 after(%[[VECTOR1]]) label "pooling_nchw_max"
// CHECK-NEXT:        crania_hw.copy activations [2] from <@pooling_nchw_max at 0, strides [1]>
// CHECK-SAME:          to <@logits at 0, strides [1]> after(%[[VECTOR2]]) label "exit"
// CHECK-NEXT:        crania_hw.exit_test @pooling_nchw_max at 0 classes 2 after(%[[VECTOR2]]) label "exit"
// CHECK-NEXT:      }

#nchw = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#plan_conv = #crania.fetch_plan<@conv, [
  <encoding = #crania.bitmap_encoding, bytes = 43, residency = streamed, address = 0>,
  <encoding = #crania.bitmap_encoding<free>, bytes = 33, residency = streamed, address = 64>]>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @conv : !crania.clustered<tensor<2x1x3x3xf32>, clusters = 2>
      scheme #crania.importance
      values dense<1.0> : tensor<2x1x3x3xf32>
      assignment dense<[[[[0, 1, 0], [1, 0, 1], [0, 1, 0]]], [[[0, 1, 0], [1, 0, 1], [0, 1, 0]]]]> : tensor<2x1x3x3xi8>

  func.func @net(%x: tensor<1x1x4x4xf32>) -> tensor<1x2xf32> attributes {crania.classifier} {
    %logits, %exit = crania.iterate upto 2 exit #crania.exit<softmax, [0.5]> plan [#plan_conv] -> tensor<1x2xf32> round(%round) {
      %zero = arith.constant 0.0 : f32
      %bias = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
      %w = crania.get @conv : !crania.clustered<tensor<2x1x3x3xf32>, clusters = 2>
      %d = crania.materialize %w upto %round : !crania.clustered<tensor<2x1x3x3xf32>, clusters = 2>
      %padded = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
      ^bb0(%a: index, %b: index, %c: index, %e: index):
        tensor.yield %zero : f32
      } : tensor<1x1x4x4xf32> to tensor<1x1x6x6xf32>
      %empty = tensor.empty() : tensor<1x2x4x4xf32>
      %init = linalg.broadcast ins(%bias : tensor<2xf32>) outs(%empty : tensor<1x2x4x4xf32>) dimensions = [0, 2, 3]
      %sum = linalg.conv_2d_nchw_fchw {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
          ins(%padded, %d : tensor<1x1x6x6xf32>, tensor<2x1x3x3xf32>) outs(%init : tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
      %relu = linalg.generic {indexing_maps = [#nchw, #nchw], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
          ins(%sum : tensor<1x2x4x4xf32>) outs(%empty : tensor<1x2x4x4xf32>) {
      ^bb0(%in: f32, %out: f32):
        %m = arith.maximumf %in, %zero : f32
        linalg.yield %m : f32
      } -> tensor<1x2x4x4xf32>
      %least = arith.constant 0xFF800000 : f32
      %small = tensor.empty() : tensor<1x2x1x1xf32>
      %start = linalg.fill ins(%least : f32) outs(%small : tensor<1x2x1x1xf32>) -> tensor<1x2x1x1xf32>
      %window = tensor.empty() : tensor<4x4xf32>
      %pooled = linalg.pooling_nchw_max {dilations = dense<1> : tensor<2xi64>, strides = dense<4> : tensor<2xi64>}
          ins(%relu, %window : tensor<1x2x4x4xf32>, tensor<4x4xf32>) outs(%start : tensor<1x2x1x1xf32>) -> tensor<1x2x1x1xf32>
      %l = tensor.collapse_shape %pooled [[0], [1, 2, 3]] : tensor<1x2x1x1xf32> into tensor<1x2xf32>
      crania.yield %l : tensor<1x2xf32>
    }
    return %logits : tensor<1x2xf32>
  }
}
