// RUN: crania-opt %s | crania-opt | FileCheck %s
// RUN: crania-opt %s -mlir-print-op-generic | crania-opt | FileCheck %s
// RUN: crania-opt %s -emit-bytecode | crania-opt | FileCheck %s

// CHECK: crania.weights @fc : !crania.clustered<tensor<2x2xf32>, clusters = 2>
// CHECK-SAME: scheme #crania.importance
// CHECK-SAME{LITERAL}: values dense<[[5.000000e-01, -2.000000e+00], [1.000000e+00, 2.500000e-01]]> : tensor<2x2xf32>
// CHECK-SAME{LITERAL}: assignment dense<[[1, 0], [0, 1]]> : tensor<2x2xi8>
crania.weights @fc : !crania.clustered<tensor<2x2xf32>, clusters = 2>
    scheme #crania.importance
    values dense<[[0.5, -2.0], [1.0, 0.25]]> : tensor<2x2xf32>
    assignment dense<[[1, 0], [0, 1]]> : tensor<2x2xi8>

// CHECK: crania.weights "private" @splat : !crania.clustered<tensor<3xi8>, clusters = 1>
// CHECK-SAME: values dense<7> : tensor<3xi8> assignment dense<0> : tensor<3xi8>
crania.weights "private" @splat : !crania.clustered<tensor<3xi8>, clusters = 1>
    scheme #crania.importance
    values dense<7> : tensor<3xi8>
    assignment dense<0> : tensor<3xi8>

// CHECK: crania.weights @wide : !crania.clustered<tensor<2xi16>, clusters = 255>
// CHECK-SAME: assignment dense<[0, -2]>
crania.weights @wide : !crania.clustered<tensor<2xi16>, clusters = 255>
    scheme #crania.importance
    values dense<[1, 2]> : tensor<2xi16>
    assignment dense<[0, 254]> : tensor<2xi8>

// CHECK: crania.weights @q : !crania.clustered<tensor<2x2xi8>, clusters = 2>
// CHECK-SAME{LITERAL}: scales dense<[[1.562500e-02], [7.812500e-03]]> : tensor<2x1xf32>
crania.weights @q : !crania.clustered<tensor<2x2xi8>, clusters = 2>
    scheme #crania.importance
    values dense<[[32, -127], [127, 31]]> : tensor<2x2xi8>
    assignment dense<[[1, 0], [0, 1]]> : tensor<2x2xi8>
    scales dense<[[0.015625], [0.0078125]]> : tensor<2x1xf32>

// CHECK: crania.weights @scalar : !crania.clustered<tensor<f32>, clusters = 1>
crania.weights @scalar : !crania.clustered<tensor<f32>, clusters = 1>
    scheme #crania.importance
    values dense<1.0> : tensor<f32>
    assignment dense<0> : tensor<i8>

// CHECK: crania.weights @resource
// CHECK-SAME: values dense_resource<values> : tensor<2xf32>
// CHECK-SAME: assignment dense_resource<assignment> : tensor<2xi8>
// CHECK-SAME: {note = "kept"}
crania.weights @resource : !crania.clustered<tensor<2xf32>, clusters = 2>
    scheme #crania.importance
    values dense_resource<values> : tensor<2xf32>
    assignment dense_resource<assignment> : tensor<2xi8>
    {note = "kept"}

// CHECK-LABEL: @materialize
func.func @materialize(%round: index) {
  // CHECK: %[[W:.*]] = crania.get @fc : !crania.clustered<tensor<2x2xf32>, clusters = 2>
  %w = crania.get @fc : !crania.clustered<tensor<2x2xf32>, clusters = 2>
  // CHECK: crania.materialize %[[W]] upto %{{.*}} : !crania.clustered<tensor<2x2xf32>, clusters = 2>{{$}}
  %d = crania.materialize %w upto %round : !crania.clustered<tensor<2x2xf32>, clusters = 2>
  // CHECK: crania.materialize %[[W]] upto %{{.*}} : !crania.clustered<tensor<2x2xf32>, clusters = 2> -> memref<2x2xf32>
  %b = crania.materialize %w upto %round
      : !crania.clustered<tensor<2x2xf32>, clusters = 2> -> memref<2x2xf32>
  return
}

// CHECK-LABEL: @per_round
func.func @per_round(%round: index) {
  // CHECK: crania.per_round %{{.*}} [1.000000e+00 : f32, 2.000000e+00 : f32]{{$}}
  %s = crania.per_round %round [1.0 : f32, 2.0 : f32]
  // CHECK: crania.per_round %{{.*}} [1, 2, 3] {note = "kept"}
  %i = crania.per_round %round [1, 2, 3] {note = "kept"}
  // CHECK: crania.per_round %{{.*}} [dense<1.000000e+00> : tensor<4xf32>, dense<2.000000e+00> : tensor<4xf32>]{{$}}
  %t = crania.per_round %round [dense<1.0> : tensor<4xf32>, dense<2.0> : tensor<4xf32>]
  // CHECK: crania.per_round %{{.*}} [dense<1.000000e+00> : tensor<4xf32>, dense<2.000000e+00> : tensor<4xf32>] -> memref<4xf32>
  %b = crania.per_round %round [dense<1.0> : tensor<4xf32>, dense<2.0> : tensor<4xf32>]
      -> memref<4xf32>
  return
}

