// RUN: crania-opt %s --crania-quantize-classifiers | FileCheck %s
// RUN: crania-opt %s --crania-quantize-classifiers=precision=i16 | FileCheck %s --check-prefix=I16
// RUN: crania-opt %s --crania-quantize-classifiers="precision=f32" | FileCheck %s --check-prefix=F32
// RUN: crania-opt %s --crania-quantize-classifiers="precision=i8 last-layer=f32" | FileCheck %s --check-prefix=MIXED

// CHECK-LABEL: func.func @net
// The input has negative values, so it is signed, and its scale is 1.27 / 127.
// CHECK:         quant.qcast %{{.*}} : tensor<1x1x4x4xf32> to tensor<1x1x4x4x!quant.uniform<i8<-127:127>:f32, 0.0099999
// CHECK:         %[[X:.*]] = quant.scast {{.*}} to tensor<1x1x4x4xi8>
// Each output channel has its own scale: 1 / 127 and 2.54 / 127.
// CHECK:         %[[SUM:.*]] = linalg.generic {{.*}} ins(%[[X]], %{{.*}} : tensor<1x1x4x4xi8>, tensor<2x1x1x1xi8>)
// CHECK-SAME{LITERAL}: crania.weight_scales = dense<[[[[0.00787401571]]], [[[2.000000e-02]]]]>
// CHECK:           arith.extsi %{{.*}} : i8 to i32
// CHECK:           arith.extsi %{{.*}} : i8 to i32
// CHECK:           arith.muli
// CHECK:           arith.addi
// The sums are requantized to unsigned bytes, bias and ReLU included.
// Multipliers are 2^36 * 0.01 * the scale of the weights / 0.01. Addends are
// 2^35, and 100 * 2^36 more for the bias.
// CHECK:         arith.constant dense<[541098240, 1374389504]> : tensor<2xi32>
// CHECK:         arith.constant dense<[34359738368, 6906307565568]> : tensor<2xi64>
// CHECK:         %[[Q:.*]] = linalg.generic {{.*}} ins(%[[SUM]],
// CHECK:           %[[P:.*]] = arith.muli %{{.*}} : i64
// CHECK:           %[[S:.*]] = arith.addi %[[P]], %{{.*}} : i64
// CHECK:           arith.constant 36 : i64
// CHECK:           arith.shrsi %[[S]]
// CHECK:           arith.constant 0 : i64
// CHECK:           arith.maxsi
// CHECK:           arith.constant 255 : i64
// CHECK:           arith.minsi
// CHECK:           arith.trunci %{{.*}} : i64 to i8
// The maximum is one of unsigned bytes at the same scale.
// CHECK:         %[[POOL:.*]] = linalg.generic {{.*}} ins(%[[Q]],
// CHECK:           arith.maxui
// CHECK:         %[[FLAT:.*]] = tensor.collapse_shape %[[POOL]]
// CHECK:         %[[L:.*]] = linalg.generic {{.*}} ins(%[[FLAT]],
// CHECK:           arith.extui
// Logits are f32.
// CHECK:         linalg.generic {{.*}} ins(%[[L]],
// CHECK:           arith.sitofp %{{.*}} : i32 to f32
// CHECK:           arith.mulf
// CHECK:         return %{{.*}} : tensor<1x2xf32>

// Sums of 16-bit products have 64 bits; activations keep their sign.
// I16-LABEL: func.func @net
// I16:         quant.scast {{.*}} to tensor<1x1x4x4xi16>
// I16:           arith.extsi %{{.*}} : i16 to i64
// I16:         } -> tensor<1x2x4x4xi64>
// I16:           arith.constant 32767 : i64
// I16:           arith.trunci %{{.*}} : i64 to i16
// I16:           arith.maxsi %{{.*}} : i16

// F32-LABEL: func.func @net
// F32-NOT:     i8
// F32:         return

// MIXED-LABEL: func.func @net
// MIXED:         ins(%{{.*}} : tensor<1x1x4x4xi8>, tensor<2x1x1x1xi8>)
// MIXED:         linalg.matmul {{.*}} ins(%{{.*}} : tensor<1x8xf32>, tensor<8x2xf32>)

#id4 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#c4 = affine_map<(d0, d1, d2, d3) -> (d1)>
#id2 = affine_map<(d0, d1) -> (d0, d1)>
#c2 = affine_map<(d0, d1) -> (d1)>

