// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// IR and device binary are equivalent: both round trips restore the original.
// Random networks of the integration tests cover the parts that the two
// programs below do not use.

// RUN: crania-opt %s > %t.mlir
// RUN: crania-translate --crania-to-binary %s -o %t.crania
// RUN: crania-translate --binary-to-crania %t.crania -o %t.back.mlir
// RUN: crania-translate --crania-to-binary %t.back.mlir | cmp - %t.crania
// RUN: crania-translate --binary-to-crania %t.crania | FileCheck %s

// Two programs form a bundle, in the order of the module. One contains its
// machine, the other names a preset.
// CHECK-LABEL: crania_hw.program @second target <"mine", "{{.*}}"> precision f32 exit <margin, [0.25, 0.5]>
// CHECK-SAME:    input <@"x of host" : tensor<3x1x2xf32>> logits <@y : tensor<2xf32>> image dense_resource<second_image> : tensor<16xi8> dram_bytes 56 {
crania_hw.program @second target <"mine", "{\22name\22: \22mine\22, \22array\22: {\22cols\22: 4, \22rows\22: 2, \22weights_per_pe\22: 2}}"> precision f32 exit <margin, [0.25, 0.5]>
    input <@"x of host" : tensor<3x1x2xf32>> logits <@y : tensor<2xf32>>
    image dense<[0, 0, -128, 63, 0, 0, 0, 64, 0, 0, 64, 64, 0, 0, -128, 64]> : tensor<16xi8> dram_bytes 56 {
  // CHECK-NEXT: crania_hw.buffer @"x of host" dram at 32 bytes 24 : f32
  crania_hw.buffer @"x of host" dram at 32 bytes 24 : f32
  // CHECK-NEXT: crania_hw.buffer @spill dram at 0 bytes 32 : f32
  crania_hw.buffer @spill dram at 0 bytes 32 : f32
  // CHECK-NEXT: crania_hw.buffer @xs global_buffer at 1024 bytes 24 : f32
  crania_hw.buffer @xs global_buffer at 1024 bytes 24 : f32
  // CHECK-NEXT: crania_hw.buffer @y global_buffer at 64 bytes 8 : f32
  crania_hw.buffer @y global_buffer at 64 bytes 8 : f32
  // CHECK-NEXT: crania_hw.weights @w groups 1 outputs 2 depth 2 tile [1, 1] : f32 segments [<cluster 1, encoding "raw", at 0, bytes 16, streamed, block_offsets [0, 4, 16], block_tiles [0, 1, 4]>]
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [1, 1] : f32 segments [
      <cluster 1, encoding "raw", at 0, bytes 16, streamed, block_offsets [0, 4, 16], block_tiles [0, 1, 4]>]
  // CHECK-NEXT: crania_hw.round {
  crania_hw.round {
    // A box of rows, whose columns are reversed on chip.
    // CHECK-NEXT: %[[X:.*]] = crania_hw.copy activations [3, 1, 2] from <@"x of host" at 0, strides [2, 2, 1]> to <@xs at 1, strides [2, 2, -1]> label "in \22put\22"
    %x = crania_hw.copy activations [3, 1, 2] from <@"x of host" at 0, strides [2, 2, 1]> to <@xs at 1, strides [2, 2, -1]> label "in \22put\22"
    // CHECK-NEXT: %[[F:.*]] = crania_hw.fetch @w clusters [1] streamed tiles 0 to 4
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 4
    // CHECK-NEXT: %[[I:.*]] = crania_hw.vector loops [2] inputs [] output <@y at 0, (d0) -> (d0), extents [2], strides [1], padding 0.000000e+00> code {r1 = constant f32(1.500000e+00)}
    %i = crania_hw.vector loops [2] inputs []
        output <@y at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0> code {r1 = constant f32(1.5)}
    // CHECK-NEXT: %[[C:.*]] = crania_hw.contract @w clusters 1 tiles 0 to 4 input <@xs at 2, 2x1x1, strides [1, 7, 5]> output <@y at 1, 2x1x1, strides [-1, 1, 1]> kernel [1, 1] stride [3, 2] dilation [2, 3] pad [-1, 1] accumulate after(%[[X]], %[[I]])
    %c = crania_hw.contract @w clusters 1 tiles 0 to 4
        input <@xs at 2, 2x1x1, strides [1, 7, 5]> output <@y at 1, 2x1x1, strides [-1, 1, 1]>
        kernel [1, 1] stride [3, 2] dilation [2, 3] pad [-1, 1] accumulate after(%x, %i)
    // A maximum over the columns with padding, then a selection.
    // CHECK-NEXT: %[[M:.*]] = crania_hw.vector loops [2, 3] inputs [<@xs at 0, (d0, d1) -> (d0 * 2 - 1, -d1 + 3), extents [3, 2], strides [2, 1], padding 0xFFF0000000000000>] output <@y at 0, (d0, d1) -> (d0), extents [2], strides [1], padding 0.000000e+00> code {r2 = max f32(r0, r1)} reduces from 0xFFF0000000000000 after(%[[C]])
    %m = crania_hw.vector loops [2, 3]
        inputs [<@xs at 0, (d0, d1) -> (d0 * 2 - 1, 3 - d1), extents [3, 2], strides [2, 1], padding 0xFFF0000000000000>]
        output <@y at 0, (d0, d1) -> (d0), extents [2], strides [1], padding 0.0>
        code {r2 = max f32(r0, r1)} reduces from 0xFFF0000000000000 after(%c)
    // CHECK-NEXT: %[[A:.*]] = crania_hw.vector loops [2, 2] inputs [<@xs at 1, (d0, d1) -> (d1), extents [2], strides [2], padding 1.000000e-01>] output <@y at 0, (d0, d1) -> (d0), extents [2], strides [1], padding 0.000000e+00> code {r2 = cmp_lt f32(r0, r1), r3 = select f32(r2, r0, r1), r4 = exp f32(r3)} reduces after(%[[M]]) label "max"
    %a = crania_hw.vector loops [2, 2]
        inputs [<@xs at 1, (d0, d1) -> (d1), extents [2], strides [2], padding 0.1>]
        output <@y at 0, (d0, d1) -> (d0), extents [2], strides [1], padding 0.0>
        code {r2 = cmp_lt f32(r0, r1), r3 = select f32(r2, r0, r1), r4 = exp f32(r3)} reduces after(%m) label "max"
    // CHECK-NEXT: %[[S:.*]] = crania_hw.copy activations [2] from <@y at 0, strides [1]> to <@spill at 4, strides [2]> after(%[[A]]) label "max"
    %s = crania_hw.copy activations [2] from <@y at 0, strides [1]> to <@spill at 4, strides [2]> after(%a) label "max"
    // CHECK-NEXT: crania_hw.exit_test @y at 0 classes 2 after(%[[A]])
    %e = crania_hw.exit_test @y at 0 classes 2 after(%a)
  }
  // CHECK-NEXT: }
  // CHECK-NEXT: crania_hw.round {
  crania_hw.round {
    %e = crania_hw.exit_test @y at 1 classes 1
  }
  // CHECK: crania_hw.round {
  crania_hw.round {
    // CHECK-NEXT: crania_hw.exit_test @y at 0 classes 1
    %e = crania_hw.exit_test @y at 0 classes 1
  }
}

// CHECK-LABEL: crania_hw.program @first target <"edge"> precision f32 exit <entropy, []>
// CHECK-SAME:    image dense<> : tensor<0xi8> dram_bytes 0 {
crania_hw.program @first target <"edge"> precision f32 exit <entropy, []>
    input <@x : tensor<1xf32>> logits <@x : tensor<1xf32>> image dense<> : tensor<0xi8> dram_bytes 0 {
  crania_hw.buffer @x global_buffer at 0 bytes 4 : f32
  crania_hw.round {
    %e = crania_hw.exit_test @x at 0 classes 1
  }
}
