// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The binary of a program of integers has the same contents as the IR, and can
// be printed as text.

// RUN: crania-translate --crania-to-binary %S/../../Dialect/CraniaHW/IR/Inputs/integers.mlir -o %t.crania
// RUN: crania-translate --binary-to-crania %t.crania -o %t.back.mlir
// RUN: crania-translate --crania-to-binary %t.back.mlir | cmp - %t.crania
// RUN: FileCheck %s --check-prefix=IR < %t.back.mlir
// RUN: crania-translate --disassemble %t.crania | FileCheck %s

// IR: input <@x : tensor<1x4xui8>, scale 6.250000e-02>
// IR: crania_hw.buffer @largest global_buffer at 256 bytes 8 : i64
// IR: code {r4 = rescale i64(r0, r1, r2, 8), r5 = constant i32(-127), r6 = max i64(r4, r5), r7 = constant i32(127), r8 = min i32(r6, r7)}
// IR: r7 = constant i64(9007199254740993)

// CHECK: program integers: 1 rounds, i8,
// CHECK: input x [1, 4] u8 scale 0.0625
// CHECK: buffer q: global_buffer [192, 194) i8
// CHECK: weights fc: 1 x 2 x 4 i8, tiles of 16 x 256
// CHECK: {r4 = rescale i64 r0 r1 r2 8; r5 = constant i32 -127; r6 = max i64 r4 r5; r7 = constant i32 127; r8 = min i32 r6 r7}
// CHECK: r7 = constant i64 9007199254740993; r8 = shr i64 r7 r6
