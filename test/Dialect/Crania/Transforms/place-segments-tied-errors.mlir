// Both layers encode to 64 bytes, but not to the same ones.
// RUN: not crania-opt %s --crania-place-segments 2>&1 | FileCheck %s
// RUN: not crania-opt %s --convert-crania-to-hw 2>&1 | FileCheck %s --check-prefix=LOWERED
// Weights that are the same may share an address, and segments that are not may not share some of their bytes.
// RUN: sed 's/1.0> : tensor<4x4xf32> assignment/2.0> : tensor<4x4xf32> assignment/' %s | crania-opt --crania-place-segments --convert-crania-to-hw | FileCheck %s --check-prefix=SAME
// RUN: sed -e 's/1.0> : tensor<4x4xf32> assignment/2.0> : tensor<4x4xf32> assignment/' -e '/plan<@b/s/#raw]/#bitmap]/' %s | not crania-opt --crania-place-segments 2>&1 | FileCheck %s

// CHECK: error: cluster 1 of @b at address 64 overlaps cluster 1 of @a
// LOWERED: error: cluster 1 of the weights @b has the address 64 of another segment, but encodes to other bytes: the plan is stale, remove the address from it and run crania-place-segments again
// SAME: crania_hw.weights @a {{.*}}at 64, bytes 64
// SAME: crania_hw.weights @b {{.*}}at 64, bytes 64

#raw = #crania.segment<encoding = #crania.raw_encoding, bytes = 64, residency = streamed, address = 64>
#bitmap = #crania.segment<encoding = #crania.bitmap_encoding, bytes = 66, residency = streamed, address = 64>
!w = !crania.clustered<tensor<4x4xf32>, clusters = 1>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @a : !w scheme #crania.importance values dense<2.0> : tensor<4x4xf32> assignment dense<0> : tensor<4x4xi8>
  crania.weights @b : !w scheme #crania.importance values dense<1.0> : tensor<4x4xf32> assignment dense<0> : tensor<4x4xi8>
  func.func @classify(%x: tensor<1x4xf32>) -> tensor<1x4xf32> attributes {crania.classifier} {
    %zero = arith.constant 0.0 : f32
    %logits, %exit = crania.iterate upto 1 exit #crania.exit<softmax, []>
      plan [#crania.fetch_plan<@a, [#raw]>,
            #crania.fetch_plan<@b, [#raw]>] -> tensor<1x4xf32> round(%r) {
      %a = crania.get @a : !w
      %wa = crania.materialize %a upto %r : !w
      %b = crania.get @b : !w
      %wb = crania.materialize %b upto %r : !w
      %e = tensor.empty() : tensor<1x4xf32>
      %i = linalg.fill ins(%zero : f32) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
      %p = linalg.matmul ins(%x, %wa : tensor<1x4xf32>, tensor<4x4xf32>) outs(%i : tensor<1x4xf32>) -> tensor<1x4xf32>
      %q = linalg.matmul ins(%p, %wb : tensor<1x4xf32>, tensor<4x4xf32>) outs(%i : tensor<1x4xf32>) -> tensor<1x4xf32>
      crania.yield %q : tensor<1x4xf32>
    }
    return %logits : tensor<1x4xf32>
  }
}
