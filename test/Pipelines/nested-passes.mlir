// Passes of one function run on functions, in parallel. Flags nest them by
// themselves, text must nest them. All give what one thread gives.

// RUN: crania-opt %s --mlir-disable-threading --crania-attach-target --crania-normalize-classifiers \
// RUN:   --crania-cluster-weights=clusters=0.5,0.5 --crania-form-rounds=exit=margin:0.5 --crania-assign-encodings \
// RUN:   --crania-schedule-fetches --crania-place-segments -o %t.flags.mlir
// RUN: crania-opt %s --pass-pipeline='builtin.module(crania-attach-target,func.func(crania-normalize-classifiers),\
// RUN: crania-cluster-weights{clusters=0.5,0.5},func.func(crania-form-rounds{exit=margin:0.5}),crania-assign-encodings,\
// RUN: crania-schedule-fetches,func.func(crania-place-segments))' -o %t.text.mlir
// RUN: cmp %t.flags.mlir %t.text.mlir
// RUN: FileCheck %s < %t.text.mlir
// CHECK-COUNT-4: crania.iterate upto 2 exit #crania.exit<margin, [0.5]> plan [#crania.fetch_plan<{{.*}}, address = 0>

// RUN: not crania-opt %s --pass-pipeline='builtin.module(crania-form-rounds)' 2>&1 | FileCheck %s --check-prefix=MODULE
// RUN: not crania-opt %s --pass-pipeline='builtin.module(crania-normalize-classifiers)' 2>&1 | FileCheck %s --check-prefix=MODULE
// RUN: not crania-opt %s --pass-pipeline='builtin.module(crania-place-segments)' 2>&1 | FileCheck %s --check-prefix=MODULE
// MODULE: restricted to 'func.func' on a PassManager intended to run on 'builtin.module', did you intend to nest?

// An option that is wrong is one error, of any number of functions.
// RUN: not crania-opt %s --crania-form-rounds=exit=softmax:high 2>&1 | FileCheck %s --check-prefix=OPTION
// OPTION-COUNT-1: error: exit 'softmax:high':
// OPTION-NOT: error:

func.func @classify4(%x: tensor<1x2xf32>) -> tensor<1x2xf32> attributes {crania.classifier} {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<1x2xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x2xf32>) -> tensor<1x2xf32>
  %y = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
func.func @classify5(%x: tensor<1x2xf32>) -> tensor<1x2xf32> attributes {crania.classifier} {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 5.0]]> : tensor<2x2xf32>
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<1x2xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x2xf32>) -> tensor<1x2xf32>
  %y = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
func.func @classify6(%x: tensor<1x2xf32>) -> tensor<1x2xf32> attributes {crania.classifier} {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 6.0]]> : tensor<2x2xf32>
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<1x2xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x2xf32>) -> tensor<1x2xf32>
  %y = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
func.func @classify7(%x: tensor<1x2xf32>) -> tensor<1x2xf32> attributes {crania.classifier} {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 7.0]]> : tensor<2x2xf32>
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<1x2xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x2xf32>) -> tensor<1x2xf32>
  %y = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
