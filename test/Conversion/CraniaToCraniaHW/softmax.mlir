// RUN: crania-opt %s --convert-crania-to-hw | FileCheck %s

// A softmax inside the iteration is decomposed: maximum, exponential of the
// difference, sum and quotient.

// CHECK-LABEL: crania_hw.program @net_program
// CHECK:           crania_hw.buffer @generic global_buffer at 0 bytes 16 : f32
// CHECK-NEXT:      crania_hw.buffer @generic_1 global_buffer at 128 bytes 4 : f32
// CHECK-NEXT:      crania_hw.buffer @generic_2 global_buffer at 64 bytes 16 : f32
// CHECK-NEXT:      crania_hw.buffer @generic_3 global_buffer at 128 bytes 4 : f32
// CHECK-NEXT:      crania_hw.buffer @input global_buffer at 0 bytes 16 : f32
// CHECK-NEXT:      crania_hw.buffer @input.dram dram at 0 bytes 16 : f32
// CHECK-NEXT:      crania_hw.buffer @logits dram at 64 bytes 16 : f32
// CHECK:           crania_hw.round {
// CHECK-NEXT:        %[[LOAD1:[0-9]+]] = crania_hw.copy activations [4] from <@input.dram at 0, strides [1]>
// CHECK-SAME:          to <@input at 0, strides [1]> label "input"
// CHECK-NEXT:        %[[VECTOR1:[0-9]+]] = crania_hw.vector loops [4]
// CHECK-SAME:          inputs [<@input at 0, (d0) -> (d0), extents [4], strides [1], padding 0.000000e+00>]
// CHECK-SAME:          output <@generic_3 at 0, (d0) -> (), extents [], strides [], padding 0.000000e+00>
// CHECK-SAME:          code {r2 = maxnum f32(r0, r1)} reduces from 0xFFF8000000000000 after(%[[LOAD1]]) label "generic"
// CHECK-NEXT:        %[[VECTOR2:[0-9]+]] = crania_hw.vector loops [4]
// CHECK-SAME:          inputs [<@input at 0, (d0) -> (d0), extents [4], strides [1], padding 0.000000e+00>,
// CHECK-SAME:          <@generic_3 at 0, (d0) -> (), extents [], strides [], padding 0.000000e+00>]
// CHECK-SAME:          output <@generic_2 at 0, (d0) -> (d0), extents [4], strides [1], padding 0.000000e+00>
// CHECK-SAME:          code {r3 = sub f32(r0, r1), r4 = exp f32(r3)} after(%[[VECTOR1]]) label "generic"
// CHECK-NEXT:        %[[VECTOR3:[0-9]+]] = crania_hw.vector loops [4]
// CHECK-SAME:          inputs [<@generic_2 at 0, (d0) -> (d0), extents [4], strides [1], padding 0.000000e+00>]
// CHECK-SAME:          output <@generic_1 at 0, (d0) -> (), extents [], strides [], padding 0.000000e+00>
// CHECK-SAME:          code {r2 = add f32(r0, r1)} reduces from 0.000000e+00 after(%[[VECTOR2]]) label "generic"
// CHECK-NEXT:        %[[VECTOR4:[0-9]+]] = crania_hw.vector loops [4]
// CHECK-SAME:          inputs [<@generic_2 at 0, (d0) -> (d0), extents [4], strides [1], padding 0.000000e+00>,
// CHECK-SAME:          <@generic_1 at 0, (d0) -> (), extents [], strides [], padding 0.000000e+00>]
// CHECK-SAME:          output <@generic at 0, (d0) -> (d0), extents [4], strides [1], padding 0.000000e+00>
// CHECK-SAME:          code {r3 = div f32(r0, r1)} after(%[[VECTOR3]]) label "generic"
// CHECK-NEXT:        crania_hw.copy activations [4] from <@generic at 0, strides [1]>
// CHECK-SAME:          to <@logits at 0, strides [1]> after(%[[VECTOR4]]) label "exit"
// CHECK-NEXT:        crania_hw.exit_test @generic at 0 classes 4 after(%[[VECTOR4]]) label "exit"
// CHECK-NEXT:      }

module attributes {crania.target = #crania.target<"edge">} {
  func.func @net(%x: tensor<1x4xf32>) -> tensor<1x4xf32> attributes {crania.classifier} {
    %logits, %exit = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<1x4xf32> round(%round) {
      %empty = tensor.empty() : tensor<1x4xf32>
      %p = linalg.softmax dimension(1) ins(%x : tensor<1x4xf32>) outs(%empty : tensor<1x4xf32>) -> tensor<1x4xf32>
      crania.yield %p : tensor<1x4xf32>
    }
    return %logits : tensor<1x4xf32>
  }
}
