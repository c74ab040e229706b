// The machine computes ops that squash the logits but are not a softmax over
// the classes. A warning explains the effect on the exit test.
//
// RUN: crania-opt %s --split-input-file --crania-check-classifiers --verify-diagnostics
// RUN: crania-opt %s --split-input-file --crania-check-classifiers --crania-cluster-weights=clusters=.5,.5 --crania-form-rounds=exit=softmax:0.5 2>/dev/null | FileCheck %s

// A softmax over an axis of one element is 1 for every class.
// CHECK-LABEL: func.func @one_element
// CHECK: linalg.softmax
// CHECK: crania.yield
func.func @one_element(%x: tensor<1x2xf32>) -> tensor<1x3xf32> attributes {crania.classifier} {
  %w = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x3xf32>
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<1x3xf32>) -> tensor<1x3xf32>
  %y = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x3xf32>) outs(%init : tensor<1x3xf32>) -> tensor<1x3xf32>
  // expected-warning @+1 {{squashes the logits, but the result is not a softmax of them over the 3 classes, so the exit test takes the result for logits; if its values are from 0 to 1, their largest softmax probability is 0.576 and hardly any input exits early}}
  %s = linalg.softmax dimension(0) ins(%y : tensor<1x3xf32>) outs(%e : tensor<1x3xf32>) -> tensor<1x3xf32>
  return %s : tensor<1x3xf32>
}

// -----

// This clip can make the two largest probabilities equal.
// CHECK-LABEL: func.func @low_ceiling
// CHECK: linalg.softmax
// CHECK: crania.yield
func.func @low_ceiling(%x: tensor<1x2xf32>) -> tensor<1x3xf32> attributes {crania.classifier} {
  %w = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %zero = arith.constant 0.0 : f32
  %ceiling = arith.constant 0.4 : f32
  %e = tensor.empty() : tensor<1x3xf32>
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<1x3xf32>) -> tensor<1x3xf32>
  %y = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x3xf32>) outs(%init : tensor<1x3xf32>) -> tensor<1x3xf32>
  // expected-warning @+1 {{squashes the logits}}
  %s = linalg.softmax dimension(1) ins(%y : tensor<1x3xf32>) outs(%e : tensor<1x3xf32>) -> tensor<1x3xf32>
  %c = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]} ins(%s : tensor<1x3xf32>) outs(%e : tensor<1x3xf32>) {
  ^bb0(%a: f32, %out: f32):
    %r = arith.minimumf %a, %ceiling : f32
    linalg.yield %r : f32
  } -> tensor<1x3xf32>
  return %c : tensor<1x3xf32>
}

// -----

// Logistic functions do not sum to 1.
// CHECK-LABEL: func.func @sigmoid
// CHECK: math.exp
// CHECK: crania.yield
func.func @sigmoid(%x: tensor<1x2xf32>) -> tensor<1x3xf32> attributes {crania.classifier} {
  %w = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %e = tensor.empty() : tensor<1x3xf32>
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<1x3xf32>) -> tensor<1x3xf32>
  %y = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x3xf32>) outs(%init : tensor<1x3xf32>) -> tensor<1x3xf32>
  // expected-warning @+1 {{squashes the logits}}
  %s = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]} ins(%y : tensor<1x3xf32>) outs(%e : tensor<1x3xf32>) {
  ^bb0(%a: f32, %out: f32):
    %n = arith.negf %a : f32
    %p = math.exp %n : f32
    %q = arith.addf %p, %one : f32
    %r = arith.divf %one, %q : f32
    linalg.yield %r : f32
  } -> tensor<1x3xf32>
  return %s : tensor<1x3xf32>
}

// -----

// For a softmax of a softmax, only the outer one is recognized.
// CHECK-LABEL: func.func @twice
// CHECK: linalg.softmax
// CHECK: crania.yield
func.func @twice(%x: tensor<1x2xf32>) -> tensor<1x3xf32> attributes {crania.classifier} {
  %w = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x3xf32>
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<1x3xf32>) -> tensor<1x3xf32>
  %y = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x3xf32>) outs(%init : tensor<1x3xf32>) -> tensor<1x3xf32>
  // expected-warning @+1 {{squashes the logits}}
  %s = linalg.softmax dimension(1) ins(%y : tensor<1x3xf32>) outs(%e : tensor<1x3xf32>) -> tensor<1x3xf32>
  %t = linalg.softmax dimension(1) ins(%s : tensor<1x3xf32>) outs(%e : tensor<1x3xf32>) -> tensor<1x3xf32>
  return %t : tensor<1x3xf32>
}
