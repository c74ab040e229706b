// RUN: echo '{"weight_store": {"bytes": 512}}' > %t.json
// RUN: crania-opt %s --crania-attach-target=target=%t.json --crania-schedule-fetches | FileCheck %s
// RUN: crania-opt %s --crania-attach-target --crania-schedule-fetches=retain=false | FileCheck %s --check-prefix=NONE
// RUN: crania-opt %s --crania-attach-target --crania-schedule-fetches --crania-schedule-fetches=retain=false | FileCheck %s --check-prefix=ALL
// RUN: not crania-opt %s --crania-attach-target --crania-schedule-fetches=exit-histogram=0.5 2>&1 | FileCheck %s --check-prefix=HISTOGRAM

// Cluster 1 is used in both rounds and is retained first. The others no longer
// fit.
// CHECK: #crania.fetch_plan<@a, [<encoding = #crania.bitmap_encoding, bytes = 300, residency = retained, store_offset = 0>, <encoding = #crania.bitmap_encoding, bytes = 300, residency = streamed>]>
// CHECK-SAME: #crania.fetch_plan<@b, [<encoding = #crania.raw_encoding, bytes = 64, residency = retained, store_offset = 300>]>
// NONE-COUNT-3: residency = streamed
// ALL-COUNT-3: residency = retained
// RUN: not crania-opt %s --crania-attach-target --crania-schedule-fetches=exit-histogram=0.5,0.1 2>&1 | FileCheck %s --check-prefix=SUM
// RUN: not crania-opt %s --crania-attach-target --crania-schedule-fetches=exit-histogram=nan,1 2>&1 | FileCheck %s --check-prefix=SUM
// SUM: error: the exit histogram must hold fractions between 0 and 1 that add up to 1
// HISTOGRAM: error: the exit histogram has 1 fractions for 2 rounds

crania.weights @a : !crania.clustered<tensor<2x8xf32>, clusters = 2> scheme #crania.importance
    values dense<[[9.0, 1.0, 8.0, 2.0, 3.0, 1.5, 0.5, 0.25], [7.0, 1.0, 6.0, 2.0, 3.0, 1.5, 0.5, 0.25]]> : tensor<2x8xf32>
    assignment dense<[[0, 1, 0, 1, 1, 1, 1, 1], [0, 1, 0, 1, 1, 1, 1, 1]]> : tensor<2x8xi8>
crania.weights @b : !crania.clustered<tensor<8x2xf32>, clusters = 1> scheme #crania.importance
    values dense<1.0> : tensor<8x2xf32> assignment dense<0> : tensor<8x2xi8>

func.func @classify(%x: tensor<1x2xf32>) -> tensor<1x2xf32> attributes {crania.classifier} {
  %i8 = tensor.empty() : tensor<1x8xf32>
  %i2 = tensor.empty() : tensor<1x2xf32>
  %logits, %exit = crania.iterate upto 2 exit #crania.exit<softmax, [0.9]>
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
