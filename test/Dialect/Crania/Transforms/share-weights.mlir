// RUN: crania-opt %s --crania-share-weights=entries=2 --remark-policy=all --remarks-filter=crania-share-weights \
// RUN:   2> %t.remarks | FileCheck %s
// RUN: FileCheck %s --check-prefix=REMARKS --input-file=%t.remarks
// RUN: not crania-opt %s --crania-share-weights=entries=0 2>&1 | FileCheck %s --check-prefix=ENTRIES
// RUN: not crania-opt %s --crania-share-weights=entries=257 2>&1 | FileCheck %s --check-prefix=ENTRIES

// ENTRIES: error: a codebook has 1 to 256 entries, not {{0|257}}

// Weights that two layers read are replaced once. Integers get rounded centers,
// here of 7, 8, 8. Functions that are not classifiers do not change.
// REMARKS: Entries=2, RelativeSquaredError=0.090909
// REMARKS: Entries=2, RelativeSquaredError=0.003876
// REMARKS-NOT: Entries

// CHECK: func.func @main
// CHECK: arith.constant dense<{{\[\[}}1.000000e+00, 1.000000e+00], [-2.000000e+00, -2.000000e+00]]> : tensor<2x2xf32>
// CHECK: arith.constant dense<{{\[\[}}-9, 8], [8, 8]]> : tensor<2x2xi8>
// CHECK: func.func @other
// CHECK: dense<{{\[\[}}5.000000e-01
func.func @main(%x: tensor<1x2xf32>, %q: tensor<1x2xi8>) -> (tensor<1x2xf32>, tensor<1x2xi32>) attributes {crania.classifier} {
  %w = arith.constant dense<[[0.5, 1.5], [-1.5, -2.5]]> : tensor<2x2xf32>
  %i = arith.constant dense<[[-9, 7], [8, 8]]> : tensor<2x2xi8>
  %init = tensor.empty() : tensor<1x2xf32>
  %sums = tensor.empty() : tensor<1x2xi32>
  %y = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32>
  %z = linalg.matmul ins(%y, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32>
  %n = linalg.matmul ins(%q, %i : tensor<1x2xi8>, tensor<2x2xi8>) outs(%sums : tensor<1x2xi32>) -> tensor<1x2xi32>
  return %z, %n : tensor<1x2xf32>, tensor<1x2xi32>
}

func.func @other(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %w = arith.constant dense<[[0.5, 1.5], [-1.5, -2.5]]> : tensor<2x2xf32>
  %init = tensor.empty() : tensor<1x2xf32>
  %y = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
