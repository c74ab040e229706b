// RUN: crania-opt %s --convert-crania-to-hw --split-input-file | FileCheck %s

// Bands whose windows fit twice have two sets of windows, which take turns. The next
// band is loaded before the current one is computed, and a band waits for its own load only. A
// set is loaded again when the band before last has been computed in it.

// CHECK-LABEL: crania_hw.program @turns_program
// CHECK:           crania_hw.buffer @reduce global_buffer at 4096 bytes 8 : f32
// CHECK-NEXT:      crania_hw.buffer @conv_2d_nchw_fchw.dram dram at 0 bytes 8192 : f32
// CHECK-NEXT:      crania_hw.buffer @input.dram dram at 8192 bytes 8192 : f32
// CHECK-NEXT:      crania_hw.buffer @conv.windows global_buffer at 0 bytes 6144 : f32
// CHECK-NEXT:      crania_hw.buffer @reduce.windows global_buffer at 0 bytes 4096 : f32
// CHECK-NEXT:      crania_hw.buffer @logits dram at 16384 bytes 8 : f32
// CHECK:           crania_hw.round {
// CHECK-NEXT:        %[[LOAD1:[0-9]+]] = crania_hw.copy activations [2, 192] from <@input.dram at 0, strides [1024, 1]>
// CHECK-SAME:          to <@conv.windows at 0, strides [192, 1]> label "conv"
// CHECK-NEXT:        %[[LOAD2:[0-9]+]] = crania_hw.copy activations [2, 208] from <@input.dram at 160, strides [1024, 1]>
// CHECK-SAME:          to <@conv.windows at 768, strides [208, 1]> label "conv"
// CHECK-NEXT:        crania_hw.fetch @conv clusters [1] streamed tiles 0 to 1 label "conv"
// CHECK-NEXT:        %[[SUM1:[0-9]+]] = crania_hw.contract @conv clusters 1 tiles 0 to 1
// CHECK-SAME:          input <@conv.windows at 0, 2x12x16, strides [192, 16, 1]>
// CHECK-SAME:          output <@conv.windows at 416, 2x11x16, strides [176, 16, 1]>
// CHECK-SAME:          kernel [3, 3] stride [1, 1] dilation [1, 1] pad [1, 1] after(%[[LOAD1]]) label "conv"
// CHECK-NEXT:        %[[STORE1:[0-9]+]] = crania_hw.copy activations [2, 176] from <@conv.windows at 416, strides [176, 1]>
// CHECK-SAME:          to <@conv_2d_nchw_fchw.dram at 0, strides [1024, 1]> after(%[[SUM1]]) label "conv"
// CHECK-NEXT:        %[[LOAD3:[0-9]+]] = crania_hw.copy activations [2, 208] from <@input.dram at 336, strides [1024, 1]>
// CHECK-SAME:          to <@conv.windows at 0, strides [208, 1]> after(%[[SUM1]]) label "conv"
// CHECK-NEXT:        crania_hw.fetch @conv clusters [1] streamed tiles 0 to 1 label "conv"
// CHECK-NEXT:        %[[SUM2:[0-9]+]] = crania_hw.contract @conv clusters 1 tiles 0 to 1
// CHECK-SAME:          input <@conv.windows at 768, 2x13x16, strides [208, 16, 1]>
// CHECK-SAME:          output <@conv.windows at 1184, 2x11x16, strides [176, 16, 1]>
// CHECK-SAME:          kernel [3, 3] stride [1, 1] dilation [1, 1] pad [0, 1] after(%[[LOAD2]]) label "conv"
// CHECK-NEXT:        %[[STORE2:[0-9]+]] = crania_hw.copy activations [2, 176] from <@conv.windows at 1184, strides [176, 1]>
// CHECK-SAME:          to <@conv_2d_nchw_fchw.dram at 176, strides [1024, 1]> after(%[[STORE1]], %[[SUM2]]) label "conv"
// CHECK-NEXT:        %[[LOAD4:[0-9]+]] = crania_hw.copy activations [2, 208] from <@input.dram at 512, strides [1024, 1]>
// CHECK-SAME:          to <@conv.windows at 768, strides [208, 1]> after(%[[SUM2]]) label "conv"
// CHECK-NEXT:        crania_hw.fetch @conv clusters [1] streamed tiles 0 to 1 label "conv"
// CHECK-NEXT:        %[[SUM3:[0-9]+]] = crania_hw.contract @conv clusters 1 tiles 0 to 1
// CHECK-SAME:          input <@conv.windows at 0, 2x13x16, strides [208, 16, 1]>
// CHECK-SAME:          output <@conv.windows at 416, 2x11x16, strides [176, 16, 1]>
// CHECK-SAME:          kernel [3, 3] stride [1, 1] dilation [1, 1] pad [0, 1] after(%[[STORE1]], %[[LOAD3]]) label "conv"
// CHECK-NEXT:        %[[STORE3:[0-9]+]] = crania_hw.copy activations [2, 176] from <@conv.windows at 416, strides [176, 1]>
// CHECK-SAME:          to <@conv_2d_nchw_fchw.dram at 352, strides [1024, 1]> after(%[[STORE2]], %[[SUM3]]) label "conv"
// CHECK-NEXT:        %[[LOAD5:[0-9]+]] = crania_hw.copy activations [2, 208] from <@input.dram at 688, strides [1024, 1]>
// CHECK-SAME:          to <@conv.windows at 0, strides [208, 1]> after(%[[SUM3]]) label "conv"
// CHECK-NEXT:        crania_hw.fetch @conv clusters [1] streamed tiles 0 to 1 label "conv"
// CHECK-NEXT:        %[[SUM4:[0-9]+]] = crania_hw.contract @conv clusters 1 tiles 0 to 1
// CHECK-SAME:          input <@conv.windows at 768, 2x13x16, strides [208, 16, 1]>
// CHECK-SAME:          output <@conv.windows at 1184, 2x11x16, strides [176, 16, 1]>
// CHECK-SAME:          kernel [3, 3] stride [1, 1] dilation [1, 1] pad [0, 1] after(%[[STORE2]], %[[LOAD4]]) label "conv"
// CHECK-NEXT:        %[[STORE4:[0-9]+]] = crania_hw.copy activations [2, 176] from <@conv.windows at 1184, strides [176, 1]>
// CHECK-SAME:          to <@conv_2d_nchw_fchw.dram at 528, strides [1024, 1]> after(%[[STORE3]], %[[SUM4]]) label "conv"
// CHECK-NEXT:        %[[LOAD6:[0-9]+]] = crania_hw.copy activations [2, 160] from <@input.dram at 864, strides [1024, 1]>
// CHECK-SAME:          to <@conv.windows at 768, strides [160, 1]> after(%[[SUM4]]) label "conv"
// CHECK-NEXT:        crania_hw.fetch @conv clusters [1] streamed tiles 0 to 1 label "conv"
// CHECK-NEXT:        %[[SUM5:[0-9]+]] = crania_hw.contract @conv clusters 1 tiles 0 to 1
// CHECK-SAME:          input <@conv.windows at 0, 2x13x16, strides [208, 16, 1]>
// CHECK-SAME:          output <@conv.windows at 416, 2x11x16, strides [176, 16, 1]>
// CHECK-SAME:          kernel [3, 3] stride [1, 1] dilation [1, 1] pad [0, 1] after(%[[STORE3]], %[[LOAD5]]) label "conv"
// CHECK-NEXT:        %[[STORE5:[0-9]+]] = crania_hw.copy activations [2, 176] from <@conv.windows at 416, strides [176, 1]>
// CHECK-SAME:          to <@conv_2d_nchw_fchw.dram at 704, strides [1024, 1]> after(%[[STORE4]], %[[SUM5]]) label "conv"
// CHECK-NEXT:        crania_hw.fetch @conv clusters [1] streamed tiles 0 to 1 label "conv"
// CHECK-NEXT:        %[[SUM6:[0-9]+]] = crania_hw.contract @conv clusters 1 tiles 0 to 1
// CHECK-SAME:          input <@conv.windows at 768, 2x10x16, strides [160, 16, 1]>
// CHECK-SAME:          output <@conv.windows at 1184, 2x9x16, strides [144, 16, 1]>
// CHECK-SAME:          kernel [3, 3] stride [1, 1] dilation [1, 1] pad [0, 1] after(%[[STORE4]], %[[LOAD6]]) label "conv"
// CHECK-NEXT:        %[[STORE6:[0-9]+]] = crania_hw.copy activations [2, 144] from <@conv.windows at 1184, strides [144, 1]>
// CHECK-SAME:          to <@conv_2d_nchw_fchw.dram at 880, strides [1024, 1]> after(%[[STORE5]], %[[SUM6]]) label "conv"
// CHECK-NEXT:        %[[LOAD7:[0-9]+]] = crania_hw.copy activations [1024] from <@conv_2d_nchw_fchw.dram at 0, strides [1]>
// CHECK-SAME:          to <@reduce.windows at 0, strides [1]> after(%[[STORE6]]) label "reduce"
// CHECK-NEXT:        %[[VECTOR1:[0-9]+]] = crania_hw.vector loops [1, 64, 16]
// CHECK-SAME:          inputs [<@reduce.windows at 0, (d0, d1, d2) -> (d0, d1, d2), extents [1, 64, 16], strides [1024, 16, 1], padding 0.000000e+00>] output <@reduce at 0, (d0, d1, d2) -> (d0), extents [1], strides [1], padding 0.000000e+00> code {r2 = add f32(r0, r1)} reduces from 0.000000e+00 after(%[[LOAD7]]) label "reduce"
// CHECK-NEXT:        %[[LOAD8:[0-9]+]] = crania_hw.copy activations [1024] from <@conv_2d_nchw_fchw.dram at 1024, strides [1]>
// CHECK-SAME:          to <@reduce.windows at 0, strides [1]> after(%[[VECTOR1]]) label "reduce"
// CHECK-NEXT:        %[[VECTOR2:[0-9]+]] = crania_hw.vector loops [1, 64, 16]
// CHECK-SAME:          inputs [<@reduce.windows at 0, (d0, d1, d2) -> (d0, d1, d2), extents [1, 64, 16], strides [1024, 16, 1], padding 0.000000e+00>] output <@reduce at 1, (d0, d1, d2) -> (d0), extents [1], strides [1], padding 0.000000e+00> code {r2 = add f32(r0, r1)} reduces from 0.000000e+00 after(%[[LOAD8]]) label "reduce"
// CHECK-NEXT:        crania_hw.copy activations [2] from <@reduce at 0, strides [1]>
// CHECK-SAME:          to <@logits at 0, strides [1]> after(%[[VECTOR2]]) label "exit"
// CHECK-NEXT:        crania_hw.exit_test @reduce at 0 classes 2 after(%[[VECTOR2]]) label "exit"
// CHECK-NEXT:      }