// The network has a convolution whose input has negative values, with bias and
// ReLU; a pooling that keeps the scale; a padding of the result; and a product
// that computes the logits.
func.func @net(%x: tensor<1x1x4x4xf32> {crania.range = array<f64: -1.27, 1.27>}) -> tensor<1x2xf32>
    attributes {crania.classifier} {
  %zero = arith.constant 0.0 : f32
  %lowest = arith.constant 0xFF800000 : f32
  %w = arith.constant dense<[[[[1.0]]], [[[-2.54]]]]> : tensor<2x1x1x1xf32>
  %bias = arith.constant dense<[0.0, 1.0]> : tensor<2xf32>
  %e = tensor.empty() : tensor<1x2x4x4xf32>
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %conv = linalg.conv_2d_nchw_fchw ins(%x, %w : tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>)
      outs(%init : tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %relu = linalg.generic {indexing_maps = [#id4, #c4, #id4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%conv, %bias : tensor<1x2x4x4xf32>, tensor<2xf32>) outs(%e : tensor<1x2x4x4xf32>)
      attrs = {crania.range = array<f64: 0.0, 2.55>} {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %s = arith.addf %a, %b : f32
    %r = arith.maximumf %s, %zero : f32
    linalg.yield %r : f32
  } -> tensor<1x2x4x4xf32>
  %window = tensor.empty() : tensor<2x2xf32>
  %pe = tensor.empty() : tensor<1x2x2x2xf32>
  %pinit = linalg.fill ins(%lowest : f32) outs(%pe : tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %pool = linalg.pooling_nchw_max {strides = dense<2> : tensor<2xi64>} ins(%relu, %window : tensor<1x2x4x4xf32>, tensor<2x2xf32>)
      outs(%pinit : tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %flat = tensor.collapse_shape %pool [[0], [1, 2, 3]] : tensor<1x2x2x2xf32> into tensor<1x8xf32>
  %v = arith.constant dense<0.5> : tensor<8x2xf32>
  %le = tensor.empty() : tensor<1x2xf32>
  %linit = linalg.fill ins(%zero : f32) outs(%le : tensor<1x2xf32>) -> tensor<1x2xf32>
  %l = linalg.matmul ins(%flat, %v : tensor<1x8xf32>, tensor<8x2xf32>) outs(%linit : tensor<1x2xf32>) -> tensor<1x2xf32>
  return %l : tensor<1x2xf32>
}

// An op that is not a clamp of an affine function is computed in f32, in one op
// with the conversions before and after it.
// CHECK-LABEL: func.func @tanh
// CHECK:         linalg.generic
// CHECK:           %[[F:.*]] = arith.sitofp %{{.*}} : i32 to f32
// CHECK:           %[[R:.*]] = arith.mulf %[[F]]
// CHECK:           %[[T:.*]] = math.tanh %[[R]]
// CHECK:           arith.divf %[[T]]
// CHECK:           math.roundeven
// CHECK:           arith.fptosi %{{.*}} : f32 to i8
func.func @tanh(%x: tensor<1x2xf32> {crania.range = array<f64: -1.0, 1.0>}) -> tensor<1x2xf32>
    attributes {crania.classifier} {
  %zero = arith.constant 0.0 : f32
  %w = arith.constant dense<0.5> : tensor<2x2xf32>
  %e = tensor.empty() : tensor<1x2xf32>
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<1x2xf32>) -> tensor<1x2xf32>
  %y = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32>
  %t = linalg.generic {indexing_maps = [#id2, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%y : tensor<1x2xf32>) outs(%e : tensor<1x2xf32>) attrs = {crania.range = array<f64: -1.0, 1.0>} {
  ^bb0(%a: f32, %out: f32):
    %s = math.tanh %a : f32
    linalg.yield %s : f32
  } -> tensor<1x2xf32>
  %l = linalg.matmul ins(%t, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32>
  return %l : tensor<1x2xf32>
}

// Both branches of a residual addition enter one requantization. A layer keeps
// the precision of its attribute.
// CHECK-LABEL: func.func @residual
// CHECK:         linalg.generic {{.*}} tensor<2x2xi16>)
// CHECK:         linalg.generic {{.*}} ins(%{{.*}}, %{{.*}} : tensor<1x2xi64>, tensor<1x2xi16>
// CHECK:           arith.muli
// CHECK:           arith.addi
// CHECK:           arith.muli
// CHECK:           arith.addi
// CHECK:           arith.shrsi
// CHECK:           arith.trunci %{{.*}} : i64 to i8
func.func @residual(%x: tensor<1x2xf32> {crania.range = array<f64: -1.0, 1.0>}) -> tensor<1x2xf32>
    attributes {crania.classifier} {
  %zero = arith.constant 0.0 : f32
  %w = arith.constant dense<0.5> : tensor<2x2xf32>
  %e = tensor.empty() : tensor<1x2xf32>
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<1x2xf32>) -> tensor<1x2xf32>
  %y = linalg.matmul {crania.precision = i16} ins(%x, %w : tensor<1x2xf32>, tensor<2x2xf32>)
      outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32>
  %s = linalg.generic {indexing_maps = [#id2, #id2, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%y, %x : tensor<1x2xf32>, tensor<1x2xf32>) outs(%e : tensor<1x2xf32>)
      attrs = {crania.range = array<f64: -2.0, 2.0>} {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %t = arith.addf %a, %b : f32
    linalg.yield %t : f32
  } -> tensor<1x2xf32>
  %l = linalg.matmul ins(%s, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32>
  return %l : tensor<1x2xf32>
}
