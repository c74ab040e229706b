// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Host code with a program runs under stock mlir-runner, with the runtime as a
// shared library. The logits follow by hand from the weights in tiny.mlir:
//   x = (1, 0, 0, 2): round 1 has cluster 1 only, 3*2 + 0.25 and -0.25. It
//       stops with a confidence of 0.998.
//   x = (1, 0.5, 1, 0): round 1 gives (0.25, 1.75) and continues with a
//       confidence of 0.82. Round 2 has all weights, 1 - 1 + 0.5 + 0.25 and
//       -1 + 2 + 2 - 0.25.

// A stock tool cannot load a library that was built with sanitizers.
// UNSUPPORTED: asan

// RUN: cat %s %S/../../Dialect/CraniaHW/IR/Inputs/tiny.mlir | crania-opt \
// RUN:   --one-shot-bufferize="bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map" \
// RUN:   --buffer-deallocation-pipeline --convert-crania-hw-to-llvm --convert-bufferization-to-memref \
// RUN:   --expand-strided-metadata --convert-cf-to-llvm --finalize-memref-to-llvm \
// RUN:   --convert-func-to-llvm --convert-arith-to-llvm --reconcile-unrealized-casts \
// RUN: | mlir-runner --entry-point-result=void --shared-libs=%crania_runtime \
// RUN:     --shared-libs=%mlir_lib/libmlir_runner_utils.so --shared-libs=%mlir_lib/libmlir_c_runner_utils.so \
// RUN: | FileCheck %s

func.func private @printMemrefF32(memref<*xf32>) attributes {llvm.emit_c_interface}
func.func private @printI64(i64)
func.func private @printNewline()

func.func @infer(%x: tensor<1x4xf32>) {
  %logits, %round = crania_hw.execute @tiny(%x) : (tensor<1x4xf32>) -> (tensor<1x2xf32>, index)
  %r = arith.index_cast %round : index to i64
  call @printI64(%r) : (i64) -> ()
  call @printNewline() : () -> ()
  %u = tensor.cast %logits : tensor<1x2xf32> to tensor<*xf32>
  %m = bufferization.to_buffer %u : tensor<*xf32> to memref<*xf32>
  call @printMemrefF32(%m) : (memref<*xf32>) -> ()
  return
}
func.func @main() {
  %a = arith.constant dense<[[1.0, 0.0, 0.0, 2.0]]> : tensor<1x4xf32>
  %b = arith.constant dense<[[1.0, 0.5, 1.0, 0.0]]> : tensor<1x4xf32>
  //      CHECK: {{^}}1{{$}}
  // CHECK-NEXT: sizes = [1, 2]
  // CHECK-NEXT: {{\[\[}}6.25, -0.25]]
  call @infer(%a) : (tensor<1x4xf32>) -> ()
  // CHECK-NEXT: {{^}}2{{$}}
  // CHECK-NEXT: sizes = [1, 2]
  // CHECK-NEXT: {{\[\[}}0.75, 2.75]]
  call @infer(%b) : (tensor<1x4xf32>) -> ()
  return
}
