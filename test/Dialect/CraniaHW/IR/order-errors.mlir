// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Errors of the order of commands by tokens, fetches and shared memory. Each
// case is one change to the same valid program.

// RUN: crania-opt --crania-hw-verify-program --split-input-file --verify-diagnostics %s

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

// Order: tokens, use after fetch, shared memory.
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
    // expected-error @+1 {{it reads bytes [0, 8) of global_buffer, which command 0 may still write; let it wait for that command}}
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@y at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%f)
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
    // expected-error @+1 {{it reads bytes [64, 72) of global_buffer, which command 2 may still write}}
    %e = crania_hw.exit_test @y at 0 classes 2
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
    // expected-error @+1 {{but no fetch before it is left in the staging FIFO}}
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@y at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%c)
  }
}

// -----

// expected-error @+1 {{are fetched into the staging FIFO, but never used}}
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
    %f2 = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
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
    // expected-error @+1 {{but no fetch before it is left in the staging FIFO}}
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@y at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x)
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    %e = crania_hw.exit_test @y at 0 classes 2 after(%c)
  }
}

// -----

// The allocations of the input and the output overlap while both are in use.
crania_hw.program @p target <"edge"> precision f32 exit <softmax, []>
    input <@x : tensor<1x2xf32>> logits <@y : tensor<1x2xf32>>
    image dense<"0x0000803F000000400000404000008040"> : tensor<16xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 8 : f32
  crania_hw.buffer @xs global_buffer at 0 bytes 8 : f32
  crania_hw.buffer @y global_buffer at 4 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : f32 segments [
      <cluster 1, encoding "raw", at 0, bytes 16, streamed, block_offsets [0, 16], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 1
    // expected-error @+1 {{its output overlaps its input in the global buffer}}
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
    // expected-error @+1 {{cluster 1 is streamed, but is fetched as one that is retained}}
    %f = crania_hw.fetch @w clusters [1] retained tiles 0 to 1
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
    // expected-error @+1 {{tiles [0, 2)}}
    %f = crania_hw.fetch @w clusters [1] streamed tiles 0 to 2
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
    // expected-error @+1 {{there is no cluster 2 of weights "w", which has 1}}
    %f = crania_hw.fetch @w clusters [2] streamed tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@y at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%c)
  }
}
