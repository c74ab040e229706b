// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Errors of combining f32 and integers. Each case is one change to the same
// valid program of i8.

// RUN: crania-opt --crania-hw-verify-program --split-input-file --verify-diagnostics %s

// The valid program.
crania_hw.program @p target <"edge"> precision i8 exit <softmax, []>
    input <@x : tensor<1x2xui8>, scale 0.5> logits <@y : tensor<1x2xf32>>
    image dense<[1, -1, 2, 127]> : tensor<4xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 2 : ui8
  crania_hw.buffer @xs global_buffer at 0 bytes 2 : ui8
  crania_hw.buffer @s global_buffer at 64 bytes 8 : i32
  crania_hw.buffer @y global_buffer at 128 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : i8 segments [
      <cluster 1, encoding "raw", at 0, bytes 4, streamed, block_offsets [0, 4], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@s at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    %v = crania_hw.vector loops [2]
        inputs [<@s at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>]
        output <@y at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>
        code {r2 = to_f32 f32(r0)} follows(%c)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%v)
  }
}

// -----

// Ports.
// expected-error @+1 {{input is u8, but its scale of 0.000000 is not positive and finite in f32}}
crania_hw.program @p target <"edge"> precision i8 exit <softmax, []>
    input <@x : tensor<1x2xui8>> logits <@y : tensor<1x2xf32>>
    image dense<[1, -1, 2, 127]> : tensor<4xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 2 : ui8
  crania_hw.buffer @xs global_buffer at 0 bytes 2 : ui8
  crania_hw.buffer @s global_buffer at 64 bytes 8 : i32
  crania_hw.buffer @y global_buffer at 128 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : i8 segments [
      <cluster 1, encoding "raw", at 0, bytes 4, streamed, block_offsets [0, 4], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@s at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    %v = crania_hw.vector loops [2]
        inputs [<@s at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>]
        output <@y at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>
        code {r2 = to_f32 f32(r0)} follows(%c)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%v)
  }
}

// -----

// expected-error @+1 {{input is u8, but its scale of -0.500000 is not positive and finite in f32}}
crania_hw.program @p target <"edge"> precision i8 exit <softmax, []>
    input <@x : tensor<1x2xui8>, scale -0.5> logits <@y : tensor<1x2xf32>>
    image dense<[1, -1, 2, 127]> : tensor<4xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 2 : ui8
  crania_hw.buffer @xs global_buffer at 0 bytes 2 : ui8
  crania_hw.buffer @s global_buffer at 64 bytes 8 : i32
  crania_hw.buffer @y global_buffer at 128 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : i8 segments [
      <cluster 1, encoding "raw", at 0, bytes 4, streamed, block_offsets [0, 4], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@s at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    %v = crania_hw.vector loops [2]
        inputs [<@s at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>]
        output <@y at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>
        code {r2 = to_f32 f32(r0)} follows(%c)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%v)
  }
}

// -----

// expected-error @+1 {{logits are i32, but must be f32, without a scale}}
crania_hw.program @p target <"edge"> precision i8 exit <softmax, []>
    input <@x : tensor<1x2xui8>, scale 0.5> logits <@s : tensor<1x2xi32>>
    image dense<[1, -1, 2, 127]> : tensor<4xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 2 : ui8
  crania_hw.buffer @xs global_buffer at 0 bytes 2 : ui8
  crania_hw.buffer @s global_buffer at 64 bytes 8 : i32
  crania_hw.buffer @y global_buffer at 128 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : i8 segments [
      <cluster 1, encoding "raw", at 0, bytes 4, streamed, block_offsets [0, 4], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@s at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    %v = crania_hw.vector loops [2]
        inputs [<@s at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>]
        output <@y at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>
        code {r2 = to_f32 f32(r0)} follows(%c)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%v)
  }
}

// -----

// expected-error @+1 {{input and its buffer "x" have different element types, i8 and u8}}
crania_hw.program @p target <"edge"> precision i8 exit <softmax, []>
    input <@x : tensor<1x2xi8>, scale 0.5> logits <@y : tensor<1x2xf32>>
    image dense<[1, -1, 2, 127]> : tensor<4xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 2 : ui8
  crania_hw.buffer @xs global_buffer at 0 bytes 2 : ui8
  crania_hw.buffer @s global_buffer at 64 bytes 8 : i32
  crania_hw.buffer @y global_buffer at 128 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : i8 segments [
      <cluster 1, encoding "raw", at 0, bytes 4, streamed, block_offsets [0, 4], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@s at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    %v = crania_hw.vector loops [2]
        inputs [<@s at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>]
        output <@y at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>
        code {r2 = to_f32 f32(r0)} follows(%c)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%v)
  }
}

