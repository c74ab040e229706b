// RUN: crania-opt %s --crania-lower-quant-casts | FileCheck %s

// CHECK-LABEL: func @unsigned
// CHECK:         %[[S:.*]] = arith.divf %{{.*}}, %{{.*}} : f32
// CHECK:         %[[R:.*]] = math.roundeven %[[S]]
// CHECK:         %[[ZERO:.*]] = arith.constant 0.0
// CHECK:         %[[L:.*]] = arith.maximumf %[[R]], %[[ZERO]]
// CHECK:         %[[MOST:.*]] = arith.constant 2.550000e+02
// CHECK:         %[[B:.*]] = arith.minimumf %[[L]], %[[MOST]]
// CHECK:         arith.fptoui %[[B]] : f32 to i8
// CHECK-NOT:     quant.
func.func @unsigned(%x: tensor<2xf32>) -> tensor<2xi8> {
  %q = quant.qcast %x : tensor<2xf32> to tensor<2x!quant.uniform<u8:f32, 0.5>>
  %s = quant.scast %q : tensor<2x!quant.uniform<u8:f32, 0.5>> to tensor<2xi8>
  return %s : tensor<2xi8>
}

// CHECK-LABEL: func @signed
// CHECK:         arith.constant -1.270000e+02
// CHECK:         arith.constant 1.270000e+02
// CHECK:         arith.fptosi %{{.*}} : f32 to i8
func.func @signed(%x: tensor<2xf32>) -> tensor<2xi8> {
  %q = quant.qcast %x : tensor<2xf32> to tensor<2x!quant.uniform<i8<-127:127>:f32, 0.5>>
  %s = quant.scast %q : tensor<2x!quant.uniform<i8<-127:127>:f32, 0.5>> to tensor<2xi8>
  return %s : tensor<2xi8>
}
