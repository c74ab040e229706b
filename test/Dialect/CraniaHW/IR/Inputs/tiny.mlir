// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A whole program with every command, and the host code that runs it.

// W = [[1, -2, 0.5, 3], [-1, 4, 2, -0.5]], cluster 1 = {3, 4}, bias [0.25, -0.25].
crania_hw.program @tiny target <"edge"> precision f32 exit <softmax, [0.9]>
    input <@x : tensor<1x4xf32>> logits <@y : tensor<1x2xf32>>
    image dense<"0x28000040400000804000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000D70000803F000000C00000003F000080BF00000040000000BF0000000000000000000000000000000000000000000000000000000000000000000000000000000000803E000080BE"> : tensor<136xi8>
    dram_bytes 16 {
  crania_hw.buffer @x dram at 0 bytes 16 : f32
  crania_hw.buffer @bias image at 128 bytes 8 : f32
  crania_hw.buffer @xs global_buffer at 0 bytes 16 : f32
  crania_hw.buffer @b global_buffer at 64 bytes 8 : f32
  crania_hw.buffer @y global_buffer at 128 bytes 8 : f32
  crania_hw.weights @fc groups 1 outputs 2 depth 4 tile [16, 256] : f32 segments [
      <cluster 1, encoding "bitmap", at 0, bytes 9, retained at 0, block_offsets [0, 9], block_tiles [0, 1]>,
      <cluster 2, encoding "bitmap", at 64, bytes 25, streamed, block_offsets [0, 25], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [4] from <@x at 0, strides [1]> to <@xs at 0, strides [1]> label "input"
    %b = crania_hw.copy parameters [2] from <@bias at 0, strides [1]> to <@b at 0, strides [1]> label "fc"
    %f = crania_hw.fetch @fc clusters [1] retained tiles 0 to 1 label "fc"
    %c = crania_hw.contract @fc clusters 1 tiles 0 to 1
        input <@xs at 0, 4x1x1, strides [1, 4, 4]> output <@y at 0, 2x1x1, strides [1, 2, 2]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f) label "fc"
    %v = crania_hw.vector loops [2]
        inputs [<@y at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>,
                <@b at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>]
        output <@y at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>
        code {r3 = add f32(r0, r1)} follows(%c) after(%b) label "fc"
    %e = crania_hw.exit_test @y at 0 classes 2 after(%v) label "exit"
  }
  crania_hw.round {
    %x = crania_hw.copy activations [4] from <@x at 0, strides [1]> to <@xs at 0, strides [1]> label "input"
    %b = crania_hw.copy parameters [2] from <@bias at 0, strides [1]> to <@b at 0, strides [1]> label "fc"
    %f = crania_hw.fetch @fc clusters [1] retained tiles 0 to 1 label "fc"
    %s = crania_hw.fetch @fc clusters [2] streamed tiles 0 to 1 label "fc"
    %c = crania_hw.contract @fc clusters 2 tiles 0 to 1
        input <@xs at 0, 4x1x1, strides [1, 4, 4]> output <@y at 0, 2x1x1, strides [1, 2, 2]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f, %s) label "fc"
    %r = crania_hw.release @fc cluster 1 after(%c) label "fc"
    %v = crania_hw.vector loops [2]
        inputs [<@y at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>,
                <@b at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>]
        output <@y at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>
        code {r3 = add f32(r0, r1)} follows(%c) after(%b) label "fc"
    %e = crania_hw.exit_test @y at 0 classes 2 after(%v) label "exit"
  }
}
