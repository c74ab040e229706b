// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Programs, every command, and execution print as they parse.

// RUN: cat %s %S/Inputs/tiny.mlir | crania-opt | FileCheck %s --strict-whitespace --match-full-lines
// RUN: cat %s %S/Inputs/tiny.mlir | crania-opt | crania-opt | FileCheck %s --strict-whitespace --match-full-lines
// RUN: cat %s %S/Inputs/tiny.mlir | crania-opt --mlir-print-op-generic | crania-opt | FileCheck %s --strict-whitespace --match-full-lines
// RUN: cat %s %S/Inputs/tiny.mlir | crania-opt --emit-bytecode | crania-opt | FileCheck %s --strict-whitespace --match-full-lines

//      CHECK:  func.func @on_tensors(%arg0: tensor<1x4xf32>) -> (tensor<1x2xf32>, index) {
// CHECK-NEXT:    %logits, %exit_round = crania_hw.execute @tiny(%arg0) : (tensor<1x4xf32>) -> (tensor<1x2xf32>, index)
func.func @on_tensors(%x: tensor<1x4xf32>) -> (tensor<1x2xf32>, index) {
  %logits, %round = crania_hw.execute @tiny(%x) : (tensor<1x4xf32>) -> (tensor<1x2xf32>, index)
  return %logits, %round : tensor<1x2xf32>, index
}

//      CHECK:  func.func @on_buffers(%arg0: memref<1x4xf32>, %arg1: memref<1x2xf32>) -> index {
// CHECK-NEXT:    %exit_round = crania_hw.execute @tiny(%arg0) into(%arg1 : memref<1x2xf32>) : (memref<1x4xf32>) -> index
func.func @on_buffers(%in: memref<1x4xf32>, %out: memref<1x2xf32>) -> index {
  %r = crania_hw.execute @tiny(%in) into(%out : memref<1x2xf32>) : (memref<1x4xf32>) -> index
  return %r : index
}

// The program is Inputs/tiny.mlir.
//      CHECK:  crania_hw.program @tiny target <"edge"> precision f32 exit <softmax, [0.9]> input <@x : tensor<1x4xf32>> logits <@y : tensor<1x2xf32>> image dense<"0x{{[0-9A-F]+}}"> : tensor<136xi8> dram_bytes 16 {
// CHECK-NEXT:    crania_hw.buffer @x dram at 0 bytes 16 : f32
// CHECK-NEXT:    crania_hw.buffer @bias image at 128 bytes 8 : f32
// CHECK-NEXT:    crania_hw.buffer @xs global_buffer at 0 bytes 16 : f32
// CHECK-NEXT:    crania_hw.buffer @b global_buffer at 64 bytes 8 : f32
// CHECK-NEXT:    crania_hw.buffer @y global_buffer at 128 bytes 8 : f32
// CHECK-NEXT:    crania_hw.weights @fc groups 1 outputs 2 depth 4 tile [16, 256] : f32 segments [<cluster 1, encoding "bitmap", at 0, bytes 9, retained at 0, block_offsets [0, 9], block_tiles [0, 1]>, <cluster 2, encoding "bitmap", at 64, bytes 25, streamed, block_offsets [0, 25], block_tiles [0, 1]>]
// CHECK-NEXT:    crania_hw.round {
// CHECK-NEXT:      %0 = crania_hw.copy activations [4] from <@x at 0, strides [1]> to <@xs at 0, strides [1]> label "input"
// CHECK-NEXT:      %1 = crania_hw.copy parameters [2] from <@bias at 0, strides [1]> to <@b at 0, strides [1]> label "fc"
// CHECK-NEXT:      %2 = crania_hw.fetch @fc clusters [1] retained tiles 0 to 1 label "fc"
// CHECK-NEXT:      %3 = crania_hw.contract @fc clusters 1 tiles 0 to 1 input <@xs at 0, 4x1x1, strides [1, 4, 4]> output <@y at 0, 2x1x1, strides [1, 2, 2]> kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%0, %2) label "fc"
// CHECK-NEXT:      %4 = crania_hw.vector loops [2] inputs [<@y at 0, (d0) -> (d0), extents [2], strides [1], padding 0.000000e+00>, <@b at 0, (d0) -> (d0), extents [2], strides [1], padding 0.000000e+00>] output <@y at 0, (d0) -> (d0), extents [2], strides [1], padding 0.000000e+00> code {r3 = add f32(r0, r1)} follows(%3) after(%1) label "fc"
// CHECK-NEXT:      %5 = crania_hw.exit_test @y at 0 classes 2 after(%4) label "exit"
// CHECK-NEXT:    }
// CHECK-NEXT:    crania_hw.round {
// CHECK-NEXT:      %0 = crania_hw.copy activations [4] from <@x at 0, strides [1]> to <@xs at 0, strides [1]> label "input"
// CHECK-NEXT:      %1 = crania_hw.copy parameters [2] from <@bias at 0, strides [1]> to <@b at 0, strides [1]> label "fc"
// CHECK-NEXT:      %2 = crania_hw.fetch @fc clusters [1] retained tiles 0 to 1 label "fc"
// CHECK-NEXT:      %3 = crania_hw.fetch @fc clusters [2] streamed tiles 0 to 1 label "fc"
// CHECK-NEXT:      %4 = crania_hw.contract @fc clusters 2 tiles 0 to 1 input <@xs at 0, 4x1x1, strides [1, 4, 4]> output <@y at 0, 2x1x1, strides [1, 2, 2]> kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%0, %2, %3) label "fc"
// CHECK-NEXT:      %5 = crania_hw.release @fc cluster 1 after(%4) label "fc"
// CHECK-NEXT:      %6 = crania_hw.vector loops [2] inputs [<@y at 0, (d0) -> (d0), extents [2], strides [1], padding 0.000000e+00>, <@b at 0, (d0) -> (d0), extents [2], strides [1], padding 0.000000e+00>] output <@y at 0, (d0) -> (d0), extents [2], strides [1], padding 0.000000e+00> code {r3 = add f32(r0, r1)} follows(%4) after(%1) label "fc"
// CHECK-NEXT:      %7 = crania_hw.exit_test @y at 0 classes 2 after(%6) label "exit"
