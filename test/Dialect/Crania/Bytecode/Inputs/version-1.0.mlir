// Source of version-1.0.mlirbc: every operation, type and attribute of the dialect.
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights "private" @conv : !crania.clustered<tensor<1x1x2x2xf32>, clusters = 2>
      scheme #crania.importance
      values dense_resource<conv_values> : tensor<1x1x2x2xf32>
      assignment dense_resource<conv_assignment> : tensor<1x1x2x2xi8>
  crania.weights @fc : !crania.clustered<tensor<4x3xf32>, clusters = 3>
      scheme #crania.importance
      values dense<0.5> : tensor<4x3xf32>
      assignment dense<[[0, 1, 2], [1, 0, 2], [0, 0, 1], [2, 2, 0]]> : tensor<4x3xi8>

  func.func @classify(%x: tensor<1x4xf32>) -> (tensor<1x3xf32>, index) attributes {crania.classifier} {
    %zero = arith.constant 0.0 : f32
    %w = crania.get @fc : !crania.clustered<tensor<4x3xf32>, clusters = 3>
    %c = crania.get @conv : !crania.clustered<tensor<1x1x2x2xf32>, clusters = 2>
    %logits, %exit_round = crania.iterate upto 3 exit #crania.exit<softmax, [0.9, 0.8]>
        histogram [0.5, 0.25, 0.25]
        plan [#crania.fetch_plan<@fc, [
                #crania.segment<encoding = #crania.raw_encoding, bytes = 64, residency = retained, store_offset = 0, address = 0>,
                #crania.segment<encoding = #crania.bitmap_encoding, bytes = 32, residency = streamed, address = 64>,
                #crania.segment<encoding = #crania.bitmap_encoding<free>>]>,
              #crania.fetch_plan<@conv, [#crania.segment, #crania.segment<bytes = 8>]>]
        attributes {note = "kept"} -> tensor<1x3xf32> round(%round) {
      %d = crania.materialize %w upto %round : !crania.clustered<tensor<4x3xf32>, clusters = 3>
      %b = crania.materialize %c upto %round
          : !crania.clustered<tensor<1x1x2x2xf32>, clusters = 2> -> memref<1x1x2x2xf32>
      %s = crania.per_round %round [1.0 : f32, 2.0 : f32, 4.0 : f32]
      %t = crania.per_round %round [dense<1.0> : tensor<3xf32>, dense<2.0> : tensor<3xf32>, dense<4.0> : tensor<3xf32>]
          -> memref<3xf32>
      %e = tensor.empty() : tensor<1x3xf32>
      %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x3xf32>) -> tensor<1x3xf32>
      %l = linalg.matmul ins(%x, %d : tensor<1x4xf32>, tensor<4x3xf32>)
                         outs(%f : tensor<1x3xf32>) -> tensor<1x3xf32>
      crania.yield %l : tensor<1x3xf32>
    }
    return %logits, %exit_round : tensor<1x3xf32>, index
  }

  func.func private @rules(%x: memref<3xf32>, %y: memref<2xf32>) {
    crania.iterate upto 2 exit #crania.exit<margin, [0.5]> -> memref<3xf32> round(%round) {
      crania.yield %x : memref<3xf32> tested %y : memref<2xf32>
    }
    crania.iterate upto 2 exit #crania.exit<entropy, [1.0e-09]> -> memref<3xf32> round(%round) {
      crania.yield %x : memref<3xf32>
    }
    return
  }
}

{-#
  dialect_resources: {
    builtin: {
      conv_values: "0x040000000000803F000000400000404000008040",
      conv_assignment: "0x0100000000000101"
    }
  }
#-}
