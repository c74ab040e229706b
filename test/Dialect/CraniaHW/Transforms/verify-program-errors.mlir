// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// MLIR's verification is local: it accepts programs that the machine refuses.
// RUN: crania-opt %s -o %t.mlir

// The pass and the translation refuse them. The pass looks at each program, the
// translation stops at the first that is wrong.
// RUN: crania-opt %s --crania-hw-verify-program --verify-diagnostics
// RUN: not crania-translate --crania-to-binary %s -o %t.crania 2>&1 | FileCheck %s
// RUN: not ls %t.crania

// CHECK-NOT: error:
// CHECK: verify-program-errors.mlir:[[#@LINE + 32]]:10: error: program "wrong", round 1, command 2 (contract of ""): it reads bytes [0, 8) of global_buffer
// CHECK-NOT: error:

crania_hw.program @right target <"edge"> precision f32 exit <softmax, []>
    input <@x : tensor<1x2xf32>> logits <@y : tensor<1x2xf32>>
    image dense<"0x0000803F000000400000404000008040"> : tensor<16xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 8 : f32
  crania_hw.buffer @xs global_buffer at 0 bytes 8 : f32
  crania_hw.buffer @y global_buffer at 64 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : f32 segments [
      <cluster 1, encoding "raw", at 0, bytes 16, streamed, block_offsets [0, 16], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@y at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%c)
  }
}
crania_hw.program @wrong target <"edge"> precision f32 exit <softmax, []>
    input <@x : tensor<1x2xf32>> logits <@y : tensor<1x2xf32>>
    image dense<"0x0000803F000000400000404000008040"> : tensor<16xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 8 : f32
  crania_hw.buffer @xs global_buffer at 0 bytes 8 : f32
  crania_hw.buffer @y global_buffer at 64 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : f32 segments [
      <cluster 1, encoding "raw", at 0, bytes 16, streamed, block_offsets [0, 16], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    // expected-error @+1 {{it reads bytes [0, 8) of global_buffer, which command 0 may still write; let it wait for that command}}
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@y at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%f)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%c)
  }
}
// expected-error @+1 {{buffer "y": bytes [131072, +8) exceed the 131072 bytes of global_buffer}}
crania_hw.program @too_large target <"edge"> precision f32 exit <softmax, []>
    input <@x : tensor<1x2xf32>> logits <@y : tensor<1x2xf32>>
    image dense<"0x0000803F000000400000404000008040"> : tensor<16xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 8 : f32
  crania_hw.buffer @xs global_buffer at 0 bytes 8 : f32
  crania_hw.buffer @y global_buffer at 131072 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : f32 segments [
      <cluster 1, encoding "raw", at 0, bytes 16, streamed, block_offsets [0, 16], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@y at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%c)
  }
}
