// RUN: crania-opt %s --convert-crania-to-hw --split-input-file | FileCheck %s
// RUN: crania-opt %s --convert-crania-to-hw --split-input-file --remarks-filter=crania-memory --remark-policy=all 2>&1 >/dev/null \
// RUN:     | FileCheck %s --check-prefix=REMARK

// A layer whose tensors do not fit into the global buffer together runs in bands of
// rows. The tensors stay in DRAM, and each band has windows on chip.

// REMARK: remark: [Missed] buffer-spilled | Category:crania-memory | bytes=2048, tensor=conv_2d_nchw_fchw
// REMARK: remark: [Missed] buffer-spilled | Category:crania-memory | bytes=2048, tensor=input
// REMARK: remark: [Analysis] global-buffer-peak | Category:crania-memory | bytes=1032, bytes_without_spills=4096, capacity=2048
// REMARK: remark: [Analysis] layer-in-bands | Category:crania-memory | bands=3, bytes=1792, layer=conv, sets=1
// REMARK: remark: [Analysis] layer-in-bands | Category:crania-memory | bands=2, bytes=1024, layer=reduce, sets=1

// An input of 2 KB and a result of 2 KB in a global buffer of 2 KB: bands of 6, 6 and 4
// rows. Each band loads the rows that it needs, one above and one below included. Only the
// first band has padding above: its command has a pad of 1 before the first row, that of the
// others is 0. All bands have padding on the left. One set of windows is
// enough: a band is loaded when the band before is computed. Streamed weights are
// fetched once per band. The sum runs channel by channel.

