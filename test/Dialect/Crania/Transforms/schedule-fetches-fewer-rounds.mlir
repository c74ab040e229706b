// RUN: crania-opt %s --crania-attach-target --crania-schedule-fetches | FileCheck %s

// An iteration may have fewer rounds than its weights have clusters. No round uses
// cluster 2 of @a, so the store does not keep it.

// CHECK: #crania.fetch_plan<@a, [<encoding = #crania.bitmap_encoding, bytes = 300, residency = retained, store_offset = 0>, <encoding = #crania.bitmap_encoding, bytes = 300, residency = streamed>]>
// CHECK-SAME: #crania.fetch_plan<@b, [<encoding = #crania.raw_encoding, bytes = 64, residency = retained, store_offset = 300>]>

crania.weights @a : !crania.clustered<tensor<2x8xf32>, clusters = 2> scheme #crania.importance
    values dense<[[9.0, 1.0, 8.0, 2.0, 3.0, 1.5, 0.5, 0.25], [7.0, 1.0, 6.0, 2.0, 3.0, 1.5, 0.5, 0.25]]> : tensor<2x8xf32>
    assignment dense<[[0, 1, 0, 1, 1, 1, 1, 1], [0, 1, 0, 1, 1, 1, 1, 1]]> : tensor<2x8xi8>
crania.weights @b : !crania.clustered<tensor<8x2xf32>, clusters = 1> scheme #crania.importance
    values dense<1.0> : tensor<8x2xf32> assignment dense<0> : tensor<8x2xi8>

func.func @classify(%x: tensor<1x2xf32>) -> tensor<1x2xf32> attributes {crania.classifier} {
  %i8 = tensor.empty() : tensor<1x8xf32>
  %i2 = tensor.empty() : tensor<1x2xf32>
  %logits, %exit = crania.iterate upto 1 exit #crania.exit<softmax, []>
    plan [#crania.fetch_plan<@a, [#crania.segment<encoding = #crania.bitmap_encoding, bytes = 300>, #crania.segment<encoding = #crania.bitmap_encoding, bytes = 300>]>, #crania.fetch_plan<@b, [#crania.segment<encoding = #crania.raw_encoding, bytes = 64>]>] -> tensor<1x2xf32> round(%r) {
    %a = crania.get @a : !crania.clustered<tensor<2x8xf32>, clusters = 2>
    %wa = crania.materialize %a upto %r : !crania.clustered<tensor<2x8xf32>, clusters = 2>
    %b = crania.get @b : !crania.clustered<tensor<8x2xf32>, clusters = 1>
    %wb = crania.materialize %b upto %r : !crania.clustered<tensor<8x2xf32>, clusters = 1>
    %y = linalg.matmul ins(%x, %wa : tensor<1x2xf32>, tensor<2x8xf32>) outs(%i8 : tensor<1x8xf32>) -> tensor<1x8xf32>
    %z = linalg.matmul ins(%y, %wb : tensor<1x8xf32>, tensor<8x2xf32>) outs(%i2 : tensor<1x2xf32>) -> tensor<1x2xf32>
    crania.yield %z : tensor<1x2xf32>
  }
  return %logits : tensor<1x2xf32>
}
