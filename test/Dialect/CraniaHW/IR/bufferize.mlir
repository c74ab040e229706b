// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// One-shot bufferization of runs of a program. Inputs that are not dense are
// copied, logits get a buffer of their own, and the input does not change.

// RUN: cat %s %S/Inputs/tiny.mlir | crania-opt --one-shot-bufferize="bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map" | FileCheck %s
// RUN: cat %s %S/Inputs/tiny.mlir | crania-opt --one-shot-bufferize=bufferize-function-boundaries | FileCheck %s --check-prefix=STRIDED

// CHECK-LABEL: func.func @dense(
//  CHECK-SAME:   %[[X:.*]]: memref<1x4xf32>) -> (memref<1x2xf32>, index)
//       CHECK:   %[[Y:.*]] = memref.alloc() {{.*}} : memref<1x2xf32>
//       CHECK:   %[[R:.*]] = crania_hw.execute @tiny(%[[X]]) into(%[[Y]] : memref<1x2xf32>) : (memref<1x4xf32>) -> index
//       CHECK:   return %[[Y]], %[[R]]

// STRIDED-LABEL: func.func @dense(
//  STRIDED-SAME:   %[[X:.*]]: memref<1x4xf32, strided<[?, ?], offset: ?>>)
//       STRIDED:   %[[DENSE:.*]] = memref.alloc() {{.*}} : memref<1x4xf32>
//       STRIDED:   memref.copy %[[X]], %[[DENSE]]
//       STRIDED:   crania_hw.execute @tiny(%[[DENSE]])
func.func @dense(%x: tensor<1x4xf32>) -> (tensor<1x2xf32>, index) {
  %y, %r = crania_hw.execute @tiny(%x) : (tensor<1x4xf32>) -> (tensor<1x2xf32>, index)
  return %y, %r : tensor<1x2xf32>, index
}

// The run only reads its input, so changing the input in place afterwards needs
// no copy.
// CHECK-LABEL: func.func @reads_input(
//  CHECK-SAME:   %[[X:.*]]: memref<1x4xf32>
//       CHECK:   crania_hw.execute @tiny(%[[X]])
//   CHECK-NOT:   memref.copy
//       CHECK:   memref.store %{{.*}}, %[[X]]
func.func @reads_input(%x: tensor<1x4xf32> {bufferization.writable = true}, %v: f32) -> (tensor<1x2xf32>, tensor<1x4xf32>) {
  %c0 = arith.constant 0 : index
  %y, %r = crania_hw.execute @tiny(%x) : (tensor<1x4xf32>) -> (tensor<1x2xf32>, index)
  %changed = tensor.insert %v into %x[%c0, %c0] : tensor<1x4xf32>
  return %y, %changed : tensor<1x2xf32>, tensor<1x4xf32>
}

// Changing the input before the run needs a copy if the old value is used
// later.
// CHECK-LABEL: func.func @input_needed(
//       CHECK:   memref.copy
//       CHECK:   memref.store
func.func @input_needed(%x: tensor<1x4xf32> {bufferization.writable = true}, %v: f32) -> (tensor<1x2xf32>, tensor<1x2xf32>) {
  %c0 = arith.constant 0 : index
  %changed = tensor.insert %v into %x[%c0, %c0] : tensor<1x4xf32>
  %y, %r = crania_hw.execute @tiny(%x) : (tensor<1x4xf32>) -> (tensor<1x2xf32>, index)
  %z, %s = crania_hw.execute @tiny(%changed) : (tensor<1x4xf32>) -> (tensor<1x2xf32>, index)
  return %y, %z : tensor<1x2xf32>, tensor<1x2xf32>
}