// CHECK-LABEL: @iterate
func.func @iterate(%l: tensor<1x10xf32>) -> (tensor<1x10xf32>, index) {
  // CHECK: %{{.*}}, %{{.*}} = crania.iterate upto 4 exit #crania.exit<softmax, [0.9, 0.9, 0.9]> -> tensor<1x10xf32> round(%{{.*}}) {
  // CHECK:   crania.yield %{{.*}} : tensor<1x10xf32>{{$}}
  %logits, %exit_round = crania.iterate upto 4
      exit #crania.exit<softmax, [0.9, 0.9, 0.9]> -> tensor<1x10xf32> round(%round) {
    crania.yield %l : tensor<1x10xf32>
  }
  return %logits, %exit_round : tensor<1x10xf32>, index
}

// CHECK-LABEL: @iterate_once
func.func @iterate_once(%x: tensor<10xf32>) {
  // CHECK: crania.iterate upto 1 exit #crania.exit<margin, []> -> tensor<10xf32>
  crania.iterate upto 1 exit #crania.exit<margin, []> -> tensor<10xf32> round(%round) {
    crania.yield %x : tensor<10xf32>
  }
  return
}

// CHECK-LABEL: @iterate_on_memrefs
func.func @iterate_on_memrefs(%x: memref<1x10xf32>) {
  // CHECK: crania.iterate upto 2 exit #crania.exit<entropy, [0.3]> -> memref<1x10xf32>
  crania.iterate upto 2 exit #crania.exit<entropy, [0.3]> -> memref<1x10xf32> round(%round) {
    // CHECK: crania.yield %{{.*}} : memref<1x10xf32>
    crania.yield %x : memref<1x10xf32>
  }
  return
}

// CHECK-LABEL: @planned
func.func @planned(%x: tensor<10xf32>) {
  // CHECK: crania.iterate upto 2 exit #crania.exit<margin, [0.5]> histogram [7.500000e-01, 2.500000e-01]
  // CHECK-SAME: plan [#crania.fetch_plan<@fc, [
  // CHECK-SAME: <encoding = #crania.raw_encoding, bytes = 8, residency = retained, store_offset = 0, address = 64>
  // CHECK-SAME: #crania.segment]>]
  // CHECK-SAME: attributes {note = "kept"} -> tensor<10xf32>
  crania.iterate upto 2 exit #crania.exit<margin, [0.5]> histogram [0.75, 0.25]
      plan [#crania.fetch_plan<@fc, [
        #crania.segment<encoding = #crania.raw_encoding, bytes = 8, residency = retained,
                        store_offset = 0, address = 64>,
        #crania.segment]>]
      attributes {note = "kept"} -> tensor<10xf32> round(%round) {
    crania.yield %x : tensor<10xf32>
  }
  return
}

// CHECK-LABEL: @yield
func.func @yield(%logits: tensor<1x10xf32>, %unused: tensor<1x10xf32>) {
  crania.iterate upto 2 exit #crania.exit<softmax, [0.9]> -> tensor<1x10xf32> round(%round) {
    // CHECK: crania.yield %arg0 : tensor<1x10xf32>{{$}}
    crania.yield %logits : tensor<1x10xf32>
  }
  crania.iterate upto 2 exit #crania.exit<softmax, [0.9]> -> tensor<1x10xf32> round(%round) {
    // CHECK: crania.yield %arg1 : tensor<1x10xf32> tested %arg0 : tensor<1x10xf32>
    crania.yield %unused : tensor<1x10xf32> tested %logits : tensor<1x10xf32>
  }
  return
}

// The tested value may have another shape than the result.
// CHECK-LABEL: @tested
func.func @tested(%x: tensor<1x10xf32>, %y: tensor<10xf32>) {
  crania.iterate upto 2 exit #crania.exit<softmax, [0.9]> -> tensor<1x10xf32> round(%round) {
    // CHECK: crania.yield %{{.*}} : tensor<1x10xf32> tested %{{.*}} : tensor<10xf32>
    crania.yield %x : tensor<1x10xf32> tested %y : tensor<10xf32>
  }
  return
}

{-#
  dialect_resources: {
    builtin: {
      values: "0x040000000000803F00000040",
      assignment: "0x010000000001"
    }
  }
#-}

// CHECK-LABEL: crania.weights @refined
// CHECK-SAME: scheme #crania.residual<dense<{{.*}}> : tensor<1x3xi8>>
crania.weights @refined : !crania.clustered<tensor<2x2xi8>, clusters = 2>
    scheme #crania.residual<dense<[[-60, 0, 60]]> : tensor<1x3xi8>>
    values dense<[[-127, 3], [59, 70]]> : tensor<2x2xi8>
    assignment dense<[[0, 1], [2, 2]]> : tensor<2x2xi8>
