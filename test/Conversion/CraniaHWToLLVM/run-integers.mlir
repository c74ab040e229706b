// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A program of integers runs under stock mlir-runner. The host passes f32, and
// the runtime quantizes. By hand from the weights in integers.mlir:
//   x / 0.0625 = (8, 16, 32, 0.5) becomes (8, 16, 32, 0). The sums are
//       8 - 32 + 96 = 72 and 127 * (8 - 32) = -3048. Rescaled, they are
//       (72 * 10 + 128) >> 8 = 3 and (-3048 * 20 + 128) >> 8 = -238, clamped
//       to -127. A quarter of these, rounded half to even, is 1 and -32.
//   x / 0.0625 = (256, -48, 1.5, 112) becomes (255, 0, 2, 112). The sums are
//       255 + 6 - 448 = -187 and 127 * (255 - 2) + 5 * 112 = 32691. Rescaled,
//       they are -7 and 2554, clamped to 127. A quarter is -2 and 32.

// A stock tool cannot load a library that was built with sanitizers.
// UNSUPPORTED: asan

// RUN: cat %s %S/../../Dialect/CraniaHW/IR/Inputs/integers.mlir | crania-opt \
// RUN:   --one-shot-bufferize="bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map" \
// RUN:   --buffer-deallocation-pipeline --convert-crania-hw-to-llvm --convert-bufferization-to-memref \
// RUN:   --expand-strided-metadata --convert-cf-to-llvm --finalize-memref-to-llvm \
// RUN:   --convert-func-to-llvm --convert-arith-to-llvm --reconcile-unrealized-casts \
// RUN: | mlir-runner --entry-point-result=void --shared-libs=%crania_runtime \
// RUN:     --shared-libs=%mlir_lib/libmlir_runner_utils.so --shared-libs=%mlir_lib/libmlir_c_runner_utils.so \
// RUN: | FileCheck %s

func.func private @printMemrefF32(memref<*xf32>) attributes {llvm.emit_c_interface}

func.func @infer(%x: tensor<1x4xf32>) {
  %logits, %round = crania_hw.execute @integers(%x) : (tensor<1x4xf32>) -> (tensor<1x2xf32>, index)
  %u = tensor.cast %logits : tensor<1x2xf32> to tensor<*xf32>
  %m = bufferization.to_buffer %u : tensor<*xf32> to memref<*xf32>
  call @printMemrefF32(%m) : (memref<*xf32>) -> ()
  return
}
func.func @main() {
  %a = arith.constant dense<[[0.5, 1.0, 2.0, 0.03125]]> : tensor<1x4xf32>
  %b = arith.constant dense<[[16.0, -3.0, 0.09375, 7.0]]> : tensor<1x4xf32>
  // CHECK: sizes = [1, 2]
  // CHECK-NEXT: {{\[\[}}1, -32]]
  call @infer(%a) : (tensor<1x4xf32>) -> ()
  // CHECK: sizes = [1, 2]
  // CHECK-NEXT: {{\[\[}}-2, 32]]
  call @infer(%b) : (tensor<1x4xf32>) -> ()
  return
}
