// RUN: crania-opt %s --convert-crania-to-hw --crania-hw-verify-program | FileCheck %s

// A softmax inside the iteration is decomposed into maximum, exponentials, sum
// and quotient.

// CHECK:       crania_hw.round
// CHECK:         crania_hw.vector loops [4] {{.*}} maxnum f32({{.*}} reduces from
// CHECK:         crania_hw.vector loops [4] {{.*}} sub f32({{.*}} exp f32(
// CHECK:         crania_hw.vector loops [4] {{.*}} add f32({{.*}} reduces from 0.000000e+00
// CHECK:         crania_hw.vector loops [4] {{.*}} div f32(
// CHECK:         crania_hw.exit_test

module attributes {crania.target = #crania.target<"edge">} {
  func.func @net(%x: tensor<1x4xf32>) -> tensor<1x4xf32> attributes {crania.classifier} {
    %logits, %exit = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<1x4xf32> round(%round) {
      %empty = tensor.empty() : tensor<1x4xf32>
      %p = linalg.softmax dimension(1) ins(%x : tensor<1x4xf32>) outs(%empty : tensor<1x4xf32>) -> tensor<1x4xf32>
      crania.yield %p : tensor<1x4xf32>
    }
    return %logits : tensor<1x4xf32>
  }
}
