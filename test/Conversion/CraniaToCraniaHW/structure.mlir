// RUN: crania-opt %s --crania-assign-layouts=layouts=raw,bitmap,bitmap-free --crania-schedule-fetches="retain=false" --crania-place-segments --convert-crania-to-hw --crania-hw-verify-program | FileCheck %s

// A residual addition overwrites the branch that is computed last. A
// concatenation is written slice by slice, without a copy.

// CHECK:       crania_hw.round
// CHECK:         %[[A:.*]] = crania_hw.contract @a {{.*}} output <@[[L:concat]] at 0, 4x1x1
// CHECK:         %[[B:.*]] = crania_hw.contract @b {{.*}} input <@[[L]] at 0, 4x1x1, {{.*}} output <@[[L]] at 4, 4x1x1, {{.*}} after(%[[A]])
// CHECK:         %[[S:.*]] = crania_hw.vector loops [4] inputs [<@[[L]] at 0, {{.*}}, <@[[L]] at 4, {{.*}} output <@[[L]] at 4,
// CHECK-SAME:      code {r3 = add f32(r0, r1)} follows(%[[B]]) label
// CHECK-NEXT:    crania_hw.copy activations [8] from <@[[L]] at 0, strides [1]> to <@logits at 0, strides [1]> after(%[[S]])
// CHECK-NEXT:    crania_hw.exit_test @[[L]] at 0 classes 8 after(%[[S]])

#id = affine_map<(d0, d1) -> (d0, d1)>
!w4 = !crania.clustered<tensor<4x4xf32>, clusters = 1>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @a : !w4 scheme #crania.importance values dense<1.0> : tensor<4x4xf32> assignment dense<0> : tensor<4x4xi8>
  crania.weights @b : !w4 scheme #crania.importance values dense<2.0> : tensor<4x4xf32> assignment dense<0> : tensor<4x4xi8>

  func.func @net(%x: tensor<1x4xf32>) -> tensor<1x8xf32> attributes {crania.classifier} {
    %logits, %exit = crania.iterate upto 1 exit #crania.exit<margin, []> -> tensor<1x8xf32> round(%round) {
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
