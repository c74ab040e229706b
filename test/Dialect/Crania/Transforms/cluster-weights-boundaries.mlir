// RUN: crania-opt %s --crania-cluster-weights="clusters=kmeans:2" --remark-policy=all --remarks-filter=crania-cluster-weights \
// RUN:   2>&1 | FileCheck %s --check-prefixes=CHECK,KMEANS
// RUN: crania-opt %s --crania-cluster-weights="clusters=.25,.75 scope=global" --remark-policy=all --remarks-filter=crania-cluster-weights \
// RUN:   2>&1 | FileCheck %s --check-prefixes=CHECK,GLOBAL
// RUN: crania-opt %s --crania-cluster-weights="clusters=kmeans:3 scope=global" --remark-policy=all --remarks-filter=crania-cluster-weights \
// RUN:   2>&1 | FileCheck %s --check-prefixes=CHECK,BOTH
// RUN: not crania-opt %s --crania-cluster-weights=clusters=kmeans:0 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not crania-opt %s --crania-cluster-weights="clusters=.5,.5 scope=local" 2>&1 | FileCheck %s --check-prefix=SCOPE

// NONE: error: clusters 'kmeans:0': '0' is not a number of clusters from 1 to 255
// SCOPE: error: scope 'local' is not known; there are layer and global

// Boundaries lie where magnitudes are far apart: 8, 9 | 1, 1 and 3, 3, 3 | 0.
// KMEANS: ClusterSizes="2, 2"{{.*}}Weights=small
// KMEANS: ClusterSizes="3, 1"{{.*}}Weights=large

// The first cluster has two of all eight weights. Both are in one layer.
// GLOBAL: ClusterSizes="2, 2"{{.*}}Weights=small
// GLOBAL: ClusterSizes="0, 4"{{.*}}Weights=large

// The groups over all layers are 8, 9 | 3, 3, 3 | 1, 1, 0.
// BOTH: ClusterSizes="2, 0, 2"{{.*}}Weights=small
// BOTH: ClusterSizes="0, 3, 1"{{.*}}Weights=large

// CHECK: crania.weights @small
// CHECK: crania.weights @large

func.func @main(%x: tensor<1x2xf32>) -> tensor<1x2xf32> attributes {crania.classifier} {
  %small = arith.constant dense<[[-9.0, 1.0], [1.0, 8.0]]> : tensor<2x2xf32>
  %large = arith.constant dense<[[3.0, 3.0], [-3.0, 0.0]]> : tensor<2x2xf32>
  %init = tensor.empty() : tensor<1x2xf32>
  %y = linalg.matmul ins(%x, %small : tensor<1x2xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32> loc("small")
  %z = linalg.matmul ins(%y, %large : tensor<1x2xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32> loc("large")
  return %z : tensor<1x2xf32>
}
