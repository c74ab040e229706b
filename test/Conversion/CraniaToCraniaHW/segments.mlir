// RUN: crania-opt %s --convert-crania-to-hw --split-input-file | FileCheck %s

// A plan decides where each cluster lies in the image, in which encoding, and
// whether the weight store keeps it. The pass takes all of it as it is.

// The segments keep their addresses, with the gap between them. Each round
// fetches the clusters up to its number: first the retained ones in one fetch,
// then the streamed ones in another. The image ends at the next multiple of a
// burst, 64 bytes.

// CHECK-NOT:   crania.weights
// CHECK-LABEL: crania_hw.program @mixed_program
// CHECK-SAME:    image dense_resource<mixed_program_image> : tensor<384xi8>
// CHECK:         crania_hw.weights @w groups 1 outputs 4 depth 4 tile [4, 4] : f32 segments [
// CHECK-SAME:      <cluster 1, encoding "bitmap", at 256, bytes 34, streamed, block_offsets [0, 34], block_tiles [0, 1]>,
// CHECK-SAME:      <cluster 2, encoding "bitmap", at 0, bytes 18, retained at 192, block_offsets [0, 18], block_tiles [0, 1]>,
// CHECK-SAME:      <cluster 3, encoding "bitmap", at 320, bytes 18, streamed, block_offsets [0, 18], block_tiles [0, 1]>]
// CHECK:         crania_hw.round {
// CHECK-NEXT:      crania_hw.copy activations [4] from <@input.dram
// CHECK-NEXT:      crania_hw.fetch @w clusters [1] streamed tiles 0 to 1 label "w"
// CHECK-NEXT:      crania_hw.contract @w clusters 1 tiles 0 to 1
// CHECK:         crania_hw.round {
// CHECK-NEXT:      crania_hw.copy activations [4] from <@input.dram
// CHECK-NEXT:      crania_hw.fetch @w clusters [2] retained tiles 0 to 1 label "w"
// CHECK-NEXT:      crania_hw.fetch @w clusters [1] streamed tiles 0 to 1 label "w"
// CHECK-NEXT:      crania_hw.contract @w clusters 2 tiles 0 to 1
// CHECK:         crania_hw.round {
// CHECK-NEXT:      crania_hw.copy activations [4] from <@input.dram
// CHECK-NEXT:      crania_hw.fetch @w clusters [2] retained tiles 0 to 1 label "w"
// CHECK-NEXT:      crania_hw.fetch @w clusters [1, 3] streamed tiles 0 to 1 label "w"
// CHECK-NEXT:      crania_hw.contract @w clusters 3 tiles 0 to 1
// CHECK-NOT:     crania_hw.round

!w = !crania.clustered<tensor<4x4xf32>, clusters = 3>
#plan = #crania.fetch_plan<@w, [
  <encoding = #crania.bitmap_encoding, bytes = 34, residency = streamed, address = 256>,
  <encoding = #crania.bitmap_encoding, bytes = 18, residency = retained, store_offset = 192, address = 0>,
  <encoding = #crania.bitmap_encoding, bytes = 18, residency = streamed, address = 320>]>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @w : !w scheme #crania.importance values dense<1.0> : tensor<4x4xf32>
      assignment dense<[[0, 1, 2, 0], [0, 1, 2, 0], [0, 1, 2, 0], [0, 1, 2, 0]]> : tensor<4x4xi8>
  func.func @mixed(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    %l, %r = crania.iterate upto 3 exit #crania.exit<softmax, [0.5, 0.9]> plan [#plan] -> tensor<1x4xf32> round(%round) {
      %zero = arith.constant 0.0 : f32
      %g = crania.get @w : !w
      %d = crania.materialize %g upto %round : !w
      %e = tensor.empty() : tensor<1x4xf32>
      %i = linalg.fill ins(%zero : f32) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
      %y = linalg.matmul ins(%x, %d : tensor<1x4xf32>, tensor<4x4xf32>) outs(%i : tensor<1x4xf32>) -> tensor<1x4xf32>
      crania.yield %y : tensor<1x4xf32>
    }
    return %l : tensor<1x4xf32>
  }
}

// -----

// The body may fix the number of clusters: @fixed always has two, whatever the
// round. @whole has one cluster and is complete from the first round on.

