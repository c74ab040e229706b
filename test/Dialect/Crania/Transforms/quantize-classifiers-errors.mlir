// RUN: crania-opt %s --crania-quantize-classifiers --split-input-file --verify-diagnostics
// RUN: not crania-opt %s --split-input-file --crania-quantize-classifiers=precision=i4 2>&1 | FileCheck %s
// CHECK: error: precision 'i4' is not known; there are f32, i16 and i8

func.func @range(%x: tensor<1x2xf32>) -> tensor<1x2xf32> attributes {crania.classifier} {
  %zero = arith.constant 0.0 : f32
  %w = arith.constant dense<0.5> : tensor<2x2xf32>
  %e = tensor.empty() : tensor<1x2xf32>
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<1x2xf32>) -> tensor<1x2xf32>
  // expected-error @below {{has a tensor of unknown range, and integers need its scale; run crania-calibrate before, or write 'crania.range = array<f64: low, high>' on the op that computes it}}
  %y = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

func.func @infinite(%x: tensor<1x2xf32> {crania.range = array<f64: 0.0, 1.0>}) -> tensor<1x2xf32>
    attributes {crania.classifier} {
  %zero = arith.constant 0.0 : f32
  %w = arith.constant dense<[[1.0, 0x7F800000], [1.0, 1.0]]> : tensor<2x2xf32>
  %e = tensor.empty() : tensor<1x2xf32>
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<1x2xf32>) -> tensor<1x2xf32>
  // expected-error @below {{has weights that cannot be quantized: weight 1 is not finite}}
  %y = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

// 70,000 products of 255 and 127 need more than 32 bits.
func.func @wide(%x: tensor<1x70000xf32> {crania.range = array<f64: 0.0, 1.0>}) -> tensor<1x2xf32>
    attributes {crania.classifier} {
  %zero = arith.constant 0.0 : f32
  %w = arith.constant dense<0.5> : tensor<70000x2xf32>
  %e = tensor.empty() : tensor<1x2xf32>
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<1x2xf32>) -> tensor<1x2xf32>
  // expected-error @below {{beyond the 32 bits of its accumulators; give it 'crania.precision = i16'}}
  %y = linalg.matmul ins(%x, %w : tensor<1x70000xf32>, tensor<70000x2xf32>) outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

// expected-error @below {{'crania.range' must be array<f64: low, high>, finite in f32 and ascending, found array<f64: 1.000000e+00, 0.000000e+00>}}
func.func @descending(%x: tensor<1x2xf32> {crania.range = array<f64: 1.0, 0.0>}) -> tensor<1x2xf32> {
  return %x : tensor<1x2xf32>
}

// -----

// expected-error @below {{'crania.range' must be array<f64: low, high>, finite in f32 and ascending, found array<f64: 0.000000e+00, 1.000000e+300>}}
func.func @beyond_f32(%x: tensor<1x2xf32> {crania.range = array<f64: 0.0, 1.0e300>}) -> tensor<1x2xf32> {
  return %x : tensor<1x2xf32>
}

// -----

func.func @infinite_padding(%x: tensor<1x2xf32> {crania.range = array<f64: 0.0, 1.0>}) -> tensor<1x2xf32>
    attributes {crania.classifier} {
  %zero = arith.constant 0.0 : f32
  %infinity = arith.constant 0xFF800000 : f32
  %w = arith.constant dense<0.5> : tensor<3x2xf32>
  %e = tensor.empty() : tensor<1x2xf32>
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<1x2xf32>) -> tensor<1x2xf32>
  // expected-error @below {{pads with -INF, which no integer represents; give the layers that read it 'crania.precision = f32'}}
  %p = tensor.pad %x low[0, 1] high[0, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %infinity : f32
  } : tensor<1x2xf32> to tensor<1x3xf32>
  %y = linalg.matmul ins(%p, %w : tensor<1x3xf32>, tensor<3x2xf32>) outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

func.func @half(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %e = tensor.empty() : tensor<1x2xf32>
  // expected-error @below {{'crania.precision' must be f32, i16 or i8, found f16}}
  %y = linalg.exp {crania.precision = f16} ins(%x : tensor<1x2xf32>) outs(%e : tensor<1x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

func.func @scales(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %e = tensor.empty() : tensor<1x2xf32>
  // expected-error @below {{'crania.weight_scales' must be dense f32 elements}}
  %y = linalg.exp {crania.weight_scales = 1.0 : f32} ins(%x : tensor<1x2xf32>) outs(%e : tensor<1x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
