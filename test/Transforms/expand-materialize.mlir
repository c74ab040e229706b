// RUN: crania-opt %s -crania-expand-materialize | FileCheck %s

crania.weights @dense : !crania.clustered<tensor<2x2xf32>, clusters = 3>
    scheme #crania.importance
    values dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
    assignment dense<[[0, 1], [2, 0]]> : tensor<2x2xi8>
crania.weights @resource : !crania.clustered<tensor<2xi16>, clusters = 2>
    scheme #crania.importance
    values dense_resource<values> : tensor<2xi16>
    assignment dense<[1, 0]> : tensor<2xi8>

// CHECK-LABEL: @known
func.func @known() -> (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>) {
  // CHECK-NOT: crania.materialize
  // CHECK{LITERAL}: arith.constant dense<[[1.000000e+00, 0.000000e+00], [0.000000e+00, 4.000000e+00]]>
  // CHECK{LITERAL}: arith.constant dense<[[1.000000e+00, 2.000000e+00], [0.000000e+00, 4.000000e+00]]>
  // CHECK{LITERAL}: arith.constant dense<[[1.000000e+00, 2.000000e+00], [3.000000e+00, 4.000000e+00]]>
  // CHECK{LITERAL}: arith.constant dense<[[1.000000e+00, 2.000000e+00], [3.000000e+00, 4.000000e+00]]>
  %one = arith.constant 1 : index
  %two = arith.constant 2 : index
  %three = arith.constant 3 : index
  %nine = arith.constant 9 : index
  %w = crania.get @dense : !crania.clustered<tensor<2x2xf32>, clusters = 3>
  %a = crania.materialize %w upto %one : !crania.clustered<tensor<2x2xf32>, clusters = 3>
  %b = crania.materialize %w upto %two : !crania.clustered<tensor<2x2xf32>, clusters = 3>
  %c = crania.materialize %w upto %three : !crania.clustered<tensor<2x2xf32>, clusters = 3>
  %d = crania.materialize %w upto %nine : !crania.clustered<tensor<2x2xf32>, clusters = 3>
  return %a, %b, %c, %d : tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>
}

// Both share one new blob. The whole weights keep their blob.
// CHECK-LABEL: @blobs
// CHECK: arith.constant dense_resource<resource_upto_1> : tensor<2xi16>
// CHECK: arith.constant dense_resource<resource_upto_1> : tensor<2xi16>
// CHECK: arith.constant dense_resource<values> : tensor<2xi16>
func.func @blobs() -> (tensor<2xi16>, tensor<2xi16>, tensor<2xi16>) {
  %one = arith.constant 1 : index
  %two = arith.constant 2 : index
  %w = crania.get @resource : !crania.clustered<tensor<2xi16>, clusters = 2>
  %a = crania.materialize %w upto %one : !crania.clustered<tensor<2xi16>, clusters = 2>
  %b = crania.materialize %w upto %one : !crania.clustered<tensor<2xi16>, clusters = 2>
  %c = crania.materialize %w upto %two : !crania.clustered<tensor<2xi16>, clusters = 2>
  return %a, %b, %c : tensor<2xi16>, tensor<2xi16>, tensor<2xi16>
}

// The pass ignores an unknown round, a round below 1, a buffer, and weights of
// unknown origin.
// CHECK-LABEL: @left_alone
// CHECK-COUNT-4: crania.materialize
func.func @left_alone(%round: index, %v: !crania.clustered<tensor<2xi16>, clusters = 2>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %w = crania.get @resource : !crania.clustered<tensor<2xi16>, clusters = 2>
  %a = crania.materialize %w upto %round : !crania.clustered<tensor<2xi16>, clusters = 2>
  %b = crania.materialize %w upto %zero : !crania.clustered<tensor<2xi16>, clusters = 2>
  %c = crania.materialize %w upto %one : !crania.clustered<tensor<2xi16>, clusters = 2> -> memref<2xi16>
  %d = crania.materialize %v upto %one : !crania.clustered<tensor<2xi16>, clusters = 2>
  return
}

// The first rounds have codes and points, the last round the values themselves.
crania.weights @refined : !crania.clustered<tensor<4xi16>, clusters = 3>
    scheme #crania.residual<dense<[[-300, -300, 280], [-310, -20, 290]]> : tensor<2x3xi16>>
    values dense<[-312, -18, 301, -290]> : tensor<4xi16>
    assignment dense<[0, 1, 2, 0]> : tensor<4xi8>

// CHECK-LABEL: @refining
// CHECK: arith.constant dense<[-300, -300, 280, -300]> : tensor<4xi16>
// CHECK: arith.constant dense<[-310, -20, 290, -310]> : tensor<4xi16>
// CHECK: arith.constant dense<[-312, -18, 301, -290]> : tensor<4xi16>
func.func @refining() -> (tensor<4xi16>, tensor<4xi16>, tensor<4xi16>) {
  %one = arith.constant 1 : index
  %two = arith.constant 2 : index
  %three = arith.constant 3 : index
  %w = crania.get @refined : !crania.clustered<tensor<4xi16>, clusters = 3>
  %a = crania.materialize %w upto %one : !crania.clustered<tensor<4xi16>, clusters = 3>
  %b = crania.materialize %w upto %two : !crania.clustered<tensor<4xi16>, clusters = 3>
  %c = crania.materialize %w upto %three : !crania.clustered<tensor<4xi16>, clusters = 3>
  return %a, %b, %c : tensor<4xi16>, tensor<4xi16>, tensor<4xi16>
}

// CHECK-LABEL: @per_round
// CHECK: arith.constant 2.000000e+00 : f32
// CHECK-COUNT-2: crania.per_round
func.func @per_round() -> (f32, f32, f32) {
  %zero = arith.constant 0 : index
  %two = arith.constant 2 : index
  %four = arith.constant 4 : index
  %a = crania.per_round %two [1.0 : f32, 2.0 : f32, 3.0 : f32]
  %b = crania.per_round %zero [1.0 : f32, 2.0 : f32, 3.0 : f32]
  %c = crania.per_round %four [1.0 : f32, 2.0 : f32, 3.0 : f32]
  return %a, %b, %c : f32, f32, f32
}

// CHECK: dialect_resources
// CHECK-DAG: resource_upto_1: "0x0200000000000800"
// CHECK-DAG: values: "0x0200000007000800"

{-#
  dialect_resources: { builtin: { values: "0x0200000007000800" } }
#-}
