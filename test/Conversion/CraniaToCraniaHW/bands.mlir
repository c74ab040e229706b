// RUN: crania-opt %s --crania-assign-layouts --crania-schedule-fetches="retain=false" --crania-place-segments --convert-crania-to-hw --crania-hw-verify-program | FileCheck %s
// RUN: crania-opt %s --crania-assign-layouts --crania-schedule-fetches="retain=false" --crania-place-segments --convert-crania-to-hw --crania-hw-verify-program \
// RUN:     --remarks-filter=crania-memory --remark-policy=all 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

// The input and the result take 2 KB each, and the global buffer has 2 KB. Both
// stay in DRAM, and the convolution runs in bands of rows with their halo. The
// weights are streamed once per band.

// REMARK-DAG: remark: [Missed] buffer-spilled | Category:crania-memory | {{.*}}bytes=2048{{.*}}tensor=input
// REMARK-DAG: remark: [Analysis] layer-in-bands | Category:crania-memory | bands=[[BANDS:[0-9]+]]{{.*}}layer=conv
// REMARK-DAG: remark: [Analysis] global-buffer-peak | Category:crania-memory | {{.*}}capacity=2048

// CHECK:       crania_hw.buffer @conv.windows global_buffer
// CHECK:       crania_hw.round
// The first band has no row above it, so its window starts in the padding.
// CHECK:         %[[L0:.*]] = crania_hw.copy activations [{{.*}}] from <@input.dram at 0, strides [{{.*}}]> to <@conv.windows at 0
// CHECK:         crania_hw.fetch @conv clusters [1] streamed tiles 0 to 1
// CHECK:         %[[C0:.*]] = crania_hw.contract @conv clusters 1 tiles 0 to 1 input <@conv.windows {{.*}} pad [1, 1]
// CHECK:         crania_hw.copy activations [{{.*}}] from <@conv.windows {{.*}} to <@conv_2d_nchw_fchw.dram at 0
// Other bands begin with the last rows of the band before.
// CHECK:         crania_hw.fetch @conv clusters [1] streamed tiles 0 to 1
// CHECK:         crania_hw.contract @conv clusters 1 tiles 0 to 1 input <@conv.windows {{.*}} pad [0, 1]

module attributes {crania.target = #crania.target<"small", "{\"global_buffer\": {\"bytes\": 2048}}">} {
  crania.weights @conv : !crania.clustered<tensor<2x2x3x3xf32>, clusters = 1>
      scheme #crania.importance values dense<1.0> : tensor<2x2x3x3xf32> assignment dense<0> : tensor<2x2x3x3xi8>

  func.func @net(%x: tensor<1x2x16x16xf32>) -> tensor<1x2xf32> attributes {crania.classifier} {
    %logits, %exit = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<1x2xf32> round(%round) {
      %zero = arith.constant 0.0 : f32
      %w = crania.get @conv : !crania.clustered<tensor<2x2x3x3xf32>, clusters = 1>
      %d = crania.materialize %w upto %round : !crania.clustered<tensor<2x2x3x3xf32>, clusters = 1>
      %padded = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
      ^bb0(%a: index, %b: index, %c: index, %e: index):
        tensor.yield %zero : f32
      } : tensor<1x2x16x16xf32> to tensor<1x2x18x18xf32>
      %empty = tensor.empty() : tensor<1x2x16x16xf32>
      %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x2x16x16xf32>) -> tensor<1x2x16x16xf32>
      %sum = linalg.conv_2d_nchw_fchw {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
          ins(%padded, %d : tensor<1x2x18x18xf32>, tensor<2x2x3x3xf32>) outs(%init : tensor<1x2x16x16xf32>) -> tensor<1x2x16x16xf32>
      %small = tensor.empty() : tensor<1x2xf32>
      %start = linalg.fill ins(%zero : f32) outs(%small : tensor<1x2xf32>) -> tensor<1x2xf32>
      %l = linalg.generic {indexing_maps = [affine_map<(n, c, h, w) -> (n, c, h, w)>, affine_map<(n, c, h, w) -> (n, c)>], iterator_types = ["parallel", "parallel", "reduction", "reduction"]}
          ins(%sum : tensor<1x2x16x16xf32>) outs(%start : tensor<1x2xf32>) {
      ^bb0(%in: f32, %out: f32):
        %s = arith.addf %in, %out : f32
        linalg.yield %s : f32
      } -> tensor<1x2xf32>
      crania.yield %l : tensor<1x2xf32>
    }
    return %logits : tensor<1x2xf32>
  }
}
