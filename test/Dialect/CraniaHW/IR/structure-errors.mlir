// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Errors of the parts of a program and of the names in it. Each case is one
// change to the same valid program.

// RUN: crania-opt --split-input-file --verify-diagnostics %s

// The valid program.
crania_hw.program @p target <"edge"> precision f32 exit <softmax, []>
    input <@x : tensor<1x2xf32>> logits <@y : tensor<1x2xf32>>
    image dense<"0x0000803F000000400000404000008040"> : tensor<16xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 8 : f32
  crania_hw.buffer @xs global_buffer at 0 bytes 8 : f32
  crania_hw.buffer @y global_buffer at 64 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : f32 segments [
      <cluster 1, encoding "raw", at 0, bytes 16, streamed, block_offsets [0, 16], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@y at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%c)
  }
}

// -----

// The image.
// expected-error @+1 {{image must be a one-dimensional tensor of i8, found }}
crania_hw.program @p target <"edge"> precision f32 exit <softmax, []>
    input <@x : tensor<1x2xf32>> logits <@y : tensor<1x2xf32>>
    image dense<0> : tensor<4x4xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 8 : f32
  crania_hw.buffer @xs global_buffer at 0 bytes 8 : f32
  crania_hw.buffer @y global_buffer at 64 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : f32 segments [
      <cluster 1, encoding "raw", at 0, bytes 16, streamed, block_offsets [0, 16], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@y at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%c)
  }
}

// -----

// expected-error @+1 {{image must be a dense or dense_resource attribute}}
crania_hw.program @p target <"edge"> precision f32 exit <softmax, []>
    input <@x : tensor<1x2xf32>> logits <@y : tensor<1x2xf32>>
    image sparse<[[0]], [1]> : tensor<16xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 8 : f32
  crania_hw.buffer @xs global_buffer at 0 bytes 8 : f32
  crania_hw.buffer @y global_buffer at 64 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : f32 segments [
      <cluster 1, encoding "raw", at 0, bytes 16, streamed, block_offsets [0, 16], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@y at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%c)
  }
}

// -----

// expected-error @+1 {{image must have 16 bytes of data, found 0: is the resource section missing?}}
crania_hw.program @p target <"edge"> precision f32 exit <softmax, []>
    input <@x : tensor<1x2xf32>> logits <@y : tensor<1x2xf32>>
    image dense_resource<missing> : tensor<16xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 8 : f32
  crania_hw.buffer @xs global_buffer at 0 bytes 8 : f32
  crania_hw.buffer @y global_buffer at 64 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : f32 segments [
      <cluster 1, encoding "raw", at 0, bytes 16, streamed, block_offsets [0, 16], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@y at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%c)
  }
}

// -----

// Rounds.
// expected-error @+1 {{exit rule has 0 thresholds, one per round but the last, but there are 2 rounds}}
crania_hw.program @p target <"edge"> precision f32 exit <softmax, []>
    input <@x : tensor<1x2xf32>> logits <@y : tensor<1x2xf32>>
    image dense<"0x0000803F000000400000404000008040"> : tensor<16xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 8 : f32
  crania_hw.buffer @xs global_buffer at 0 bytes 8 : f32
  crania_hw.buffer @y global_buffer at 64 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : f32 segments [
      <cluster 1, encoding "raw", at 0, bytes 16, streamed, block_offsets [0, 16], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@y at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%c)
  }
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@y at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%c)
  }
}

// -----

crania_hw.program @p target <"edge"> precision f32 exit <softmax, []>
    input <@x : tensor<1x2xf32>> logits <@y : tensor<1x2xf32>>
    image dense<"0x0000803F000000400000404000008040"> : tensor<16xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 8 : f32
  crania_hw.buffer @xs global_buffer at 0 bytes 8 : f32
  crania_hw.buffer @y global_buffer at 64 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : f32 segments [
      <cluster 1, encoding "raw", at 0, bytes 16, streamed, block_offsets [0, 16], block_tiles [0, 1]>]
  // expected-error @+1 {{must end with its crania_hw.exit_test}}
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@y at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
  }
}

// -----

