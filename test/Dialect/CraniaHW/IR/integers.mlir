// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A program of integers prints as it parses: as text, generically and as
// bytecode. It takes f32 from the host.

// RUN: cat %s %S/Inputs/integers.mlir | crania-opt > %t.once
// RUN: crania-opt %t.once | diff %t.once -
// RUN: cat %s %S/Inputs/integers.mlir | crania-opt --mlir-print-op-generic | crania-opt | diff %t.once -
// RUN: cat %s %S/Inputs/integers.mlir | crania-opt --emit-bytecode | crania-opt | diff %t.once -
// RUN: FileCheck %s < %t.once

// CHECK: crania_hw.execute @integers(%{{.*}}) : (tensor<1x4xf32>) -> (tensor<1x2xf32>, index)
func.func @quantised(%x: tensor<1x4xf32>) -> (tensor<1x2xf32>, index) {
  %y, %r = crania_hw.execute @integers(%x) : (tensor<1x4xf32>) -> (tensor<1x2xf32>, index)
  return %y, %r : tensor<1x2xf32>, index
}

// CHECK: crania_hw.program @integers target <"edge"> precision i8 exit <softmax, []> input <@x : tensor<1x4xui8>, scale 6.250000e-02>
// CHECK: crania_hw.buffer @xs global_buffer at 0 bytes 4 : ui8
// CHECK: code {r4 = rescale i64(r0, r1, r2, 8), r5 = constant i32(-127), r6 = max i64(r4, r5), r7 = constant i32(127), r8 = min i32(r6, r7)}
// CHECK: reduces from -1.280000e+02
// CHECK: r7 = constant i64(9007199254740993)
