// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The pass accepts programs that the machine accepts, and changes nothing. A flag
// and a nested pipeline do the same.

// RUN: crania-opt %s -o %t.mlir
// RUN: crania-opt %s --crania-hw-verify-program | diff %t.mlir -
// RUN: crania-opt %s --pass-pipeline='builtin.module(crania_hw.program(crania-hw-verify-program))' | diff %t.mlir -

// The pass works on programs alone.
// RUN: not crania-opt %s --pass-pipeline='builtin.module(crania-hw-verify-program)' 2>&1 | FileCheck %s
// CHECK: restricted to 'crania_hw.program' on a PassManager intended to run on 'builtin.module'

crania_hw.program @first target <"edge"> precision f32 exit <softmax, []>
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
crania_hw.program @second target <"edge"> precision f32 exit <softmax, []>
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
func.func @host(%x: tensor<1x2xf32>) -> (tensor<1x2xf32>, index) {
  %y, %r = crania_hw.execute @second(%x) : (tensor<1x2xf32>) -> (tensor<1x2xf32>, index)
  return %y, %r : tensor<1x2xf32>, index
}
