// RUN: crania-opt %s --crania-attach-target --crania-assign-layouts=layouts=raw,bitmap,bitmap-free | FileCheck %s
// RUN: crania-opt %s --crania-attach-target --crania-assign-layouts | FileCheck %s --check-prefix=CODED
// RUN: crania-opt %s --crania-attach-target --crania-assign-layouts=layouts=bitmap | FileCheck %s --check-prefix=BITMAP
// RUN: crania-opt %s --crania-attach-target --crania-assign-layouts=layouts=bitmap --crania-assign-layouts | FileCheck %s --check-prefix=BITMAP
// RUN: crania-opt %s --crania-attach-target --crania-assign-layouts=layouts=bitmap,bitmap+raw --remarks-filter=crania-assign-layouts --remark-policy=all -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: not crania-opt %s --crania-assign-layouts 2>&1 | FileCheck %s --check-prefix=NOTARGET
// RUN: not crania-opt %s --crania-attach-target --crania-assign-layouts=layouts=raw 2>&1 | FileCheck %s --check-prefix=RAW
// RUN: not crania-opt %s --crania-attach-target --crania-assign-layouts=layouts=zip 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// @a: 16 positions in one tile. Cluster 1 holds 4 weights: 2 bytes of bitmap and
// 16 of values. Cluster 2 holds 12: 12 positions are free, so its bitmap takes 2
// bytes either way. @b is whole: 16 raw values.
// CHECK: plan [#crania.fetch_plan<@a, [<layout = #crania.bitmap_layout, bytes = 18>, <layout = #crania.bitmap_layout, bytes = 50>]>
// CHECK-SAME: #crania.fetch_plan<@b, [<layout = #crania.raw_layout, bytes = 64>]>]
// Coded, cluster 2 holds all that is left, and the 16 equal values of @b are
// tables and next to nothing.
// CODED: <layout = #crania.coded_layout<"dense+codebook"{{[^>]*}}>, bytes = {{[0-9]+}}>]>
// CODED-SAME: #crania.fetch_plan<@b, [<layout = #crania.coded_layout<"dense+delta"{{[^>]*}}>, bytes = 12>]>]
// What was chosen, what the next best layout takes, and what it comes to.
// REMARK: remark: [Passed] AssignedLayout | Category:crania-assign-layouts | Bytes=18, Cluster=1, DecodeCycles=1, Layout=bitmap, LimitedBy=nothing, Remark="assigned layout", SecondBest=bitmap+raw, SecondBestBytes=26, Values=4, Weights=a
// REMARK: remark: [Analysis] WeightBits | Category:crania-assign-layouts | BitsPerWeight=3.400000e+01, Remark="bits per weight", Weights=a
// REMARK: remark: [Analysis] Decoder | Category:crania-assign-layouts | AreaUm2=
// BITMAP: #crania.fetch_plan<@b, [<layout = #crania.bitmap_layout, bytes = 66>]>]
// NOTARGET: error: has no target machine: set 'crania.target' on the module
// RAW: error: cluster 1 of @a: none of the allowed layouts can express it; allow bitmap
// UNKNOWN: error: unknown layout 'zip'; expected one of bitmap, bitmap+codebook,

crania.weights @a : !crania.clustered<tensor<2x8xf32>, clusters = 2> scheme #crania.importance
    values dense<[[9.0, 1.0, 8.0, 2.0, 3.0, 1.5, 0.5, 0.25], [7.0, 1.0, 6.0, 2.0, 3.0, 1.5, 0.5, 0.25]]> : tensor<2x8xf32>
    assignment dense<[[0, 1, 0, 1, 1, 1, 1, 1], [0, 1, 0, 1, 1, 1, 1, 1]]> : tensor<2x8xi8>
crania.weights @b : !crania.clustered<tensor<8x2xf32>, clusters = 1> scheme #crania.importance
    values dense<1.0> : tensor<8x2xf32> assignment dense<0> : tensor<8x2xi8>

func.func @classify(%x: tensor<1x2xf32>) -> tensor<1x2xf32> attributes {crania.classifier} {
  %i8 = tensor.empty() : tensor<1x8xf32>
  %i2 = tensor.empty() : tensor<1x2xf32>
  %logits, %exit = crania.iterate upto 2 exit #crania.exit<softmax, [0.9]> -> tensor<1x2xf32> round(%r) {
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
