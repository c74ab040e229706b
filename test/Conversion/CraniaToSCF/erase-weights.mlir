// RUN: crania-opt %s -convert-crania-to-scf | FileCheck %s

// CHECK-NOT: crania.weights
// CHECK-LABEL: @f
// CHECK: arith.constant dense_resource<read> : tensor<2xf32>
// CHECK: dialect_resources
// CHECK-NOT: unread
// CHECK: read: "0x040000000000803F00000040"
// CHECK-NOT: unread
crania.weights @read : !crania.clustered<tensor<2xf32>, clusters = 1>
    scheme #crania.importance
    values dense_resource<read> : tensor<2xf32> assignment dense<0> : tensor<2xi8>
crania.weights @unread : !crania.clustered<tensor<2xf32>, clusters = 1>
    scheme #crania.importance
    values dense_resource<unread> : tensor<2xf32> assignment dense<0> : tensor<2xi8>

func.func @f() -> tensor<2xf32> {
  %one = arith.constant 1 : index
  %w = crania.get @read : !crania.clustered<tensor<2xf32>, clusters = 1>
  %d = crania.materialize %w upto %one : !crania.clustered<tensor<2xf32>, clusters = 1>
  return %d : tensor<2xf32>
}

{-#
  dialect_resources: {
    builtin: {
      read: "0x040000000000803F00000040",
      unread: "0x040000000000803F00000040"
    }
  }
#-}
