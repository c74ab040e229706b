// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Tests the form of the host code; run.mlir runs it.

// RUN: cat %s %S/../../Dialect/CraniaHW/IR/Inputs/tiny.mlir | crania-opt --convert-crania-hw-to-llvm | FileCheck %s

// CHECK-LABEL: func.func @twice(
//  CHECK-SAME:   %[[X:.*]]: memref<1x4xf32>, %[[Y:.*]]: memref<1x2xf32>)
//       CHECK:   %[[BINARY:.*]] = llvm.mlir.addressof @tiny_binary : !llvm.ptr
//       CHECK:   %[[BYTES:.*]] = arith.constant {{[0-9]+}} : i64
//       CHECK:   memref.extract_aligned_pointer_as_index %[[X]]
//       CHECK:   %[[IN:.*]] = llvm.inttoptr
//       CHECK:   %[[C4:.*]] = arith.constant 4 : i64
//       CHECK:   memref.extract_aligned_pointer_as_index %[[Y]]
//       CHECK:   %[[OUT:.*]] = llvm.inttoptr
//       CHECK:   %[[C2:.*]] = arith.constant 2 : i64
//       CHECK:   %[[ROUND:.*]] = llvm.call @craniaRuntimeInfer(%[[BINARY]], %[[BYTES]], %[[IN]], %[[C4]], %[[OUT]], %[[C2]])
//       CHECK:   %[[RAN:.*]] = arith.cmpi sgt, %[[ROUND]], %{{.*}} : i64
//       CHECK:   cf.assert %[[RAN]], "program @tiny did not run; the runtime has printed why"
//       CHECK:   arith.index_cast %[[ROUND]] : i64 to index
//       CHECK:   llvm.mlir.addressof @tiny_binary : !llvm.ptr
//       CHECK:   llvm.call @craniaRuntimeInfer
func.func @twice(%x: memref<1x4xf32>, %y: memref<1x2xf32>) -> (index, index) {
  %r = crania_hw.execute @tiny(%x) into(%y : memref<1x2xf32>) : (memref<1x4xf32>) -> index
  %s = crania_hw.execute @tiny(%x) into(%y : memref<1x2xf32>) : (memref<1x4xf32>) -> index
  return %r, %s : index, index
}

// The program is erased. Its device binary (magic "CRANIA") is present once.
//   CHECK-NOT: crania_hw.program
//       CHECK: llvm.mlir.global internal constant @tiny_binary("CRANIA{{.*}}") {addr_space = 0 : i32, alignment = 64 : i64}
//   CHECK-NOT: crania_hw.program
//   CHECK-NOT: llvm.mlir.global
//       CHECK: llvm.func @craniaRuntimeInfer(!llvm.ptr, i64, !llvm.ptr, i64, !llvm.ptr, i64) -> i64
//   CHECK-NOT: craniaRuntimeInfer

// The target attribute is erased, because stock tools do not know it.
// RUN: echo 'module attributes {crania.target = #crania.target<"edge">} {}' \
// RUN:   | crania-opt --convert-crania-hw-to-llvm | FileCheck %s --check-prefix=TARGET
// TARGET: {{^}}module {
