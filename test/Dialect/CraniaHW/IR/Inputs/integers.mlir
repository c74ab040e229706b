// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A program in i8: a matrix product of u8 pixels, its sums requantized to i8, a
// maximum over both outputs in integers, and logits in f32.

// W = [[1, -2, 3, -4], [127, 0, -127, 5]], followed by two multipliers and two
// offsets.
crania_hw.program @integers target <"edge"> precision i8 exit <softmax, []>
    input <@x : tensor<1x4xui8>, scale 0.0625> logits <@y : tensor<1x2xf32>>
    image dense<"0x01FE03FC7F00810500000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000A000000140000008000000080000000"> : tensor<80xi8>
    dram_bytes 16 {
  crania_hw.buffer @x dram at 0 bytes 4 : ui8
  crania_hw.buffer @parameters image at 64 bytes 16 : i32
  crania_hw.buffer @xs global_buffer at 0 bytes 4 : ui8
  crania_hw.buffer @p global_buffer at 64 bytes 16 : i32
  crania_hw.buffer @sums global_buffer at 128 bytes 8 : i32
  crania_hw.buffer @q global_buffer at 192 bytes 2 : i8
  crania_hw.buffer @largest global_buffer at 256 bytes 8 : i64
  crania_hw.buffer @y global_buffer at 320 bytes 8 : f32
  crania_hw.weights @fc groups 1 outputs 2 depth 4 tile [16, 256] : i8 segments [
      <cluster 1, encoding "raw", at 0, bytes 8, streamed, block_offsets [0, 8], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [4] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %p = crania_hw.copy parameters [4] from <@parameters at 0, strides [1]> to <@p at 0, strides [1]>
    %f = crania_hw.fetch @fc clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @fc clusters 1 tiles 0 to 1
        input <@xs at 0, 4x1x1, strides [1, 4, 4]> output <@sums at 0, 2x1x1, strides [1, 2, 2]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    %r = crania_hw.vector loops [2]
        inputs [<@sums at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>,
                <@p at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>,
                <@p at 2, (d0) -> (d0), extents [2], strides [1], padding 0.0>]
        output <@q at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>
        code {r4 = rescale i64(r0, r1, r2, 8), r5 = constant i32(-127), r6 = max i64(r4, r5), r7 = constant i32(127), r8 = min i32(r6, r7)}
        follows(%c) after(%p)
    %m = crania_hw.vector loops [2]
        inputs [<@q at 0, (d0) -> (d0), extents [2], strides [1], padding -128.0>]
        output <@largest at 0, (d0) -> (), extents [], strides [], padding 0.0>
        code {r2 = max i64(r0, r1)} reduces from -128.0 after(%r)
    %l = crania_hw.vector loops [2]
        inputs [<@q at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>]
        output <@y at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>
        code {r2 = to_f32 f32(r0), r3 = constant f32(0.25), r4 = mul f32(r2, r3), r5 = roundeven f32(r4), r6 = to_int i32(r5), r7 = constant i64(9007199254740993), r8 = shr i64(r7, r6), r9 = cmp_lt i64(r6, r8), r10 = select i32(r9, r6, r0), r11 = to_f32 f32(r10)}
        after(%m)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%l)
  }
}
