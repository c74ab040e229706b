// RUN: crania-opt %s --split-input-file --verify-diagnostics --crania-share-weights

func.func @infinite(%x: tensor<1x2xf32>) -> tensor<1x2xf32> attributes {crania.classifier} {
  %w = arith.constant dense<[[1.0, 0x7F800000], [3.0, 4.0]]> : tensor<2x2xf32>
  %init = tensor.empty() : tensor<1x2xf32>
  // expected-error @+1 {{weights cannot share words}}
  %y = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

func.func @integers(%x: tensor<1x2xi32>) -> tensor<1x2xi32> attributes {crania.classifier} {
  %w = arith.constant dense<[[1, 2], [3, 4]]> : tensor<2x2xi32>
  %init = tensor.empty() : tensor<1x2xi32>
  // expected-error @+1 {{weights of type 'tensor<2x2xi32>' cannot share words: f32, i16 and i8 are supported}}
  %y = linalg.matmul ins(%x, %w : tensor<1x2xi32>, tensor<2x2xi32>) outs(%init : tensor<1x2xi32>) -> tensor<1x2xi32>
  return %y : tensor<1x2xi32>
}