// -----

// Copies.
crania_hw.program @p target <"edge"> precision i8 exit <softmax, []>
    input <@x : tensor<1x2xi8>, scale 0.5> logits <@y : tensor<1x2xf32>>
    image dense<[1, -1, 2, 127]> : tensor<4xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 2 : i8
  crania_hw.buffer @xs global_buffer at 0 bytes 2 : ui8
  crania_hw.buffer @s global_buffer at 64 bytes 8 : i32
  crania_hw.buffer @y global_buffer at 128 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : i8 segments [
      <cluster 1, encoding "raw", at 0, bytes 4, streamed, block_offsets [0, 4], block_tiles [0, 1]>]
  crania_hw.round {
    // expected-error @+1 {{source and destination have different element types, i8 and u8}}
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@s at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    %v = crania_hw.vector loops [2]
        inputs [<@s at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>]
        output <@y at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>
        code {r2 = to_f32 f32(r0)} follows(%c)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%v)
  }
}

// -----

// Contractions.
crania_hw.program @p target <"edge"> precision i8 exit <softmax, []>
    input <@x : tensor<1x2xui8>, scale 0.5> logits <@y : tensor<1x2xf32>>
    image dense<[1, -1, 2, 127]> : tensor<4xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 2 : ui8
  crania_hw.buffer @xs global_buffer at 0 bytes 2 : ui8
  crania_hw.buffer @s global_buffer at 64 bytes 8 : i32
  crania_hw.buffer @y global_buffer at 128 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : i8 segments [
      <cluster 1, encoding "raw", at 0, bytes 4, streamed, block_offsets [0, 4], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    // expected-error @+1 {{its output holds f32, but weights "w" of i8 give i32}}
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@y at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    %v = crania_hw.vector loops [2]
        inputs [<@s at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>]
        output <@y at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>
        code {r2 = to_f32 f32(r0)} follows(%c)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%v)
  }
}

// -----

crania_hw.program @p target <"edge"> precision i8 exit <softmax, []>
    input <@x : tensor<1x2xui8>, scale 0.5> logits <@y : tensor<1x2xf32>>
    image dense<[1, 0, -1, -1, 2, 0, 127, 0]> : tensor<8xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 2 : ui8
  crania_hw.buffer @xs global_buffer at 0 bytes 2 : ui8
  crania_hw.buffer @s global_buffer at 64 bytes 8 : i32
  crania_hw.buffer @y global_buffer at 128 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : i16 segments [
      <cluster 1, encoding "raw", at 0, bytes 8, streamed, block_offsets [0, 8], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    // expected-error @+1 {{its input holds u8, but weights "w" of i16 take i16}}
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@s at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    %v = crania_hw.vector loops [2]
        inputs [<@s at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>]
        output <@y at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>
        code {r2 = to_f32 f32(r0)} follows(%c)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%v)
  }
}

// -----

crania_hw.program @p target <"edge"> precision i8 exit <softmax, []>
    input <@x : tensor<1x2xui8>, scale 0.5> logits <@y : tensor<1x2xf32>>
    image dense<[1, -1, 2, 127]> : tensor<4xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 2 : ui8
  crania_hw.buffer @xs global_buffer at 0 bytes 2 : ui8
  crania_hw.buffer @s global_buffer at 64 bytes 8 : i32
  crania_hw.buffer @y global_buffer at 128 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : i8 segments [
      <cluster 1, encoding "raw", at 0, bytes 4, streamed, block_offsets [0, 4], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    // expected-error @+1 {{it accumulates, but weights "w" of i8 do not: only f32 is added to what the output holds}}
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@s at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] accumulate after(%x, %f)
    %v = crania_hw.vector loops [2]
        inputs [<@s at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>]
        output <@y at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>
        code {r2 = to_f32 f32(r0)} follows(%c)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%v)
  }
}

// -----

