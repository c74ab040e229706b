// RUN: crania-opt %s --convert-crania-to-hw | FileCheck %s

// A function with two iterations makes two programs. The body of an iteration may use
// constants from outside, as hoisting leaves them: they are constants of the
// machine. Weights that no other op reads are erased.

// CHECK-NOT:   crania.weights
// CHECK-NOT:   crania.get
// CHECK:         crania_hw.execute @net_program(%arg0) : (tensor<1x4xf32>) -> (tensor<1x4xf32>, index)
// CHECK-NEXT:    crania_hw.execute @net_program_0(%arg0) : (tensor<1x4xf32>) -> (tensor<1x4xf32>, index)
// CHECK-NOT:   crania.weights
// CHECK-LABEL: crania_hw.program @net_program
// CHECK:           crania_hw.weights @w groups 1 outputs 4 depth 4 tile [4, 4] : f32
// CHECK-SAME:        segments [<cluster 1, encoding "bitmap", at 0, bytes 34, retained at 0, block_offsets [0, 34], block_tiles [0, 1]>, <cluster 2, encoding "bitmap-free", at 64, bytes 33, retained at 34, block_offsets [0, 33], block_tiles [0, 1]>]
// CHECK:           crania_hw.round {
// CHECK-NEXT:        %[[LOAD1:[0-9]+]] = crania_hw.copy activations [4] from <@input.dram at 0, strides [1]>
// CHECK-SAME:          to <@input at 0, strides [1]> label "input"
// CHECK-NEXT:        %[[LOAD2:[0-9]+]] = crania_hw.copy parameters [4] from <@constant.image at 0, strides [1]>
// CHECK-SAME:          to <@constant at 0, strides [1]> label "parameters"
// CHECK-NEXT:        crania_hw.fetch @w clusters [1] retained tiles 0 to 1 label "w"
// CHECK-NEXT:        %[[SUM1:[0-9]+]] = crania_hw.contract @w clusters 1 tiles 0 to 1
// CHECK-SAME:          input <@input at 0, 4x1x1, strides [1, 1, 1]> output <@generic at 0, 4x1x1, strides [1, 1, 1]>
// CHECK-SAME:          kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%[[LOAD1]]) label "w"
// CHECK-NEXT:        %[[VECTOR1:[0-9]+]] = crania_hw.vector loops [4]
// CHECK-SAME:          inputs [<@generic at 0, (d0) -> (d0), extents [4], strides [1], padding 0.000000e+00>,
// CHECK-SAME:          <@constant at 0, (d0) -> (d0), extents [4], strides [1], padding 0.000000e+00>]
// CHECK-SAME:          output <@generic at 0, (d0) -> (d0), extents [4], strides [1], padding 0.000000e+00>
// CHECK-SAME:          code {r3 = mul f32(r0, r1)} follows(%[[SUM1]]) after(%[[LOAD2]]) label "w"
// CHECK-NEXT:        crania_hw.copy activations [4] from <@generic at 0, strides [1]>
// CHECK-SAME:          to <@logits at 0, strides [1]> after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:        crania_hw.exit_test @generic at 0 classes 4 after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:      }
// CHECK:           crania_hw.round {
// CHECK-NEXT:        %[[LOAD1:[0-9]+]] = crania_hw.copy activations [4] from <@input.dram at 0, strides [1]>
// CHECK-SAME:          to <@input at 0, strides [1]> label "input"
// CHECK-NEXT:        %[[LOAD2:[0-9]+]] = crania_hw.copy parameters [4] from <@constant.image_1 at 0, strides [1]>
// CHECK-SAME:          to <@constant at 0, strides [1]> label "parameters"
// CHECK-NEXT:        crania_hw.fetch @w clusters [1, 2] retained tiles 0 to 1 label "w"
// CHECK-NEXT:        %[[SUM1:[0-9]+]] = crania_hw.contract @w clusters 2 tiles 0 to 1
// CHECK-SAME:          input <@input at 0, 4x1x1, strides [1, 1, 1]> output <@generic at 0, 4x1x1, strides [1, 1, 1]>
// CHECK-SAME:          kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%[[LOAD1]]) label "w"
// CHECK-NEXT:        %[[VECTOR1:[0-9]+]] = crania_hw.vector loops [4]
// CHECK-SAME:          inputs [<@generic at 0, (d0) -> (d0), extents [4], strides [1], padding 0.000000e+00>,
// CHECK-SAME:          <@constant at 0, (d0) -> (d0), extents [4], strides [1], padding 0.000000e+00>]
// CHECK-SAME:          output <@generic at 0, (d0) -> (d0), extents [4], strides [1], padding 0.000000e+00>
// CHECK-SAME:          code {r3 = mul f32(r0, r1)} follows(%[[SUM1]]) after(%[[LOAD2]]) label "w"
// CHECK-NEXT:        crania_hw.copy activations [4] from <@generic at 0, strides [1]>
// CHECK-SAME:          to <@logits at 0, strides [1]> after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:        crania_hw.exit_test @generic at 0 classes 4 after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:      }
// CHECK-LABEL: crania_hw.program @net_program_0
// CHECK:           crania_hw.round {
// CHECK:             crania_hw.vector loops [4]
// CHECK-SAME:          inputs [<@input at 0, (d0) -> (d0), extents [4], strides [1], padding 0.000000e+00>]
// CHECK-SAME:          output <@generic at 0, (d0) -> (d0), extents [4], strides [1], padding 0.000000e+00> code {r2 = exp f32(r0)}

