// RUN: crania-opt %s --split-input-file --verify-diagnostics --crania-cluster-weights=clusters=0.5,0.5

func.func @infinite(%x: tensor<1x2xf32>) -> tensor<1x2xf32> attributes {crania.classifier} {
  %w = arith.constant dense<[[1.0, 0x7F800000], [3.0, 4.0]]> : tensor<2x2xf32>
  %init = tensor.empty() : tensor<1x2xf32>
  // expected-error @+1 {{weight 1 is not finite}}
  %y = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

func.func @integers(%x: tensor<1x2xi8>) -> tensor<1x2xi8> attributes {crania.classifier} {
  %w = arith.constant dense<[[1, 2], [3, 4]]> : tensor<2x2xi8>
  %init = tensor.empty() : tensor<1x2xi8>
  // expected-error @+1 {{weights of type 'tensor<2x2xi8>' cannot be clustered by importance yet: f32 is supported}}
  %y = linalg.matmul ins(%x, %w : tensor<1x2xi8>, tensor<2x2xi8>) outs(%init : tensor<1x2xi8>) -> tensor<1x2xi8>
  return %y : tensor<1x2xi8>
}