!w = !crania.clustered<tensor<2x2x3x3xf32>, clusters = 1>
#plan = #crania.fetch_plan<@conv, [<encoding = #crania.raw_encoding, bytes = 144, residency = streamed, address = 0>]>
module attributes {crania.target = #crania.target<"small", "{\"global_buffer\": {\"bytes\": 6144}}">} {
  crania.weights @conv : !w scheme #crania.importance values dense<1.0> : tensor<2x2x3x3xf32> assignment dense<0> : tensor<2x2x3x3xi8>
  func.func @turns(%x: tensor<1x2x64x16xf32>) -> tensor<1x2xf32> {
    %logits, %exit = crania.iterate upto 1 exit #crania.exit<softmax, []> plan [#plan] -> tensor<1x2xf32> round(%round) {
      %zero = arith.constant 0.0 : f32
      %w = crania.get @conv : !w
      %d = crania.materialize %w upto %round : !w
      %padded = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
      ^bb0(%a: index, %b: index, %c: index, %e: index):
        tensor.yield %zero : f32
      } : tensor<1x2x64x16xf32> to tensor<1x2x66x18xf32>
      %empty = tensor.empty() : tensor<1x2x64x16xf32>
      %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x2x64x16xf32>) -> tensor<1x2x64x16xf32>
      %sum = linalg.conv_2d_nchw_fchw ins(%padded, %d : tensor<1x2x66x18xf32>, tensor<2x2x3x3xf32>) outs(%init : tensor<1x2x64x16xf32>) -> tensor<1x2x64x16xf32>
      %small = tensor.empty() : tensor<1x2xf32>
      %start = linalg.fill ins(%zero : f32) outs(%small : tensor<1x2xf32>) -> tensor<1x2xf32>
      %l = linalg.reduce ins(%sum : tensor<1x2x64x16xf32>) outs(%start : tensor<1x2xf32>) dimensions = [2, 3]
        (%in: f32, %out: f32) {
          %s = arith.addf %in, %out : f32
          linalg.yield %s : f32
        }
      crania.yield %l : tensor<1x2xf32>
    }
    return %logits : tensor<1x2xf32>
  }
}