// CHECK-LABEL: crania_hw.program @constant_program
// CHECK:         crania_hw.round {
// CHECK:           crania_hw.fetch @fixed clusters [1, 2] streamed tiles 0 to 1 label "fixed"
// CHECK-NEXT:      crania_hw.contract @fixed clusters 2 tiles 0 to 1
// CHECK-NEXT:      crania_hw.fetch @whole clusters [1] streamed tiles 0 to 1 label "whole"
// CHECK-NEXT:      crania_hw.contract @whole clusters 1 tiles 0 to 1
// CHECK:         crania_hw.round {
// CHECK:           crania_hw.fetch @fixed clusters [1, 2] streamed tiles 0 to 1 label "fixed"
// CHECK-NEXT:      crania_hw.contract @fixed clusters 2 tiles 0 to 1
// CHECK-NEXT:      crania_hw.fetch @whole clusters [1] streamed tiles 0 to 1 label "whole"
// CHECK-NEXT:      crania_hw.contract @whole clusters 1 tiles 0 to 1

!w3 = !crania.clustered<tensor<4x4xf32>, clusters = 3>
!w1 = !crania.clustered<tensor<4x4xf32>, clusters = 1>
#fixed = #crania.fetch_plan<@fixed, [
  <encoding = #crania.bitmap_encoding, bytes = 34, residency = streamed, address = 0>,
  <encoding = #crania.bitmap_encoding, bytes = 18, residency = streamed, address = 64>,
  <encoding = #crania.bitmap_encoding, bytes = 18, residency = streamed, address = 128>]>
#whole = #crania.fetch_plan<@whole, [<encoding = #crania.raw_encoding, bytes = 64, residency = streamed, address = 192>]>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @fixed : !w3 scheme #crania.importance values dense<1.0> : tensor<4x4xf32>
      assignment dense<[[0, 1, 2, 0], [0, 1, 2, 0], [0, 1, 2, 0], [0, 1, 2, 0]]> : tensor<4x4xi8>
  crania.weights @whole : !w1 scheme #crania.importance values dense<1.0> : tensor<4x4xf32> assignment dense<0> : tensor<4x4xi8>
  func.func @constant(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    %l, %r = crania.iterate upto 2 exit #crania.exit<softmax, [0.5]> plan [#fixed, #whole] -> tensor<1x4xf32> round(%round) {
      %zero = arith.constant 0.0 : f32
      %two = arith.constant 2 : index
      %gf = crania.get @fixed : !w3
      %df = crania.materialize %gf upto %two : !w3
      %gw = crania.get @whole : !w1
      %dw = crania.materialize %gw upto %round : !w1
      %e = tensor.empty() : tensor<1x4xf32>
      %i = linalg.fill ins(%zero : f32) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
      %y = linalg.matmul ins(%x, %df : tensor<1x4xf32>, tensor<4x4xf32>) outs(%i : tensor<1x4xf32>) -> tensor<1x4xf32>
      %z = linalg.matmul ins(%y, %dw : tensor<1x4xf32>, tensor<4x4xf32>) outs(%i : tensor<1x4xf32>) -> tensor<1x4xf32>
      crania.yield %z : tensor<1x4xf32>
    }
    return %l : tensor<1x4xf32>
  }
}

// -----

// A plan may give each cluster an encoding of its own. The bitmap of cluster 1 has
// a bit per weight; that of cluster 2 has a bit per weight outside cluster 1.

// CHECK-LABEL: crania_hw.program @encodings_program
// CHECK:         crania_hw.weights @w groups 1 outputs 4 depth 4 tile [4, 4] : f32 segments [
// CHECK-SAME:      <cluster 1, encoding "bitmap", at 0, bytes 34, streamed, block_offsets [0, 34], block_tiles [0, 1]>,
// CHECK-SAME:      <cluster 2, encoding "bitmap-free", at 64, bytes 33, streamed, block_offsets [0, 33], block_tiles [0, 1]>]

!w = !crania.clustered<tensor<4x4xf32>, clusters = 2>
#plan = #crania.fetch_plan<@w, [
  <encoding = #crania.bitmap_encoding, bytes = 34, residency = streamed, address = 0>,
  <encoding = #crania.bitmap_encoding<free>, bytes = 33, residency = streamed, address = 64>]>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @w : !w scheme #crania.importance values dense<1.0> : tensor<4x4xf32>
      assignment dense<[[0, 1, 1, 0], [0, 1, 1, 0], [0, 1, 1, 0], [0, 1, 1, 0]]> : tensor<4x4xi8>
  func.func @encodings(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    %l, %r = crania.iterate upto 2 exit #crania.exit<softmax, [0.5]> plan [#plan] -> tensor<1x4xf32> round(%round) {
      %zero = arith.constant 0.0 : f32
      %g = crania.get @w : !w
      %d = crania.materialize %g upto %round : !w
      %e = tensor.empty() : tensor<1x4xf32>
      %i = linalg.fill ins(%zero : f32) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
      %y = linalg.matmul ins(%x, %d : tensor<1x4xf32>, tensor<4x4xf32>) outs(%i : tensor<1x4xf32>) -> tensor<1x4xf32>
      crania.yield %y : tensor<1x4xf32>
    }
    return %l : tensor<1x4xf32>
  }
}
