// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Device binaries as text for people.

// RUN: crania-translate --crania-to-binary %S/../../Dialect/CraniaHW/IR/Inputs/tiny.mlir -o %t.crania
// RUN: crania-translate --disassemble %t.crania | FileCheck %s --strict-whitespace --match-full-lines
// RUN: crania-translate --dump-image %t.crania | FileCheck %s --strict-whitespace --match-full-lines --check-prefix=IMAGE

//      CHECK:producer CRANIA
// CHECK-NEXT:program tiny: 2 rounds, f32, exit softmax 0.9, image 136 B, DRAM 16 B
// CHECK-NEXT:  input x [1, 4] f32
// CHECK-NEXT:  logits y [1, 2] f32
// CHECK-NEXT:  buffer x: dram [0, 16) f32
// CHECK-NEXT:  buffer bias: image [128, 136) f32
// CHECK-NEXT:  buffer xs: global_buffer [0, 16) f32
// CHECK-NEXT:  buffer b: global_buffer [64, 72) f32
// CHECK-NEXT:  buffer y: global_buffer [128, 136) f32
// CHECK-NEXT:  weights fc: 1 x 2 x 4 f32, tiles of 16 x 256
// CHECK-NEXT:    cluster 1: bitmap, image [0, 9), 1 blocks, retained at 0
// CHECK-NEXT:    cluster 2: bitmap, image [64, 89), 1 blocks, streamed
// CHECK-NEXT:  round 1
// CHECK-NEXT:       0 copy activations [4] x+0 strides [1] -> xs+0 strides [1]  ; input
// CHECK-NEXT:       1 copy parameters [2] bias+0 strides [1] -> b+0 strides [1]  ; fc
// CHECK-NEXT:       2 fetch fc clusters [1] retained tiles [0, 1)  ; fc
// CHECK-NEXT:       3 contract fc clusters 1..1 tiles [0, 1) xs+0 4x1x1 strides [1, 4, 4] -> y+0 2x1x1 strides [1, 2, 2] kernel 1x1 stride 1x1 dilation 1x1 pad 0x0 after [0, 2]  ; fc
// CHECK-NEXT:       4 vector loops [2] y+0 [0 + 1*i0 of 2 by 1] b+0 [0 + 1*i0 of 2 by 1] -> y+0 [0 + 1*i0 of 2 by 1] {r3 = add f32 r0 r1} follows 3 after [1]  ; fc
// CHECK-NEXT:       5 exit_test y+0 classes 2 after [4]  ; exit
// CHECK-NEXT:  round 2
// CHECK-NEXT:       0 copy activations [4] x+0 strides [1] -> xs+0 strides [1]  ; input
// CHECK-NEXT:       1 copy parameters [2] bias+0 strides [1] -> b+0 strides [1]  ; fc
// CHECK-NEXT:       2 fetch fc clusters [1] retained tiles [0, 1)  ; fc
// CHECK-NEXT:       3 fetch fc clusters [2] streamed tiles [0, 1)  ; fc
// CHECK-NEXT:       4 contract fc clusters 1..2 tiles [0, 1) xs+0 4x1x1 strides [1, 4, 4] -> y+0 2x1x1 strides [1, 2, 2] kernel 1x1 stride 1x1 dilation 1x1 pad 0x0 after [0, 2, 3]  ; fc
// CHECK-NEXT:       5 release fc cluster 1 after [4]  ; fc
// CHECK-NEXT:       6 vector loops [2] y+0 [0 + 1*i0 of 2 by 1] b+0 [0 + 1*i0 of 2 by 1] -> y+0 [0 + 1*i0 of 2 by 1] {r3 = add f32 r0 r1} follows 4 after [1]  ; fc
// CHECK-NEXT:       7 exit_test y+0 classes 2 after [6]  ; exit

//      IMAGE:image of tiny: 136 B at 0, decoder of 29758 um2, +3.49 % with the store
// IMAGE-NEXT:   address      bytes  cluster  encoding                 tables blocks   values     cycles
// IMAGE-NEXT:fc: 8 weights, 34 B, 34.000 bits per weight; decoding 2 of 1 cycles of DRAM
// IMAGE-NEXT:         0          9        1  bitmap                      0      1        2          1
// IMAGE-NEXT:        64         25        2  bitmap                      0      1        6          1