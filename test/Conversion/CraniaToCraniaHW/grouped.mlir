// RUN: crania-opt %s --convert-crania-to-hw | FileCheck %s

// Padding behind the last row, splitting into groups and joining them again move no data.

// CHECK-LABEL: crania_hw.program @net_program
// CHECK:           crania_hw.weights @conv groups 2 outputs 2 depth 18 tile [2, 18] : f32
// CHECK-SAME:        segments [<cluster 1, encoding "raw", at 0, bytes 288, streamed, block_offsets [0, 288], block_tiles [0, 2]>]
// CHECK:           crania_hw.round {
// CHECK-NEXT:        %[[LOAD1:[0-9]+]] = crania_hw.copy activations [64] from <@input.dram at 0, strides [1]>
// CHECK-SAME:          to <@input at 0, strides [1]> label "input"
// CHECK-NEXT:        crania_hw.fetch @conv clusters [1] streamed tiles 0 to 2 label "conv"
// CHECK-NEXT:        %[[SUM1:[0-9]+]] = crania_hw.contract @conv clusters 1 tiles 0 to 2
// CHECK-SAME:          input <@input at 0, 4x4x4, strides [16, 4, 1]> output <@generic at 0, 4x2x2, strides [4, 2, 1]>
// CHECK-SAME:          kernel [3, 3] stride [2, 2] dilation [1, 1] pad [0, 0] after(%[[LOAD1]]) label "conv"
// CHECK-NEXT:        %[[VECTOR1:[0-9]+]] = crania_hw.vector loops [4, 2, 2]
// CHECK-SAME:          inputs [<@generic at 0, (d0, d1, d2) -> (d0, d1, d2), extents [4, 2, 2], strides [4, 2, 1], padding 0.000000e+00>] output <@generic at 0, (d0, d1, d2) -> (d0, d1, d2), extents [4, 2, 2], strides [4, 2, 1], padding 0.000000e+00> code {r2 = constant f32(0.000000e+00), r3 = max f32(r0, r2)} follows(%[[SUM1]]) label "conv"
// CHECK-NEXT:        crania_hw.copy activations [16] from <@generic at 0, strides [1]>
// CHECK-SAME:          to <@logits at 0, strides [1]> after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:        crania_hw.exit_test @generic at 0 classes 16 after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:      }

#nchw = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
!w = !crania.clustered<tensor<2x2x2x3x3xf32>, clusters = 1>
#plan_conv = #crania.fetch_plan<@conv, [<encoding = #crania.raw_encoding, bytes = 288, residency = streamed, address = 0>]>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @conv : !w scheme #crania.importance values dense<1.0> : tensor<2x2x2x3x3xf32>
      assignment dense<0> : tensor<2x2x2x3x3xi8>

  func.func @net(%x: tensor<1x4x4x4xf32>) -> tensor<1x16xf32> attributes {crania.classifier} {
    %logits, %exit = crania.iterate upto 1 exit #crania.exit<softmax, []> plan [#plan_conv] -> tensor<1x16xf32> round(%round) {
      %zero = arith.constant 0.0 : f32
      %g = crania.get @conv : !w
      %d = crania.materialize %g upto %round : !w
      %padded = tensor.pad %x low[0, 0, 0, 0] high[0, 0, 1, 1] {
      ^bb0(%a: index, %b: index, %c: index, %e: index):
        tensor.yield %zero : f32
      } : tensor<1x4x4x4xf32> to tensor<1x4x5x5xf32>
      %split = tensor.expand_shape %padded [[0], [1, 2], [3], [4]] output_shape [1, 2, 2, 5, 5] : tensor<1x4x5x5xf32> into tensor<1x2x2x5x5xf32>
      %empty = tensor.empty() : tensor<1x2x2x2x2xf32>
      %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x2x2x2x2xf32>) -> tensor<1x2x2x2x2xf32>
      %sum = linalg.conv_2d_ngchw_gfchw {dilations = dense<1> : tensor<2xi64>, strides = dense<2> : tensor<2xi64>}
          ins(%split, %d : tensor<1x2x2x5x5xf32>, tensor<2x2x2x3x3xf32>) outs(%init : tensor<1x2x2x2x2xf32>) -> tensor<1x2x2x2x2xf32>
      %joined = tensor.collapse_shape %sum [[0], [1, 2], [3], [4]] : tensor<1x2x2x2x2xf32> into tensor<1x4x2x2xf32>
      %out = tensor.empty() : tensor<1x4x2x2xf32>
      %relu = linalg.generic {indexing_maps = [#nchw, #nchw], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
          ins(%joined : tensor<1x4x2x2xf32>) outs(%out : tensor<1x4x2x2xf32>) {
      ^bb0(%in: f32, %o: f32):
        %m = arith.maximumf %in, %zero : f32
        linalg.yield %m : f32
      } -> tensor<1x4x2x2xf32>
      %l = tensor.collapse_shape %relu [[0], [1, 2, 3]] : tensor<1x4x2x2xf32> into tensor<1x16xf32>
      crania.yield %l : tensor<1x16xf32>
    }
    return %logits : tensor<1x16xf32>
  }
}
