// The module gives the precision of its layer and the range of its input, so no
// option repeats them.

// RUN: crania-compile %s --clusters=1 -o %t.crania
// RUN: crania-translate --binary-to-crania %t.crania | FileCheck %s
// CHECK: crania_hw.program @crania target <"edge"> precision i8
// CHECK: crania_hw.buffer @input.dram dram at 0 bytes 4 : i8

// RUN: sed 's/{crania.range = array<f64: -1.0, 1.0>}//' %s > %t.unknown.mlir
// RUN: not crania-compile %t.unknown.mlir --clusters=1 -o %t.unknown.crania 2>&1 \
// RUN:   | FileCheck %s --check-prefix=UNKNOWN
// UNKNOWN: error: --precision: integers need the ranges of activations

// In f32, nothing needs calibration.
// RUN: sed 's/{crania.precision = i8}//' %s > %t.f32.mlir
// RUN: not crania-compile %t.f32.mlir --calibrate=images.npy -o %t.f32.crania 2>&1 \
// RUN:   | FileCheck %s --check-prefix=F32
// F32: error: --calibrate: only integers and --max-loss need calibration

func.func @main(%x: tensor<1x4xf32> {crania.range = array<f64: -1.0, 1.0>}) -> tensor<1x3xf32> {
  %w = arith.constant dense<[[1.0, 0.5, -0.25], [0.1, 0.2, 0.3], [0.3, -0.2, 0.1], [0.5, 0.5, 0.5]]> : tensor<4x3xf32>
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x3xf32>
  %cleared = linalg.fill ins(%zero : f32) outs(%e : tensor<1x3xf32>) -> tensor<1x3xf32>
  %y = linalg.matmul {crania.precision = i8} ins(%x, %w : tensor<1x4xf32>, tensor<4x3xf32>) outs(%cleared : tensor<1x3xf32>) -> tensor<1x3xf32>
  return %y : tensor<1x3xf32>
}
