// RUN: crania-opt %s -crania-decompose-aggregates -verify-diagnostics

func.func @softmax(%x: memref<2x5xf32>, %y: memref<2x5xf32>) {
  // expected-error @below {{'linalg.softmax' op works on buffers; decompose it before bufferization}}
  linalg.softmax dimension(1) ins(%x : memref<2x5xf32>) outs(%y : memref<2x5xf32>)
  return
}
