// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A host compiler uses only the clustering, in a module of its own: several
// functions, two classifiers that share weights, and unknown ops and types.

// RUN: crania-opt %s --allow-unregistered-dialect --crania-cluster-weights=clusters=.5,.5 \
// RUN:   --mlir-print-debuginfo --mlir-print-local-scope | FileCheck %s
// RUN: crania-opt %s --allow-unregistered-dialect --crania-cluster-weights=clusters=.5,.5 \
// RUN:   --mlir-print-debuginfo --emit-bytecode | crania-opt --allow-unregistered-dialect \
// RUN:   --mlir-print-debuginfo --mlir-print-local-scope | FileCheck %s
// RUN: crania-opt %s --allow-unregistered-dialect --crania-pipeline=clusters=.5,.5 \
// RUN:   --mlir-print-debuginfo --mlir-print-local-scope | FileCheck %s --check-prefix=PROGRAMS

// Inside the iteration, an op that the machine cannot run is an error that
// names the op.
// RUN: not crania-opt %S/Inputs/foreign-inside.mlir --allow-unregistered-dialect \
// RUN:   --crania-pipeline 2>&1 | FileCheck %s --check-prefix=INSIDE
// INSIDE: foreign-inside.mlir:5:8: error: 'host.between' op cannot run on the machine; move it before or after the iteration

// CHECK:      module attributes {host.version = "7"} {
// CHECK-NEXT:   "host.global"() {shared = !host.table<4>, sym_name = "table"} : () -> () loc("host.c":1:1)
// CHECK-NEXT:   crania.weights @w : {{.*}} clusters = 2> {{.*}} values dense_resource<w> {{.*}} loc("host.c":4:2)
// CHECK-NEXT:   func.func @first(%{{.*}}: tensor<1x2xf32> loc("host.c":3:9)) -> tensor<1x2xf32> attributes {crania.classifier, host.note = "a"} {
// CHECK:          crania.get @w : {{.*}} loc("matmul"("host.c":6:2))
// CHECK:          linalg.matmul {{.*}} loc("matmul"("host.c":6:2))
// CHECK-NOT:    crania.weights
// CHECK:        func.func @second(
// CHECK:          "host.preprocess"(%{{.*}}) : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("host.c":12:2)
// CHECK:          crania.get @w
// CHECK:          "host.postprocess"
// The function that is not a classifier does not change.
// CHECK:        func.func @other(
// CHECK-NEXT:     arith.constant dense<
// CHECK-NEXT:     "host.lookup"(%{{.*}}, %{{.*}}) ({
// CHECK-NEXT:       "host.end"() : () -> ()
// CHECK-NEXT:     }) : (!host.table<4>, tensor<?x2xf32>) -> tensor<?x2xf32>
// CHECK-NEXT:     linalg.matmul
// CHECK-NEXT:     return

// The host's ops stay around the programs, one for each classifier.
// PROGRAMS:      module attributes {crania.target = #crania.target<"edge">, host.version = "7"} {
// PROGRAMS-NEXT:   "host.global"()
// PROGRAMS:        func.func @first(
// PROGRAMS-NEXT:     crania_hw.execute @first_program(%{{.*}}) {{.*}} loc("matmul"("host.c":6:2))
// PROGRAMS:        func.func @second(
// PROGRAMS-NEXT:     %[[IN:.*]] = "host.preprocess"
// PROGRAMS-NEXT:     %[[LOGITS:.*]], %{{.*}} = crania_hw.execute @second_program(%[[IN]])
// PROGRAMS-NEXT:     "host.postprocess"(%[[LOGITS]])
// PROGRAMS:        func.func @other(
// PROGRAMS:          "host.lookup"
// PROGRAMS:        crania_hw.program @first_program
// PROGRAMS:          crania_hw.weights @w
// PROGRAMS:        crania_hw.program @second_program
// PROGRAMS:          crania_hw.weights @w

module attributes {host.version = "7"} {
  "host.global"() {sym_name = "table", shared = !host.table<4>} : () -> () loc("host.c":1:1)
  func.func @first(%x: tensor<1x2xf32> loc("host.c":3:9)) -> tensor<1x2xf32> attributes {crania.classifier, host.note = "a"} {
    %w = arith.constant dense_resource<w> : tensor<2x2xf32> loc("host.c":4:2)
    %zero = arith.constant dense<0.0> : tensor<1x2xf32>
    %y = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%zero : tensor<1x2xf32>) -> tensor<1x2xf32> loc("matmul"("host.c":6:2))
    return %y : tensor<1x2xf32>
  }
  func.func @second(%x: tensor<1x2xf32>) -> tensor<1x2xf32> attributes {crania.classifier} {
    %w = arith.constant dense_resource<w> : tensor<2x2xf32>
    %zero = arith.constant dense<0.0> : tensor<1x2xf32>
    %p = "host.preprocess"(%x) : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("host.c":12:2)
    %y = linalg.matmul ins(%p, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%zero : tensor<1x2xf32>) -> tensor<1x2xf32>
    %z = "host.postprocess"(%y) : (tensor<1x2xf32>) -> tensor<1x2xf32>
    return %z : tensor<1x2xf32>
  }
  func.func @other(%x: tensor<?x2xf32>, %t: !host.table<4>) -> tensor<?x2xf32> {
    %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
    %i = "host.lookup"(%t, %x) ({ "host.end"() : () -> () }) : (!host.table<4>, tensor<?x2xf32>) -> tensor<?x2xf32>
    %y = linalg.matmul ins(%x, %w : tensor<?x2xf32>, tensor<2x2xf32>) outs(%i : tensor<?x2xf32>) -> tensor<?x2xf32>
    return %y : tensor<?x2xf32>
  }
}
{-#
  dialect_resources: { builtin: { w: "0x040000000000803F000000400000404000008040" } }
#-}
