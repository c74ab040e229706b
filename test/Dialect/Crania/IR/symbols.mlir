// RUN: crania-opt %s -symbol-dce | FileCheck %s

// CHECK: @read
crania.weights "private" @read : !crania.clustered<tensor<1xf32>, clusters = 1>
    scheme #crania.importance
    values dense<1.0> : tensor<1xf32> assignment dense<0> : tensor<1xi8>
// CHECK: @planned
crania.weights "private" @planned : !crania.clustered<tensor<1xf32>, clusters = 1>
    scheme #crania.importance
    values dense<1.0> : tensor<1xf32> assignment dense<0> : tensor<1xi8>
// CHECK-NOT: @unused
crania.weights "private" @unused : !crania.clustered<tensor<1xf32>, clusters = 1>
    scheme #crania.importance
    values dense<1.0> : tensor<1xf32> assignment dense<0> : tensor<1xi8>
// CHECK: @public
crania.weights @public : !crania.clustered<tensor<1xf32>, clusters = 1>
    scheme #crania.importance
    values dense<1.0> : tensor<1xf32> assignment dense<0> : tensor<1xi8>

func.func @f(%x: tensor<1xf32>) {
  %w = crania.get @read : !crania.clustered<tensor<1xf32>, clusters = 1>
  crania.iterate upto 1 exit #crania.exit<softmax, []>
      plan [#crania.fetch_plan<@planned, [#crania.segment]>] -> tensor<1xf32> round(%round) {
    crania.yield %x : tensor<1xf32>
  }
  return
}