// Vector commands.
crania_hw.program @p target <"edge"> precision i8 exit <softmax, []>
    input <@x : tensor<1x2xui8>, scale 0.5> logits <@y : tensor<1x2xf32>>
    image dense<[1, -1, 2, 127]> : tensor<4xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 2 : ui8
  crania_hw.buffer @xs global_buffer at 0 bytes 2 : ui8
  crania_hw.buffer @s global_buffer at 64 bytes 8 : i32
  crania_hw.buffer @y global_buffer at 128 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : i8 segments [
      <cluster 1, encoding "raw", at 0, bytes 4, streamed, block_offsets [0, 4], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@s at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    // expected-error @+1 {{it stores an integer, but its output holds an f32}}
    %v = crania_hw.vector loops [2]
        inputs [<@s at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>]
        output <@y at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>
        code {r2 = neg i32(r0)} follows(%c)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%v)
  }
}

// -----

crania_hw.program @p target <"edge"> precision i8 exit <softmax, []>
    input <@x : tensor<1x2xui8>, scale 0.5> logits <@y : tensor<1x2xf32>>
    image dense<[1, -1, 2, 127]> : tensor<4xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 2 : ui8
  crania_hw.buffer @xs global_buffer at 0 bytes 2 : ui8
  crania_hw.buffer @s global_buffer at 64 bytes 8 : i32
  crania_hw.buffer @y global_buffer at 128 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : i8 segments [
      <cluster 1, encoding "raw", at 0, bytes 4, streamed, block_offsets [0, 4], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@s at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    // expected-error @+1 {{instruction 0: register 0 holds an integer, but neg f32 takes an f32}}
    %v = crania_hw.vector loops [2]
        inputs [<@s at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>]
        output <@y at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>
        code {r2 = neg f32(r0)} follows(%c)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%v)
  }
}

// -----

crania_hw.program @p target <"edge"> precision i8 exit <softmax, []>
    input <@x : tensor<1x2xui8>, scale 0.5> logits <@y : tensor<1x2xf32>>
    image dense<[1, -1, 2, 127]> : tensor<4xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 2 : ui8
  crania_hw.buffer @xs global_buffer at 0 bytes 2 : ui8
  crania_hw.buffer @s global_buffer at 64 bytes 8 : i32
  crania_hw.buffer @y global_buffer at 128 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : i8 segments [
      <cluster 1, encoding "raw", at 0, bytes 4, streamed, block_offsets [0, 4], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@s at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    // expected-error @+1 {{instruction 1: register 0 holds an integer, but select f32 takes an f32}}
    %v = crania_hw.vector loops [2]
        inputs [<@s at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>]
        output <@y at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>
        code {r2 = to_f32 f32(r0), r3 = select f32(r0, r2, r2)} follows(%c)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%v)
  }
}

// -----

crania_hw.program @p target <"edge"> precision i8 exit <softmax, []>
    input <@x : tensor<1x2xui8>, scale 0.5> logits <@y : tensor<1x2xf32>>
    image dense<[1, -1, 2, 127]> : tensor<4xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 2 : ui8
  crania_hw.buffer @xs global_buffer at 0 bytes 2 : ui8
  crania_hw.buffer @s global_buffer at 64 bytes 8 : i32
  crania_hw.buffer @y global_buffer at 128 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : i8 segments [
      <cluster 1, encoding "raw", at 0, bytes 4, streamed, block_offsets [0, 4], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@s at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    // expected-error @+1 {{instruction 0: it shifts by 63, but must by 0 to 62}}
    %v = crania_hw.vector loops [2]
        inputs [<@s at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>]
        output <@y at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>
        code {r2 = rescale i64(r0, r0, r0, 63), r3 = to_f32 f32(r2)} follows(%c)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%v)
  }
}

// -----

crania_hw.program @p target <"edge"> precision i8 exit <softmax, []>
    input <@x : tensor<1x2xui8>, scale 0.5> logits <@y : tensor<1x2xf32>>
    image dense<[1, -1, 2, 127]> : tensor<4xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 2 : ui8
  crania_hw.buffer @xs global_buffer at 0 bytes 2 : ui8
  crania_hw.buffer @s global_buffer at 64 bytes 8 : i32
  crania_hw.buffer @y global_buffer at 128 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : i8 segments [
      <cluster 1, encoding "raw", at 0, bytes 4, streamed, block_offsets [0, 4], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@s at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    // expected-error @+1 {{instruction 0: the constant 2147483648 is not a value of i32}}
    %v = crania_hw.vector loops [2]
        inputs [<@s at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>]
        output <@y at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>
        code {r2 = constant i32(2147483648), r3 = to_f32 f32(r2)} follows(%c)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%v)
  }
}

