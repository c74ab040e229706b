// RUN: crania-opt %s --crania-check-classifiers | FileCheck %s
// RUN: crania-opt %s --crania-check-classifiers=function=other | FileCheck %s --check-prefix=NAMED

// A marked function is checked and kept. All other functions are ignored.

// CHECK-LABEL: func.func @marked
// CHECK-SAME: attributes {crania.classifier}
func.func @marked(%x: tensor<1x4xf32>) -> tensor<1x4xf32> attributes {crania.classifier} {
  return %x : tensor<1x4xf32>
}

// CHECK-LABEL: func.func @other
// CHECK-NOT: crania.classifier
// NAMED-LABEL: func.func @other
// NAMED-SAME: attributes {crania.classifier}
func.func @other(%x: tensor<1x1x2x2xf32>) -> tensor<1x3x1x1xf32> {
  %y = tensor.empty() : tensor<1x3x1x1xf32>
  return %y : tensor<1x3x1x1xf32>
}

func.func @dynamic(%x: tensor<?xf32>) -> tensor<?xf32> {
  return %x : tensor<?xf32>
}