// CHECK-LABEL: crania_hw.program @streamed_program
// CHECK:           crania_hw.buffer @reduce global_buffer at 1024 bytes 8 : f32
// CHECK-NEXT:      crania_hw.buffer @conv_2d_nchw_fchw.dram dram at 0 bytes 2048 : f32
// CHECK-NEXT:      crania_hw.buffer @input.dram dram at 2048 bytes 2048 : f32
// CHECK-NEXT:      crania_hw.buffer @conv.windows global_buffer at 0 bytes 1792 : f32
// CHECK-NEXT:      crania_hw.buffer @reduce.windows global_buffer at 0 bytes 1024 : f32
// CHECK-NEXT:      crania_hw.buffer @logits dram at 4096 bytes 8 : f32
// CHECK:           crania_hw.round {
// CHECK-NEXT:        %[[LOAD1:[0-9]+]] = crania_hw.copy activations [2, 112] from <@input.dram at 0, strides [256, 1]>
// CHECK-SAME:          to <@conv.windows at 0, strides [112, 1]> label "conv"
// CHECK-NEXT:        crania_hw.fetch @conv clusters [1] streamed tiles 0 to 1 label "conv"
// CHECK-NEXT:        %[[SUM1:[0-9]+]] = crania_hw.contract @conv clusters 1 tiles 0 to 1
// CHECK-SAME:          input <@conv.windows at 0, 2x7x16, strides [112, 16, 1]>
// CHECK-SAME:          output <@conv.windows at 256, 2x6x16, strides [96, 16, 1]>
// CHECK-SAME:          kernel [3, 3] stride [1, 1] dilation [1, 1] pad [1, 1] after(%[[LOAD1]]) label "conv"
// CHECK-NEXT:        %[[STORE1:[0-9]+]] = crania_hw.copy activations [2, 96] from <@conv.windows at 256, strides [96, 1]>
// CHECK-SAME:          to <@conv_2d_nchw_fchw.dram at 0, strides [256, 1]> after(%[[SUM1]]) label "conv"
// CHECK-NEXT:        %[[LOAD2:[0-9]+]] = crania_hw.copy activations [2, 128] from <@input.dram at 80, strides [256, 1]>
// CHECK-SAME:          to <@conv.windows at 0, strides [128, 1]> after(%[[SUM1]]) label "conv"
// CHECK-NEXT:        crania_hw.fetch @conv clusters [1] streamed tiles 0 to 1 label "conv"
// CHECK-NEXT:        %[[SUM2:[0-9]+]] = crania_hw.contract @conv clusters 1 tiles 0 to 1
// CHECK-SAME:          input <@conv.windows at 0, 2x8x16, strides [128, 16, 1]>
// CHECK-SAME:          output <@conv.windows at 256, 2x6x16, strides [96, 16, 1]>
// CHECK-SAME:          kernel [3, 3] stride [1, 1] dilation [1, 1] pad [0, 1] after(%[[STORE1]], %[[LOAD2]]) label "conv"
// CHECK-NEXT:        %[[STORE2:[0-9]+]] = crania_hw.copy activations [2, 96] from <@conv.windows at 256, strides [96, 1]>
// CHECK-SAME:          to <@conv_2d_nchw_fchw.dram at 96, strides [256, 1]> after(%[[SUM2]]) label "conv"
// CHECK-NEXT:        %[[LOAD3:[0-9]+]] = crania_hw.copy activations [2, 80] from <@input.dram at 176, strides [256, 1]>
// CHECK-SAME:          to <@conv.windows at 0, strides [80, 1]> after(%[[SUM2]]) label "conv"
// CHECK-NEXT:        crania_hw.fetch @conv clusters [1] streamed tiles 0 to 1 label "conv"
// CHECK-NEXT:        %[[SUM3:[0-9]+]] = crania_hw.contract @conv clusters 1 tiles 0 to 1
// CHECK-SAME:          input <@conv.windows at 0, 2x5x16, strides [80, 16, 1]>
// CHECK-SAME:          output <@conv.windows at 256, 2x4x16, strides [64, 16, 1]>
// CHECK-SAME:          kernel [3, 3] stride [1, 1] dilation [1, 1] pad [0, 1] after(%[[STORE2]], %[[LOAD3]]) label "conv"
// CHECK-NEXT:        %[[STORE3:[0-9]+]] = crania_hw.copy activations [2, 64] from <@conv.windows at 256, strides [64, 1]>
// CHECK-SAME:          to <@conv_2d_nchw_fchw.dram at 192, strides [256, 1]> after(%[[SUM3]]) label "conv"
// CHECK-NEXT:        %[[LOAD4:[0-9]+]] = crania_hw.copy activations [256] from <@conv_2d_nchw_fchw.dram at 0, strides [1]>
// CHECK-SAME:          to <@reduce.windows at 0, strides [1]> after(%[[STORE3]]) label "reduce"
// CHECK-NEXT:        %[[VECTOR1:[0-9]+]] = crania_hw.vector loops [1, 16, 16]
// CHECK-SAME:          inputs [<@reduce.windows at 0, (d0, d1, d2) -> (d0, d1, d2), extents [1, 16, 16], strides [256, 16, 1], padding 0.000000e+00>] output <@reduce at 0, (d0, d1, d2) -> (d0), extents [1], strides [1], padding 0.000000e+00> code {r2 = add f32(r0, r1)} reduces from 0.000000e+00 after(%[[LOAD4]]) label "reduce"
// CHECK-NEXT:        %[[LOAD5:[0-9]+]] = crania_hw.copy activations [256] from <@conv_2d_nchw_fchw.dram at 256, strides [1]>
// CHECK-SAME:          to <@reduce.windows at 0, strides [1]> after(%[[VECTOR1]]) label "reduce"
// CHECK-NEXT:        %[[VECTOR2:[0-9]+]] = crania_hw.vector loops [1, 16, 16]
// CHECK-SAME:          inputs [<@reduce.windows at 0, (d0, d1, d2) -> (d0, d1, d2), extents [1, 16, 16], strides [256, 16, 1], padding 0.000000e+00>] output <@reduce at 1, (d0, d1, d2) -> (d0), extents [1], strides [1], padding 0.000000e+00> code {r2 = add f32(r0, r1)} reduces from 0.000000e+00 after(%[[LOAD5]]) label "reduce"
// CHECK-NEXT:        crania_hw.copy activations [2] from <@reduce at 0, strides [1]>
// CHECK-SAME:          to <@logits at 0, strides [1]> after(%[[VECTOR2]]) label "exit"
// CHECK-NEXT:        crania_hw.exit_test @reduce at 0 classes 2 after(%[[VECTOR2]]) label "exit"
// CHECK-NEXT:      }

