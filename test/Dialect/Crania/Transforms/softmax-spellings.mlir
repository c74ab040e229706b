// The exit rule takes the operand of a softmax in any of its forms.
//
// RUN: crania-opt %s --split-input-file --crania-check-classifiers --crania-cluster-weights=clusters=.5,.5 --crania-form-rounds=exit=softmax:0.5 2>&1 | FileCheck %s --implicit-check-not=warning: --implicit-check-not=error:

// The form of torch-mlir: named and generic ops, the shift and the exponential
// in one body.
// CHECK-LABEL: func.func @generics
// CHECK: crania.iterate upto 2 exit #crania.exit<softmax
// CHECK: %[[Y:.*]] = linalg.matmul
// CHECK-NEXT: crania.yield %[[Y]]
// CHECK: math.exp
func.func @generics(%x: tensor<1x2xf32>) -> tensor<1x3xf32> attributes {crania.classifier} {
  %w = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %zero = arith.constant 0.0 : f32
  %lowest = arith.constant 0xFF800000 : f32
  %e = tensor.empty() : tensor<1x3xf32>
  %u = tensor.empty() : tensor<1x1xf32>
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<1x3xf32>) -> tensor<1x3xf32>
  %y = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x3xf32>) outs(%init : tensor<1x3xf32>) -> tensor<1x3xf32>
  %m0 = linalg.fill ins(%lowest : f32) outs(%u : tensor<1x1xf32>) -> tensor<1x1xf32>
  %m = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, 0)>],
      iterator_types = ["parallel", "reduction"]} ins(%y : tensor<1x3xf32>) outs(%m0 : tensor<1x1xf32>) {
  ^bb0(%a: f32, %b: f32):
    %r = arith.maximumf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<1x1xf32>
  %p = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, 0)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]} ins(%y, %m : tensor<1x3xf32>, tensor<1x1xf32>) outs(%e : tensor<1x3xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %d = arith.subf %a, %b : f32
    %r = math.exp %d : f32
    linalg.yield %r : f32
  } -> tensor<1x3xf32>
  %s0 = linalg.fill ins(%zero : f32) outs(%u : tensor<1x1xf32>) -> tensor<1x1xf32>
  %s = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, 0)>],
      iterator_types = ["parallel", "reduction"]} ins(%p : tensor<1x3xf32>) outs(%s0 : tensor<1x1xf32>) {
  ^bb0(%a: f32, %b: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<1x1xf32>
  %q = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, 0)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]} ins(%p, %s : tensor<1x3xf32>, tensor<1x1xf32>) outs(%e : tensor<1x3xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %r = arith.divf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<1x3xf32>
  return %q : tensor<1x3xf32>
}

// -----

// The form of TOSA's lowering: reductions that are expanded again, a reciprocal
// and a product, but no maximum. The clip keeps the order of the classes.
// CHECK-LABEL: func.func @reciprocal
// CHECK: %[[Y:.*]] = linalg.matmul
// CHECK-NEXT: crania.yield %[[Y]]
// CHECK: linalg.exp
func.func @reciprocal(%x: tensor<1x2xf32>) -> tensor<1x3xf32> attributes {crania.classifier} {
  %w = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %least = arith.constant 1.0e-7 : f32
  %e = tensor.empty() : tensor<1x3xf32>
  %u = tensor.empty() : tensor<1xf32>
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<1x3xf32>) -> tensor<1x3xf32>
  %y = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x3xf32>) outs(%init : tensor<1x3xf32>) -> tensor<1x3xf32>
  %p = linalg.exp ins(%y : tensor<1x3xf32>) outs(%e : tensor<1x3xf32>) -> tensor<1x3xf32>
  %s0 = linalg.fill ins(%zero : f32) outs(%u : tensor<1xf32>) -> tensor<1xf32>
  %s = linalg.reduce ins(%p : tensor<1x3xf32>) outs(%s0 : tensor<1xf32>) dimensions = [1]
    (%a: f32, %b: f32) {
      %r = arith.addf %a, %b : f32
      linalg.yield %r : f32
    }
  %t = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
      iterator_types = ["parallel"]} ins(%s : tensor<1xf32>) outs(%u : tensor<1xf32>) {
  ^bb0(%a: f32, %out: f32):
    %r = arith.divf %one, %a : f32
    linalg.yield %r : f32
  } -> tensor<1xf32>
  %b = linalg.broadcast ins(%t : tensor<1xf32>) outs(%e : tensor<1x3xf32>) dimensions = [1]
  %q = linalg.mul ins(%p, %b : tensor<1x3xf32>, tensor<1x3xf32>) outs(%e : tensor<1x3xf32>) -> tensor<1x3xf32>
  %c = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]} ins(%q : tensor<1x3xf32>) outs(%e : tensor<1x3xf32>) {
  ^bb0(%a: f32, %out: f32):
    %l = arith.maximumf %a, %least : f32
    %r = arith.minimumf %l, %one : f32
    linalg.yield %r : f32
  } -> tensor<1x3xf32>
  return %c : tensor<1x3xf32>
}

// -----

// A softmax over channels, behind transposes, and its logarithm.
// CHECK-LABEL: func.func @channels
// CHECK: %[[Y:.*]] = linalg.matmul
// CHECK-NOT: linalg.transpose
// CHECK: crania.yield
// CHECK: linalg.softmax dimension(3)
func.func @channels(%x: tensor<1x2xf32>) -> tensor<1x3x1x1xf32> attributes {crania.classifier} {
  %w = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x3xf32>
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<1x3xf32>) -> tensor<1x3xf32>
  %y = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x3xf32>) outs(%init : tensor<1x3xf32>) -> tensor<1x3xf32>
  %y4 = tensor.expand_shape %y [[0], [1, 2, 3]] output_shape [1, 3, 1, 1] : tensor<1x3xf32> into tensor<1x3x1x1xf32>
  %e4 = tensor.empty() : tensor<1x3x1x1xf32>
  %f4 = tensor.empty() : tensor<1x1x1x3xf32>
  %t = linalg.transpose ins(%y4 : tensor<1x3x1x1xf32>) outs(%f4 : tensor<1x1x1x3xf32>) permutation = [0, 3, 2, 1]
  %s = linalg.softmax dimension(3) ins(%t : tensor<1x1x1x3xf32>) outs(%f4 : tensor<1x1x1x3xf32>) -> tensor<1x1x1x3xf32>
  %b = linalg.transpose ins(%s : tensor<1x1x1x3xf32>) outs(%e4 : tensor<1x3x1x1xf32>) permutation = [0, 3, 2, 1]
  %l = linalg.log ins(%b : tensor<1x3x1x1xf32>) outs(%e4 : tensor<1x3x1x1xf32>) -> tensor<1x3x1x1xf32>
  return %l : tensor<1x3x1x1xf32>
}