crania_hw.program @p target <"edge"> precision f32 exit <softmax, []>
    input <@x : tensor<1x2xf32>> logits <@y : tensor<1x2xf32>>
    image dense<"0x0000803F000000400000404000008040"> : tensor<16xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 8 : f32
  crania_hw.buffer @xs global_buffer at 0 bytes 8 : f32
  crania_hw.buffer @y global_buffer at 64 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : f32 segments [
      <cluster 1, encoding "raw", at 0, bytes 16, streamed, block_offsets [0, 16], block_tiles [0, 1]>]
  // expected-error @+1 {{must end with its crania_hw.exit_test}}
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@y at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%c)
    %z = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
  }
}

// -----

crania_hw.program @p target <"edge"> precision f32 exit <softmax, []>
    input <@x : tensor<1x2xf32>> logits <@y : tensor<1x2xf32>>
    image dense<"0x0000803F000000400000404000008040"> : tensor<16xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 8 : f32
  crania_hw.buffer @xs global_buffer at 0 bytes 8 : f32
  crania_hw.buffer @y global_buffer at 64 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : f32 segments [
      <cluster 1, encoding "raw", at 0, bytes 16, streamed, block_offsets [0, 16], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@y at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    // expected-error @+1 {{ends the round, but commands follow it}}
    %e = crania_hw.exit_test @y at 0 classes 2 after(%c)
    %e2 = crania_hw.exit_test @y at 0 classes 2 after(%c)
  }
}

// -----

crania_hw.program @p target <"edge"> precision f32 exit <softmax, []>
    input <@x : tensor<1x2xf32>> logits <@y : tensor<1x2xf32>>
    image dense<"0x0000803F000000400000404000008040"> : tensor<16xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 8 : f32
  crania_hw.buffer @xs global_buffer at 0 bytes 8 : f32
  crania_hw.buffer @y global_buffer at 64 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : f32 segments [
      <cluster 1, encoding "raw", at 0, bytes 16, streamed, block_offsets [0, 16], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@y at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    // expected-error @+1 {{is not a command of the machine}}
    %z = arith.constant 0 : index
    %e = crania_hw.exit_test @y at 0 classes 2 after(%c)
  }
}

// -----

crania_hw.program @p target <"edge"> precision f32 exit <softmax, []>
    input <@x : tensor<1x2xf32>> logits <@y : tensor<1x2xf32>>
    image dense<"0x0000803F000000400000404000008040"> : tensor<16xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 8 : f32
  crania_hw.buffer @xs global_buffer at 0 bytes 8 : f32
  crania_hw.buffer @y global_buffer at 64 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : f32 segments [
      <cluster 1, encoding "raw", at 0, bytes 16, streamed, block_offsets [0, 16], block_tiles [0, 1]>]
  // expected-error @+1 {{cannot be part of a program}}
  builtin.module {}
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@y at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%c)
  }
}

// -----

crania_hw.program @p target <"edge"> precision f32 exit <softmax, []>
    input <@x : tensor<1x2xf32>> logits <@y : tensor<1x2xf32>>
    image dense<"0x0000803F000000400000404000008040"> : tensor<16xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 8 : f32
  crania_hw.buffer @xs global_buffer at 0 bytes 8 : f32
  crania_hw.buffer @y global_buffer at 64 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : f32 segments [
      <cluster 1, encoding "raw", at 0, bytes 16, streamed, block_offsets [0, 16], block_tiles [0, 1]>]
    // expected-error @+1 {{expects parent op 'crania_hw.round'}}
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
}

// -----

// Names.
// expected-error @+1 {{refers to @missing, which is not a crania_hw.buffer of this program}}
crania_hw.program @p target <"edge"> precision f32 exit <softmax, []>
    input <@missing : tensor<1x2xf32>> logits <@y : tensor<1x2xf32>>
    image dense<"0x0000803F000000400000404000008040"> : tensor<16xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 8 : f32
  crania_hw.buffer @xs global_buffer at 0 bytes 8 : f32
  crania_hw.buffer @y global_buffer at 64 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : f32 segments [
      <cluster 1, encoding "raw", at 0, bytes 16, streamed, block_offsets [0, 16], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@y at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%c)
  }
}

// -----

