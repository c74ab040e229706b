// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// On tensors, a run is a function of its input. On buffers, it writes its
// logits. Commands are never removed or merged.

// RUN: cat %s %S/Inputs/tiny.mlir | crania-opt --cse --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @unused(
//   CHECK-NOT:   crania_hw.execute
//       CHECK:   return
func.func @unused(%x: tensor<1x4xf32>) {
  %y, %r = crania_hw.execute @tiny(%x) : (tensor<1x4xf32>) -> (tensor<1x2xf32>, index)
  return
}

// CHECK-LABEL: func.func @repeated(
//       CHECK:   %[[Y:.*]], %[[R:.*]] = crania_hw.execute
//   CHECK-NOT:   crania_hw.execute
//       CHECK:   return %[[Y]], %[[Y]]
func.func @repeated(%x: tensor<1x4xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>) {
  %y, %r = crania_hw.execute @tiny(%x) : (tensor<1x4xf32>) -> (tensor<1x2xf32>, index)
  %z, %s = crania_hw.execute @tiny(%x) : (tensor<1x4xf32>) -> (tensor<1x2xf32>, index)
  return %y, %z : tensor<1x2xf32>, tensor<1x2xf32>
}

// CHECK-LABEL: func.func @written(
//       CHECK:   crania_hw.execute
//       CHECK:   return
func.func @written(%x: memref<1x4xf32>, %y: memref<1x2xf32>) {
  %r = crania_hw.execute @tiny(%x) into(%y : memref<1x2xf32>) : (memref<1x4xf32>) -> index
  return
}

// CHECK-LABEL: crania_hw.program @tiny
// CHECK-COUNT-4: crania_hw.copy
