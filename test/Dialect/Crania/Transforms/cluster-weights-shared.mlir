// RUN: crania-opt %s --crania-cluster-weights=clusters=0.5,0.5 | FileCheck %s
// RUN: crania-opt %s --crania-pipeline=clusters=0.5,0.5 | FileCheck %s --check-prefix=PROGRAM

// A constant that two contractions use becomes a symbol for each, with shared
// data.

// CHECK: crania.weights @[[A:[a-z_0-9]+]] : {{.*}} values dense_resource<w>
// CHECK: crania.weights @[[B:[a-z_0-9]+]] : {{.*}} values dense_resource<w>
// CHECK: crania.get @[[A]]
// CHECK: crania.get @[[B]]

// PROGRAM-COUNT-2: crania_hw.weights
func.func @classify(%x: tensor<1x2xf32>) -> tensor<1x2xf32> attributes {crania.classifier} {
  %w = arith.constant dense_resource<w> : tensor<2x2xf32>
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<1x2xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x2xf32>) -> tensor<1x2xf32>
  %y = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32>
  %z = linalg.matmul ins(%y, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32>
  return %z : tensor<1x2xf32>
}

{-#
  dialect_resources: {
    builtin: {
      w: "0x040000000000803F000000400000404000008040"
    }
  }
#-}
