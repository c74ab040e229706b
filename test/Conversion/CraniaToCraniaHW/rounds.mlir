// RUN: crania-opt %s --crania-assign-layouts --crania-schedule-fetches --crania-place-segments --convert-crania-to-hw --crania-hw-verify-program | FileCheck %s

// A constant per round has an address of its own in each round. Retained
// clusters have a fetch of their own. A function with two iterations becomes
// two programs. Ops that hoisting moved out of an iteration, but that depend
// only on constants, move back.

// CHECK:       crania_hw.execute @net_program(
// CHECK:       crania_hw.execute @net_program_{{[0-9]+}}(

// CHECK:       crania_hw.program @net_program
// CHECK-DAG:     crania_hw.buffer @[[P1:.*image]] image at [[A1:[0-9]+]] bytes 16
// CHECK-DAG:     crania_hw.buffer @[[P2:.*image_1]] image at {{[0-9]+}} bytes 16
// CHECK:         crania_hw.round
// CHECK:           crania_hw.copy parameters [4] from <@[[P1]] at 0
// CHECK:           crania_hw.fetch @w clusters [1] retained tiles 0 to 1
// CHECK-NOT:       streamed
// CHECK:           crania_hw.vector {{.*}} code {r3 = mul f32(r0, r1)} follows
// CHECK:         crania_hw.round
// CHECK:           crania_hw.copy parameters [4] from <@[[P2]] at 0
// CHECK:           crania_hw.fetch @w clusters [1, 2] retained tiles 0 to 1

// CHECK:       crania_hw.program @net_program_{{[0-9]+}}
// CHECK:         crania_hw.vector loops [4] {{.*}} code {r2 = exp f32(r0)}

#id = affine_map<(d0, d1) -> (d0, d1)>
!w = !crania.clustered<tensor<4x4xf32>, clusters = 2>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @w : !w scheme #crania.importance values dense<1.0> : tensor<4x4xf32>
      assignment dense<[[0, 1, 0, 1], [0, 1, 0, 1], [0, 1, 0, 1], [0, 1, 0, 1]]> : tensor<4x4xi8>

  func.func @net(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>) attributes {crania.classifier} {
    %zero = arith.constant 0.0 : f32
    %empty = tensor.empty() : tensor<1x4xf32>
    %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x4xf32>) -> tensor<1x4xf32>
    %w = crania.get @w : !w
    %a, %r = crania.iterate upto 2 exit #crania.exit<softmax, [0.5]> -> tensor<1x4xf32> round(%round) {
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
