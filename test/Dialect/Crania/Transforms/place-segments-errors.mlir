// RUN: not crania-opt %s --crania-attach-target --crania-place-segments 2>&1 | FileCheck %s
// RUN: sed 's/address = 0>/address = 33>/' %s | not crania-opt --crania-attach-target --crania-place-segments 2>&1 | FileCheck %s --check-prefix=ALIGN
// RUN: sed 's/, bytes = 50//' %s | not crania-opt --crania-attach-target --crania-place-segments 2>&1 | FileCheck %s --check-prefix=BYTES
// RUN: sed 's/, bytes = 50//' %s | not crania-opt --crania-attach-target --crania-schedule-fetches 2>&1 | FileCheck %s --check-prefix=BYTES

// CHECK: error: cluster 2 of @a at address 64 overlaps cluster 1 of @a
// ALIGN: error: cluster 1 of @a is at address 33, which is not aligned to a DRAM burst of 64 bytes
// BYTES: error: cluster 2 of @a has no encoded size yet; run crania-assign-encodings first

crania.weights @a : !crania.clustered<tensor<2x8xf32>, clusters = 2> scheme #crania.importance
    values dense<[[9.0, 1.0, 8.0, 2.0, 3.0, 1.5, 0.5, 0.25], [7.0, 1.0, 6.0, 2.0, 3.0, 1.5, 0.5, 0.25]]> : tensor<2x8xf32>
    assignment dense<[[0, 1, 0, 1, 1, 1, 1, 1], [0, 1, 0, 1, 1, 1, 1, 1]]> : tensor<2x8xi8>
crania.weights @b : !crania.clustered<tensor<8x2xf32>, clusters = 1> scheme #crania.importance
    values dense<1.0> : tensor<8x2xf32> assignment dense<0> : tensor<8x2xi8>

func.func @classify(%x: tensor<1x2xf32>) -> tensor<1x2xf32> attributes {crania.classifier} {
  %i8 = tensor.empty() : tensor<1x8xf32>
  %i2 = tensor.empty() : tensor<1x2xf32>
  %logits, %exit = crania.iterate upto 2 exit #crania.exit<softmax, [0.9]>
    plan [#crania.fetch_plan<@a, [#crania.segment<encoding = #crania.bitmap_encoding, bytes = 100, address = 0>, #crania.segment<encoding = #crania.bitmap_encoding, bytes = 50, address = 64>]>, #crania.fetch_plan<@b, [#crania.segment<encoding = #crania.raw_encoding, bytes = 64>]>] -> tensor<1x2xf32> round(%r) {
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