!w = !crania.clustered<tensor<2x2x3x3xf32>, clusters = 1>
#plan = #crania.fetch_plan<@conv, [<encoding = #crania.raw_encoding, bytes = 144, residency = streamed, address = 0>]>
module attributes {crania.target = #crania.target<"small", "{\"global_buffer\": {\"bytes\": 2048}}">} {
  crania.weights @conv : !w scheme #crania.importance values dense<1.0> : tensor<2x2x3x3xf32> assignment dense<0> : tensor<2x2x3x3xi8>
  func.func @streamed(%x: tensor<1x2x16x16xf32>) -> tensor<1x2xf32> {
    %logits, %exit = crania.iterate upto 1 exit #crania.exit<softmax, []> plan [#plan] -> tensor<1x2xf32> round(%round) {
      %zero = arith.constant 0.0 : f32
      %w = crania.get @conv : !w
      %d = crania.materialize %w upto %round : !w
      %padded = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
      ^bb0(%a: index, %b: index, %c: index, %e: index):
        tensor.yield %zero : f32
      } : tensor<1x2x16x16xf32> to tensor<1x2x18x18xf32>
      %empty = tensor.empty() : tensor<1x2x16x16xf32>
      %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x2x16x16xf32>) -> tensor<1x2x16x16xf32>
      %sum = linalg.conv_2d_nchw_fchw ins(%padded, %d : tensor<1x2x18x18xf32>, tensor<2x2x3x3xf32>) outs(%init : tensor<1x2x16x16xf32>) -> tensor<1x2x16x16xf32>
      %small = tensor.empty() : tensor<1x2xf32>
      %start = linalg.fill ins(%zero : f32) outs(%small : tensor<1x2xf32>) -> tensor<1x2xf32>
      %l = linalg.reduce ins(%sum : tensor<1x2x16x16xf32>) outs(%start : tensor<1x2xf32>) dimensions = [2, 3]
        (%in: f32, %out: f32) {
          %s = arith.addf %in, %out : f32
          linalg.yield %s : f32
        }
      crania.yield %l : tensor<1x2xf32>
    }
    return %logits : tensor<1x2xf32>
  }
}

// -----

// What the store keeps is fetched once, for all bands.

// CHECK-LABEL: crania_hw.program @retained_program
// CHECK:         crania_hw.fetch @conv clusters [1] retained tiles 0 to 1 label "conv"
// CHECK-NOT:     crania_hw.fetch
// CHECK-COUNT-3: crania_hw.contract @conv clusters 1 tiles 0 to 1
// CHECK-NOT:     crania_hw.contract
// CHECK-NOT:     crania_hw.fetch

!w = !crania.clustered<tensor<2x2x3x3xf32>, clusters = 1>
#plan = #crania.fetch_plan<@conv, [<encoding = #crania.raw_encoding, bytes = 144, residency = retained, store_offset = 0, address = 0>]>
module attributes {crania.target = #crania.target<"small", "{\"global_buffer\": {\"bytes\": 2048}}">} {
  crania.weights @conv : !w scheme #crania.importance values dense<1.0> : tensor<2x2x3x3xf32> assignment dense<0> : tensor<2x2x3x3xi8>
  func.func @retained(%x: tensor<1x2x16x16xf32>) -> tensor<1x2xf32> {
    %logits, %exit = crania.iterate upto 1 exit #crania.exit<softmax, []> plan [#plan] -> tensor<1x2xf32> round(%round) {
      %zero = arith.constant 0.0 : f32
      %w = crania.get @conv : !w
      %d = crania.materialize %w upto %round : !w
      %padded = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
      ^bb0(%a: index, %b: index, %c: index, %e: index):
        tensor.yield %zero : f32
      } : tensor<1x2x16x16xf32> to tensor<1x2x18x18xf32>
      %empty = tensor.empty() : tensor<1x2x16x16xf32>
      %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x2x16x16xf32>) -> tensor<1x2x16x16xf32>
      %sum = linalg.conv_2d_nchw_fchw ins(%padded, %d : tensor<1x2x18x18xf32>, tensor<2x2x3x3xf32>) outs(%init : tensor<1x2x16x16xf32>) -> tensor<1x2x16x16xf32>
      %small = tensor.empty() : tensor<1x2xf32>
      %start = linalg.fill ins(%zero : f32) outs(%small : tensor<1x2xf32>) -> tensor<1x2xf32>
      %l = linalg.reduce ins(%sum : tensor<1x2x16x16xf32>) outs(%start : tensor<1x2xf32>) dimensions = [2, 3]
        (%in: f32, %out: f32) {
          %s = arith.addf %in, %out : f32
          linalg.yield %s : f32
        }
      crania.yield %l : tensor<1x2xf32>
    }
    return %logits : tensor<1x2xf32>
  }
}
