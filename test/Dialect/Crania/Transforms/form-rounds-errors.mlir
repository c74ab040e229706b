// RUN: crania-opt %s --split-input-file --verify-diagnostics --crania-form-rounds=exit=softmax:0.9,0.8,0.7

// expected-error @+1 {{no clustered weights reach the logits: it has no convolution or matrix product with constant weights, or crania-cluster-weights has not run}}
func.func @classify(%x: tensor<1x2xf32>) -> tensor<1x2xf32> attributes {crania.classifier} {
  return %x : tensor<1x2xf32>
}

// -----

crania.weights @a : !crania.clustered<tensor<2x2xf32>, clusters = 2> scheme #crania.importance
    values dense<1.0> : tensor<2x2xf32> assignment dense<[[1, 0], [0, 1]]> : tensor<2x2xi8>

// expected-error @+1 {{exit rule has 3 thresholds for 2 rounds; give one, or 1}}
func.func @classify(%x: tensor<1x2xf32>) -> tensor<1x2xf32> attributes {crania.classifier} {
  %c2 = arith.constant 2 : index
  %a = crania.get @a : !crania.clustered<tensor<2x2xf32>, clusters = 2>
  %wa = crania.materialize %a upto %c2 : !crania.clustered<tensor<2x2xf32>, clusters = 2>
  %init = tensor.empty() : tensor<1x2xf32>
  %y = linalg.matmul ins(%x, %wa : tensor<1x2xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