#id = affine_map<(d0, d1) -> (d0, d1)>
!w = !crania.clustered<tensor<4x4xf32>, clusters = 2>
#plan_w = #crania.fetch_plan<@w, [
  <encoding = #crania.bitmap_encoding, bytes = 34, residency = retained, store_offset = 0, address = 0>,
  <encoding = #crania.bitmap_encoding<free>, bytes = 33, residency = retained, store_offset = 34, address = 64>]>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @w : !w scheme #crania.importance values dense<1.0> : tensor<4x4xf32>
      assignment dense<[[0, 1, 0, 1], [0, 1, 0, 1], [0, 1, 0, 1], [0, 1, 0, 1]]> : tensor<4x4xi8>

  func.func @net(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>) attributes {crania.classifier} {
    %zero = arith.constant 0.0 : f32
    %empty = tensor.empty() : tensor<1x4xf32>
    %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x4xf32>) -> tensor<1x4xf32>
    %w = crania.get @w : !w
    %a, %r = crania.iterate upto 2 exit #crania.exit<softmax, [0.5]> plan [#plan_w] -> tensor<1x4xf32> round(%round) {
      %d = crania.materialize %w upto %round : !w
      %scale = crania.per_round %round [dense<[[1.0, 2.0, 3.0, 4.0]]> : tensor<1x4xf32>, dense<[[5.0, 6.0, 7.0, 8.0]]> : tensor<1x4xf32>]
      %y = linalg.matmul ins(%x, %d : tensor<1x4xf32>, tensor<4x4xf32>) outs(%init : tensor<1x4xf32>) -> tensor<1x4xf32>
      %z = linalg.mul ins(%y, %scale : tensor<1x4xf32>, tensor<1x4xf32>) outs(%empty : tensor<1x4xf32>) -> tensor<1x4xf32>
      crania.yield %z : tensor<1x4xf32>
    }
    %b, %s = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<1x4xf32> round(%round) {
      %e = linalg.exp ins(%x : tensor<1x4xf32>) outs(%empty : tensor<1x4xf32>) -> tensor<1x4xf32>
      crania.yield %e : tensor<1x4xf32>
    }
    return %a, %b : tensor<1x4xf32>, tensor<1x4xf32>
  }
}
