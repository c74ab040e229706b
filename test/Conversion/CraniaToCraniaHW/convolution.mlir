// RUN: crania-opt %s --crania-assign-layouts=layouts=raw,bitmap,bitmap-free --crania-schedule-fetches="retain=false" --crania-place-segments --convert-crania-to-hw --crania-hw-verify-program | FileCheck %s

// A convolution with padding, bias and ReLU: the padding becomes part of the
// contraction's window, bias and ReLU follow in place, and a pooling comes
// last.

// CHECK-LABEL: func.func @net
// CHECK:         crania_hw.execute @net_program(%{{.*}}) : (tensor<1x1x4x4xf32>) -> (tensor<1x2xf32>, index)
// CHECK-NOT:   crania.weights
// CHECK:       crania_hw.program @net_program target <"edge"> precision f32 exit <softmax, [0.5]>
// CHECK-SAME:    input <@input.dram : tensor<1x1x4x4xf32>> logits <@logits : tensor<1x2xf32>>
// CHECK:         crania_hw.weights @conv groups 1 outputs 2 depth 9 tile [2, 9] : f32 segments
// CHECK-SAME:      <cluster 1, layout "bitmap", at 0, bytes 43, streamed, block_offsets [0, 43], block_tiles [0, 1]>
// CHECK-SAME:      <cluster 2, layout "bitmap-free", at 64, bytes 33, streamed

// Round 1 computes with the first cluster, round 2 with both.
// CHECK:         crania_hw.round
// CHECK:           %[[IN:.*]] = crania_hw.copy activations [16] from <@input.dram at 0, strides [1]> to <@input at 0, strides [1]>
// CHECK:           %[[BIAS:.*]] = crania_hw.copy parameters [2]
// CHECK:           crania_hw.fetch @conv clusters [1] streamed tiles 0 to 1 label "conv"
// CHECK:           %[[C:.*]] = crania_hw.contract @conv clusters 1 tiles 0 to 1
// CHECK-SAME:        input <@input at 0, 1x4x4, strides [1, 4, 1]>
// CHECK-SAME:        output <@generic at 0, 2x4x4, strides [16, 4, 1]>
// CHECK-SAME:        kernel [3, 3] stride [1, 1] dilation [1, 1] pad [1, 1] after(%[[IN]])
// CHECK:           %[[V:.*]] = crania_hw.vector loops [2, 4, 4]
// CHECK-SAME:        code {r3 = add f32(r0, r1), r4 = constant f32(0.000000e+00), r5 = max f32(r3, r4)}
// CHECK-SAME:        follows(%[[C]]) after(%[[BIAS]])
// CHECK:           %[[P:.*]] = crania_hw.vector loops [2, 4, 4]
// CHECK-SAME:        code {r2 = max f32(r1, r0)} reduces from 0xFFF0000000000000 after(%[[V]])
// CHECK:           crania_hw.copy activations [2] {{.*}} to <@logits at 0, strides [1]> after(%[[P]])
// CHECK:           crania_hw.exit_test @pooling_nchw_max at 0 classes 2 after(%[[P]])
// CHECK:         crania_hw.round
// CHECK:           crania_hw.fetch @conv clusters [1, 2] streamed tiles 0 to 1
// CHECK:           crania_hw.contract @conv clusters 2 tiles 0 to 1
// CHECK-NOT:     crania_hw.round

#nchw = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @conv : !crania.clustered<tensor<2x1x3x3xf32>, clusters = 2>
      scheme #crania.importance
      values dense<1.0> : tensor<2x1x3x3xf32>
      assignment dense<[[[[0, 1, 0], [1, 0, 1], [0, 1, 0]]], [[[0, 1, 0], [1, 0, 1], [0, 1, 0]]]]> : tensor<2x1x3x3xi8>

  func.func @net(%x: tensor<1x1x4x4xf32>) -> tensor<1x2xf32> attributes {crania.classifier} {
    %logits, %exit = crania.iterate upto 2 exit #crania.exit<softmax, [0.5]> -> tensor<1x2xf32> round(%round) {
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
