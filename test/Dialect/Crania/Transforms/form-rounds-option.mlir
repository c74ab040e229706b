// RUN: not crania-opt %s --crania-form-rounds=exit=sofmax:0.9 2>&1 | FileCheck %s --check-prefix=RULE
// RUN: not crania-opt %s --crania-form-rounds=exit=softmax 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not crania-opt %s --crania-form-rounds=exit=softmax:high 2>&1 | FileCheck %s --check-prefix=NUMBER
// RUN: not crania-opt %s --crania-form-rounds=exit=softmax:1.5 2>&1 | FileCheck %s --check-prefix=RANGE

// RULE: error: exit 'sofmax:0.9': 'sofmax' is not an exit rule; expected softmax, margin or entropy
// NONE: error: exit 'softmax': '' is not a threshold
// NUMBER: error: exit 'softmax:high': 'high' is not a threshold
// RANGE: error: threshold 1.5{{.*}} of round 1 is out of range: softmax thresholds are between 0 and 1

crania.weights @a : !crania.clustered<tensor<2x2xf32>, clusters = 2> scheme #crania.importance
    values dense<1.0> : tensor<2x2xf32> assignment dense<[[1, 0], [0, 1]]> : tensor<2x2xi8>

func.func @classify(%x: tensor<1x2xf32>) -> tensor<1x2xf32> attributes {crania.classifier} {
  %c2 = arith.constant 2 : index
  %a = crania.get @a : !crania.clustered<tensor<2x2xf32>, clusters = 2>
  %wa = crania.materialize %a upto %c2 : !crania.clustered<tensor<2x2xf32>, clusters = 2>
  %init = tensor.empty() : tensor<1x2xf32>
  %y = linalg.matmul ins(%x, %wa : tensor<1x2xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
