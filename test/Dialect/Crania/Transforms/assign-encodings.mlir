// RUN: crania-opt %s --crania-attach-target --crania-assign-encodings=encodings=raw,bitmap,bitmap-free | FileCheck %s
// RUN: crania-opt %s --crania-attach-target --crania-assign-encodings | FileCheck %s --check-prefix=CODED
// RUN: crania-opt %s --crania-attach-target --crania-assign-encodings=encodings=bitmap | FileCheck %s --check-prefix=BITMAP
// RUN: crania-opt %s --crania-attach-target --crania-assign-encodings=encodings=bitmap --crania-assign-encodings | FileCheck %s --check-prefix=BITMAP
// RUN: crania-opt %s --crania-attach-target --crania-assign-encodings=encodings=bitmap,bitmap+raw --remarks-filter=crania-assign-encodings --remark-policy=all -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: not crania-opt %s --crania-assign-encodings 2>&1 | FileCheck %s --check-prefix=NOTARGET
// RUN: not crania-opt %s --crania-attach-target --crania-assign-encodings=encodings=raw 2>&1 | FileCheck %s --check-prefix=RAW
// RUN: not crania-opt %s --crania-attach-target --crania-assign-encodings=encodings=zip 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// @a has 16 positions in one tile. Cluster 1 holds 4 weights: 2 bytes of bitmap
// and 16 of values. Cluster 2 holds 12. There are 12 free positions, so its
// bitmap takes 2 bytes either way. @b is whole and has 16 raw values.
// CHECK: plan [#crania.fetch_plan<@a, [<encoding = #crania.bitmap_encoding, bytes = 18>, <encoding = #crania.bitmap_encoding, bytes = 50>]>
// CHECK-SAME: #crania.fetch_plan<@b, [<encoding = #crania.raw_encoding, bytes = 64>]>]
// With coded encodings, cluster 2 is dense. The 16 equal values of @b take tables
// and almost nothing else.
// CODED: <encoding = #crania.coded_encoding<"dense+codebook"{{[^>]*}}>, bytes = {{[0-9]+}}>]>
// CODED-SAME: #crania.fetch_plan<@b, [<encoding = #crania.coded_encoding<"dense+delta"{{[^>]*}}>, bytes = 12>]>]
// Remarks give the chosen encoding, the bytes of the next best encoding, and the
// totals.
// REMARK: remark: [Passed] AssignedEncoding | Category:crania-assign-encodings | Bytes=18, Cluster=1, DecodeCycles=1, Encoding=bitmap, LimitedBy=nothing, Remark="assigned encoding", SecondBest=bitmap+raw, SecondBestBytes=26, Values=4, Weights=a
// REMARK: remark: [Analysis] WeightBits | Category:crania-assign-encodings | BitsPerWeight=3.400000e+01, Remark="bits per weight", Weights=a
// REMARK: remark: [Analysis] Decoder | Category:crania-assign-encodings | AreaUm2=
// BITMAP: #crania.fetch_plan<@b, [<encoding = #crania.bitmap_encoding, bytes = 66>]>]
// NOTARGET: error: 'crania.iterate' op has no target machine: set 'crania.target' on the module
// RAW: error: cluster 1 of @a: none of the allowed encodings can express it; allow bitmap
// UNKNOWN: error: unknown encoding 'zip'; expected one of bitmap, bitmap+codebook,

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