crania_hw.program @p target <"edge"> precision f32 exit <softmax, []>
    input <@x : tensor<1x2xf32>> logits <@y : tensor<1x2xf32>>
    image dense<"0x0000803F000000400000404000008040"> : tensor<16xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 8 : f32
  crania_hw.buffer @xs global_buffer at 0 bytes 8 : f32
  crania_hw.buffer @y global_buffer at 64 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : f32 segments [
      <cluster 1, encoding "raw", at 0, bytes 16, streamed, block_offsets [0, 16], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    // expected-error @+1 {{refers to @x, which is not a crania_hw.weights of this program}}
    %f = crania_hw.fetch @x clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@y at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%c)
  }
}

// -----

crania_hw.program @p target <"edge"> precision f32 exit <softmax, []>
    input <@x : tensor<1x2xf32>> logits <@y : tensor<1x2xf32>>
    image dense<"0x0000803F000000400000404000008040"> : tensor<16xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 8 : f32
  crania_hw.buffer @xs global_buffer at 0 bytes 8 : f32
  crania_hw.buffer @y global_buffer at 64 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : f32 segments [
      <cluster 1, encoding "raw", at 0, bytes 16, streamed, block_offsets [0, 16], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    // expected-error @+1 {{refers to @w, which is not a crania_hw.buffer of this program}}
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@w at 0, 2x1x1, strides [1, 1, 1]> output <@y at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%c)
  }
}

// -----

crania_hw.program @p target <"edge"> precision f32 exit <softmax, []>
    input <@x : tensor<1x2xf32>> logits <@y : tensor<1x2xf32>>
    image dense<"0x0000803F000000400000404000008040"> : tensor<16xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 8 : f32
  crania_hw.buffer @xs global_buffer at 0 bytes 8 : f32
  crania_hw.buffer @y global_buffer at 64 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : f32 segments [
      <cluster 1, encoding "raw", at 0, bytes 16, streamed, block_offsets [0, 16], block_tiles [0, 1]>]
  crania_hw.round {
    // expected-error @+1 {{refers to @nowhere, which is not a crania_hw.buffer of this program}}
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@nowhere at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@y at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%c)
  }
}

// -----

crania_hw.program @p target <"edge"> precision f32 exit <softmax, []>
    input <@x : tensor<1x2xf32>> logits <@y : tensor<1x2xf32>>
    image dense<"0x0000803F000000400000404000008040"> : tensor<16xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 8 : f32
  crania_hw.buffer @xs global_buffer at 0 bytes 8 : f32
  crania_hw.buffer @y global_buffer at 64 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : f32 segments [
      <cluster 1, encoding "raw", at 0, bytes 16, streamed, block_offsets [0, 16], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@y at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    // expected-error @+1 {{refers to @nowhere, which is not a crania_hw.buffer of this program}}
    %v = crania_hw.vector loops [2] inputs [<@nowhere at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>]
        output <@y at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0> code {} after(%c)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%c)
  }
}

// -----

crania_hw.program @p target <"edge"> precision f32 exit <softmax, []>
    input <@x : tensor<1x2xf32>> logits <@y : tensor<1x2xf32>>
    image dense<"0x0000803F000000400000404000008040"> : tensor<16xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 8 : f32
  crania_hw.buffer @xs global_buffer at 0 bytes 8 : f32
  crania_hw.buffer @y global_buffer at 64 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : f32 segments [
      <cluster 1, encoding "raw", at 0, bytes 16, streamed, block_offsets [0, 16], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@y at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    // expected-error @+1 {{refers to @nowhere, which is not a crania_hw.buffer of this program}}
    %e = crania_hw.exit_test @nowhere at 0 classes 2 after(%c)
  }
}

// -----

crania_hw.program @p target <"edge"> precision f32 exit <softmax, []>
    input <@x : tensor<1x2xf32>> logits <@y : tensor<1x2xf32>>
    image dense<"0x0000803F000000400000404000008040"> : tensor<16xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 8 : f32
  crania_hw.buffer @xs global_buffer at 0 bytes 8 : f32
  crania_hw.buffer @y global_buffer at 64 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : f32 segments [
      <cluster 1, encoding "raw", at 0, bytes 16, streamed, block_offsets [0, 16], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@y at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    // expected-error @+1 {{refers to @y, which is not a crania_hw.weights of this program}}
    %r = crania_hw.release @y cluster 1
    %e = crania_hw.exit_test @y at 0 classes 2 after(%c)
  }
}
