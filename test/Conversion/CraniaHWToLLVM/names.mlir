// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The constant takes another name than the existing symbol. The existing
// declaration of the runtime's function is shared. A program without runs is
// erased, and so are attributes of the dialect.

// RUN: crania-opt --convert-crania-hw-to-llvm %s | FileCheck %s

// CHECK-NOT: crania.
// CHECK: llvm.func @craniaRuntimeInfer(
// CHECK: func.func private @p_binary()
// CHECK-DAG: llvm.mlir.addressof @[[NAME:p_binary_[0-9]+]]
// CHECK-DAG: llvm.mlir.global internal constant @[[NAME]](
// CHECK-NOT: crania_hw
// CHECK-NOT: crania.
// CHECK-NOT: llvm.func
// CHECK-NOT: unused_binary
module attributes {crania.target = #crania.target<"edge">} {
llvm.func @craniaRuntimeInfer(!llvm.ptr, i64, !llvm.ptr, i64, !llvm.ptr, i64) -> i64
func.func private @p_binary()

func.func @f(%x: memref<2xf32>, %y: memref<2xf32>) -> index attributes {crania.classifier} {
  %r = crania_hw.execute @p(%x) into(%y : memref<2xf32>) : (memref<2xf32>) -> index
  return %r : index
}

crania_hw.program @p target <"edge"> precision f32 exit <softmax, []>
    input <@x : tensor<2xf32>> logits <@y : tensor<2xf32>>
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

crania_hw.program @unused target <"edge"> precision f32 exit <softmax, []>
    input <@x : tensor<2xf32>> logits <@y : tensor<2xf32>>
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
}