// -----

crania_hw.program @p target <"edge"> precision i8 exit <softmax, []>
    input <@x : tensor<1x2xui8>, scale 0.5> logits <@y : tensor<1x2xf32>>
    image dense<[1, -1, 2, 127]> : tensor<4xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 2 : ui8
  crania_hw.buffer @xs global_buffer at 0 bytes 2 : ui8
  crania_hw.buffer @s global_buffer at 64 bytes 8 : i32
  crania_hw.buffer @y global_buffer at 128 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : i8 segments [
      <cluster 1, encoding "raw", at 0, bytes 4, streamed, block_offsets [0, 4], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@s at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    // expected-error @+1 {{the padding of input 0 is 0.500000, which is not a value of i32}}
    %v = crania_hw.vector loops [2]
        inputs [<@s at 0, (d0) -> (d0), extents [2], strides [1], padding 0.5>]
        output <@y at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>
        code {r2 = to_f32 f32(r0)} follows(%c)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%v)
  }
}

// -----

crania_hw.program @p target <"edge"> precision i8 exit <softmax, []>
    input <@x : tensor<1x2xui8>, scale 0.5> logits <@y : tensor<1x2xf32>>
    image dense<[1, -1, 2, 127]> : tensor<4xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 2 : ui8
  crania_hw.buffer @xs global_buffer at 0 bytes 2 : ui8
  crania_hw.buffer @s global_buffer at 64 bytes 8 : i32
  crania_hw.buffer @y global_buffer at 128 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : i8 segments [
      <cluster 1, encoding "raw", at 0, bytes 4, streamed, block_offsets [0, 4], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@s at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    // expected-error @+1 {{the initial value is 0.500000, which is not a value of i32}}
    %v = crania_hw.vector loops [2]
        inputs [<@s at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>]
        output <@s at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>
        code {r2 = max i32(r0, r1)} reduces from 0.5 follows(%c)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%v)
  }
}

// -----

// Exit tests.
crania_hw.program @p target <"edge"> precision i8 exit <softmax, []>
    input <@x : tensor<1x2xui8>, scale 0.5> logits <@y : tensor<1x2xf32>>
    image dense<[1, -1, 2, 127]> : tensor<4xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 2 : ui8
  crania_hw.buffer @xs global_buffer at 0 bytes 2 : ui8
  crania_hw.buffer @s global_buffer at 64 bytes 8 : i32
  crania_hw.buffer @y global_buffer at 128 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : i8 segments [
      <cluster 1, encoding "raw", at 0, bytes 4, streamed, block_offsets [0, 4], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@s at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    %v = crania_hw.vector loops [2]
        inputs [<@s at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>]
        output <@y at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>
        code {r2 = to_f32 f32(r0)} follows(%c)
    // expected-error @+1 {{logits "s" hold i32, but the exit unit compares f32}}
    %e = crania_hw.exit_test @s at 0 classes 2 after(%v)
  }
}

// -----

// The host passes f32.
crania_hw.program @p target <"edge"> precision i8 exit <softmax, []>
    input <@x : tensor<1x2xui8>, scale 0.5> logits <@y : tensor<1x2xf32>>
    image dense<[1, -1, 2, 127]> : tensor<4xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 2 : ui8
  crania_hw.buffer @xs global_buffer at 0 bytes 2 : ui8
  crania_hw.buffer @s global_buffer at 64 bytes 8 : i32
  crania_hw.buffer @y global_buffer at 128 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : i8 segments [
      <cluster 1, encoding "raw", at 0, bytes 4, streamed, block_offsets [0, 4], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@s at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    %v = crania_hw.vector loops [2]
        inputs [<@s at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>]
        output <@y at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>
        code {r2 = to_f32 f32(r0)} follows(%c)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%v)
  }
}
func.func @f(%x: tensor<1x2xui8>) -> (tensor<1x2xf32>, index) {
  // expected-error @+1 {{has an input of type 'tensor<1x2xui8>', but @p has 'tensor<1x2xf32>'}}
  %y, %r = crania_hw.execute @p(%x) : (tensor<1x2xui8>) -> (tensor<1x2xf32>, index)
  return %y, %r : tensor<1x2xf32>, index
}
