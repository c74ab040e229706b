// RUN: crania-opt %s --crania-assign-layouts --crania-schedule-fetches="retain=false" --crania-place-segments --convert-crania-to-hw --crania-hw-verify-program | FileCheck %s
// RUN: crania-opt %s --crania-assign-layouts --crania-schedule-fetches --crania-place-segments --convert-crania-to-hw --crania-hw-verify-program | FileCheck %s --check-prefix=RETAINED

// The windows of a layer's bands fit twice, so two sets of windows alternate.
// The next band is loaded before the current one is computed, which waits only
// for its own load. A set is loaded again once the band that used it is done.

// CHECK:      %[[L0:.*]] = crania_hw.copy activations {{.*}} from <@input.dram at 0, {{.*}}> to <@conv.windows at 0, strides [{{.*}}]> label
// CHECK-NEXT: %[[L1:.*]] = crania_hw.copy activations {{.*}} from <@input.dram at {{.*}}> to <@conv.windows at [[SET:[1-9][0-9]*]], strides [{{.*}}]> label
// CHECK-NEXT: crania_hw.fetch @conv
// CHECK-NEXT: %[[C0:.*]] = crania_hw.contract @conv {{.*}} input <@conv.windows at 0, {{.*}} after(%[[L0]]) label
// CHECK-NEXT: %[[S0:.*]] = crania_hw.copy activations {{.*}} from <@conv.windows at {{.*}} to <@conv_2d_nchw_fchw.dram at 0, {{.*}} after(%[[C0]]) label
// CHECK-NEXT: %[[L2:.*]] = crania_hw.copy activations {{.*}} from <@input.dram at {{.*}} to <@conv.windows at 0, {{.*}} after(%[[C0]]) label
// CHECK-NEXT: crania_hw.fetch @conv
// CHECK-NEXT: %[[C1:.*]] = crania_hw.contract @conv {{.*}} input <@conv.windows at [[SET]], {{.*}} after(%[[L1]]) label
// CHECK:      crania_hw.contract @conv {{.*}} input <@conv.windows at 0, {{.*}} after({{.*}}%[[L2]]) label

// Weights in the store are fetched once for all bands.
// RETAINED:     crania_hw.fetch @conv clusters [1] retained
// RETAINED-NOT: crania_hw.fetch

module attributes {crania.target = #crania.target<"small", "{\"global_buffer\": {\"bytes\": 6144}}">} {
  crania.weights @conv : !crania.clustered<tensor<2x2x3x3xf32>, clusters = 1>
      scheme #crania.importance values dense<1.0> : tensor<2x2x3x3xf32> assignment dense<0> : tensor<2x2x3x3xi8>

  func.func @net(%x: tensor<1x2x64x16xf32>) -> tensor<1x2xf32> attributes {crania.classifier} {
    %logits, %exit = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<1x2xf32> round(%round) {
      %zero = arith.constant 0.0 : f32
      %w = crania.get @conv : !crania.clustered<tensor<2x2x3x3xf32>, clusters = 1>
      %d = crania.materialize %w upto %round : !crania.clustered<tensor<2x2x3x3xf32>, clusters = 1>
      %padded = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
      ^bb0(%a: index, %b: index, %c: index, %e: index):
        tensor.yield %zero : f32
      } : tensor<1x2x64x16xf32> to tensor<1x2x66x18xf32>
      %empty = tensor.empty() : tensor<1x2x64x16xf32>
      %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x2x64x16xf32>) -> tensor<1x2x64x16xf32>
      %sum = linalg.conv_2d_nchw_fchw {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
          ins(%padded, %d : tensor<1x2x66x18xf32>, tensor<2x2x3x3xf32>) outs(%init : tensor<1x2x64x16xf32>) -> tensor<1x2x64x16xf32>
      %small = tensor.empty() : tensor<1x2xf32>
      %start = linalg.fill ins(%zero : f32) outs(%small : tensor<1x2xf32>) -> tensor<1x2xf32>
      %l = linalg.generic {indexing_maps = [affine_map<(n, c, h, w) -> (n, c, h, w)>, affine_map<(n, c, h, w) -> (n, c)>], iterator_types = ["parallel", "parallel", "reduction", "reduction"]}
          ins(%sum : tensor<1x2x64x16xf32>) outs(%start : tensor<1x2xf32>) {
      ^bb0(%in: f32, %out: f32):
        %s = arith.addf %in, %out : f32
        linalg.yield %s : f32
      } -> tensor<1x2xf32>
      crania.yield %l : tensor<1x2xf32>
    }
    return %logits : tensor<1x2xf32>
  }
}
