// RUN: crania-opt %s -convert-crania-to-scf -split-input-file -verify-diagnostics

func.func @weights_as_argument(%w: !crania.clustered<tensor<2xf32>, clusters = 1>, %round: index)
    -> tensor<2xf32> {
  // expected-error @below {{'crania.materialize' op needs weights straight from a crania.get; inline the function or region that passes them around}}
  %d = crania.materialize %w upto %round : !crania.clustered<tensor<2xf32>, clusters = 1>
  return %d : tensor<2xf32>
}

// -----

crania.weights @w : !crania.clustered<tensor<2xf32>, clusters = 1>
    scheme #crania.importance
    values dense<1.0> : tensor<2xf32> assignment dense<0> : tensor<2xi8>

func.func @weights_as_result() -> !crania.clustered<tensor<2xf32>, clusters = 1> {
  // expected-error @below {{'crania.get' op is used by more than crania.materialize, which has no lowering}}
  %w = crania.get @w : !crania.clustered<tensor<2xf32>, clusters = 1>
  return %w : !crania.clustered<tensor<2xf32>, clusters = 1>
}
