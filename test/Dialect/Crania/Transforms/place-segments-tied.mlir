// RUN: crania-opt %s --crania-attach-target --crania-assign-encodings=encodings=bitmap,bitmap-free --crania-schedule-fetches=retain=false --crania-place-segments | FileCheck %s
// RUN: crania-opt %s --crania-attach-target --crania-assign-encodings=encodings=bitmap,bitmap-free --crania-schedule-fetches=retain=false --crania-place-segments --convert-crania-to-hw | FileCheck %s --check-prefix=HW

// The first clusters of @a and @b encode to the same bytes, and so do all of
// @b and @c. The second cluster of @a has other values. @d has the values of
// @b in the other clusters: no segment of its is another's.
// CHECK: #crania.fetch_plan<@a, [<{{[^<>]*}}, address = 0>, <{{[^<>]*}}, address = 64>]>
// CHECK-SAME: #crania.fetch_plan<@b, [<{{[^<>]*}}, address = 0>, <{{[^<>]*}}, address = 128>]>
// CHECK-SAME: #crania.fetch_plan<@c, [<{{[^<>]*}}, address = 0>, <{{[^<>]*}}, address = 128>]>
// CHECK-SAME: #crania.fetch_plan<@d, [<{{[^<>]*}}, address = 192>, <{{[^<>]*}}, address = 256>]>

// HW: crania_hw.weights @b {{.*}} segments [<cluster 1, encoding "bitmap", at 0, {{[^<>]*}}>, <cluster 2, encoding "bitmap", at 128,
// HW: crania_hw.weights @c {{.*}} segments [<cluster 1, encoding "bitmap", at 0, {{[^<>]*}}>, <cluster 2, encoding "bitmap", at 128,

!w = !crania.clustered<tensor<4x4xf32>, clusters = 2>
crania.weights @a : !w scheme #crania.importance
    values dense<[[9.0, 1.0, 8.0, 2.0], [3.0, 1.5, 0.5, 0.25], [7.0, 1.0, 6.0, 2.0], [3.0, 1.5, 0.5, 4.0]]> : tensor<4x4xf32>
    assignment dense<[[0, 1, 0, 1], [1, 1, 1, 1], [0, 1, 0, 1], [1, 1, 1, 1]]> : tensor<4x4xi8>
crania.weights @b : !w scheme #crania.importance
    values dense<[[9.0, 1.0, 8.0, 2.0], [3.0, 1.5, 0.5, 0.25], [7.0, 1.0, 6.0, 2.0], [3.0, 1.5, 0.5, 5.0]]> : tensor<4x4xf32>
    assignment dense<[[0, 1, 0, 1], [1, 1, 1, 1], [0, 1, 0, 1], [1, 1, 1, 1]]> : tensor<4x4xi8>
crania.weights @c : !w scheme #crania.importance
    values dense<[[9.0, 1.0, 8.0, 2.0], [3.0, 1.5, 0.5, 0.25], [7.0, 1.0, 6.0, 2.0], [3.0, 1.5, 0.5, 5.0]]> : tensor<4x4xf32>
    assignment dense<[[0, 1, 0, 1], [1, 1, 1, 1], [0, 1, 0, 1], [1, 1, 1, 1]]> : tensor<4x4xi8>
crania.weights @d : !w scheme #crania.importance
    values dense<[[9.0, 1.0, 8.0, 2.0], [3.0, 1.5, 0.5, 0.25], [7.0, 1.0, 6.0, 2.0], [3.0, 1.5, 0.5, 5.0]]> : tensor<4x4xf32>
    assignment dense<[[1, 0, 1, 0], [1, 1, 1, 1], [1, 0, 1, 0], [1, 1, 1, 1]]> : tensor<4x4xi8>

func.func @classify(%x: tensor<1x4xf32>) -> tensor<1x4xf32> attributes {crania.classifier} {
  %zero = arith.constant 0.0 : f32
  %logits, %exit = crania.iterate upto 2 exit #crania.exit<softmax, [0.9]> -> tensor<1x4xf32> round(%r) {
    %a = crania.get @a : !w
    %wa = crania.materialize %a upto %r : !w
    %b = crania.get @b : !w
    %wb = crania.materialize %b upto %r : !w
    %c = crania.get @c : !w
    %wc = crania.materialize %c upto %r : !w
    %d = crania.get @d : !w
    %wd = crania.materialize %d upto %r : !w
    %e = tensor.empty() : tensor<1x4xf32>
    %i = linalg.fill ins(%zero : f32) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
    %p = linalg.matmul ins(%x, %wa : tensor<1x4xf32>, tensor<4x4xf32>) outs(%i : tensor<1x4xf32>) -> tensor<1x4xf32>
    %q = linalg.matmul ins(%p, %wb : tensor<1x4xf32>, tensor<4x4xf32>) outs(%i : tensor<1x4xf32>) -> tensor<1x4xf32>
    %s = linalg.matmul ins(%q, %wc : tensor<1x4xf32>, tensor<4x4xf32>) outs(%i : tensor<1x4xf32>) -> tensor<1x4xf32>
    %t = linalg.matmul ins(%s, %wd : tensor<1x4xf32>, tensor<4x4xf32>) outs(%i : tensor<1x4xf32>) -> tensor<1x4xf32>
    crania.yield %t : tensor<1x4xf32>
  }
  return %logits : tensor<1x4xf32>
}
