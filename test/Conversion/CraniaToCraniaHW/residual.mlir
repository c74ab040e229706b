// RUN: crania-opt %s --convert-crania-to-hw --split-input-file | FileCheck %s

// A residual addition overwrites the branch that is computed last, because that
// contraction can run together with the addition. The other branch has a second reader,
// the concatenation, so it keeps its place. Both are written to their slices of the
// concatenation without a copy.

// CHECK-LABEL: crania_hw.program @residual_program
// CHECK:           crania_hw.buffer @concat global_buffer at 0 bytes 32 : f32
// CHECK-NEXT:      crania_hw.buffer @input global_buffer at 64 bytes 16 : f32
// CHECK-NEXT:      crania_hw.buffer @input.dram dram at 0 bytes 16 : f32
// CHECK-NEXT:      crania_hw.buffer @logits dram at 64 bytes 32 : f32
// CHECK:           crania_hw.round {
// CHECK-NEXT:        %[[LOAD1:[0-9]+]] = crania_hw.copy activations [4] from <@input.dram at 0, strides [1]>
// CHECK-SAME:          to <@input at 0, strides [1]> label "input"
// CHECK-NEXT:        crania_hw.fetch @a clusters [1] streamed tiles 0 to 1 label "a"
// CHECK-NEXT:        %[[SUM1:[0-9]+]] = crania_hw.contract @a clusters 1 tiles 0 to 1
// CHECK-SAME:          input <@input at 0, 4x1x1, strides [1, 1, 1]> output <@concat at 0, 4x1x1, strides [1, 1, 1]>
// CHECK-SAME:          kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%[[LOAD1]]) label "a"
// CHECK-NEXT:        crania_hw.fetch @b clusters [1] streamed tiles 0 to 1 label "b"
// CHECK-NEXT:        %[[SUM2:[0-9]+]] = crania_hw.contract @b clusters 1 tiles 0 to 1
// CHECK-SAME:          input <@concat at 0, 4x1x1, strides [1, 1, 1]> output <@concat at 4, 4x1x1, strides [1, 1, 1]>
// CHECK-SAME:          kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%[[SUM1]]) label "b"
// CHECK-NEXT:        %[[VECTOR1:[0-9]+]] = crania_hw.vector loops [4]
// CHECK-SAME:          inputs [<@concat at 0, (d0) -> (d0), extents [4], strides [1], padding 0.000000e+00>,
// CHECK-SAME:          <@concat at 4, (d0) -> (d0), extents [4], strides [1], padding 0.000000e+00>]
// CHECK-SAME:          output <@concat at 4, (d0) -> (d0), extents [4], strides [1], padding 0.000000e+00>
// CHECK-SAME:          code {r3 = add f32(r0, r1)} follows(%[[SUM2]]) label "b"
// CHECK-NEXT:        crania_hw.copy activations [8] from <@concat at 0, strides [1]>
// CHECK-SAME:          to <@logits at 0, strides [1]> after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:        crania_hw.exit_test @concat at 0 classes 8 after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:      }

#id = affine_map<(d0, d1) -> (d0, d1)>
#a = #crania.fetch_plan<@a, [<encoding = #crania.raw_encoding, bytes = 64, residency = streamed, address = 0>]>
#b = #crania.fetch_plan<@b, [<encoding = #crania.raw_encoding, bytes = 64, residency = streamed, address = 64>]>
!w4 = !crania.clustered<tensor<4x4xf32>, clusters = 1>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @a : !w4 scheme #crania.importance values dense<1.0> : tensor<4x4xf32> assignment dense<0> : tensor<4x4xi8>
  crania.weights @b : !w4 scheme #crania.importance values dense<2.0> : tensor<4x4xf32> assignment dense<0> : tensor<4x4xi8>

  func.func @residual(%x: tensor<1x4xf32>) -> tensor<1x8xf32> attributes {crania.classifier} {
    %logits, %exit = crania.iterate upto 1 exit #crania.exit<margin, []> plan [#a, #b] -> tensor<1x8xf32> round(%round) {
      %zero = arith.constant 0.0 : f32
      %wa = crania.get @a : !w4
      %wb = crania.get @b : !w4
      %da = crania.materialize %wa upto %round : !w4
      %db = crania.materialize %wb upto %round : !w4
      %empty = tensor.empty() : tensor<1x4xf32>
      %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x4xf32>) -> tensor<1x4xf32>
      %first = linalg.matmul ins(%x, %da : tensor<1x4xf32>, tensor<4x4xf32>) outs(%init : tensor<1x4xf32>) -> tensor<1x4xf32>
      %second = linalg.matmul ins(%first, %db : tensor<1x4xf32>, tensor<4x4xf32>) outs(%init : tensor<1x4xf32>) -> tensor<1x4xf32>
      %sum = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
          ins(%first, %second : tensor<1x4xf32>, tensor<1x4xf32>) outs(%empty : tensor<1x4xf32>) {
      ^bb0(%p: f32, %q: f32, %out: f32):
        %s = arith.addf %p, %q : f32
        linalg.yield %s : f32
      } -> tensor<1x4xf32>
      %l = tensor.concat dim(1) %first, %sum : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x8xf32>
      crania.yield %l : tensor<1x8xf32>
    }
    return %logits : tensor<1x8xf32>
  }
}
