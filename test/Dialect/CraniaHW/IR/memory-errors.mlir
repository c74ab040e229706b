// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Errors of buffers and weights. Each case is one change to the same valid
// program.

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

// Buffers.
crania_hw.program @p target <"edge"> precision f32 exit <softmax, []>
    input <@x : tensor<1x2xf32>> logits <@y : tensor<1x2xf32>>
    image dense<"0x0000803F000000400000404000008040"> : tensor<16xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 8 : f32
  crania_hw.buffer @xs global_buffer at 0 bytes 8 : f32
  // expected-error @+1 {{must hold whole, aligned 'f32' elements, found 6 bytes at 64}}
  crania_hw.buffer @y global_buffer at 64 bytes 6 : f32
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

// expected-error @+1 {{buffer "y": bytes [131072, +8) exceed the 131072 bytes of global_buffer}}
crania_hw.program @p target <"edge"> precision f32 exit <softmax, []>
    input <@x : tensor<1x2xf32>> logits <@y : tensor<1x2xf32>>
    image dense<"0x0000803F000000400000404000008040"> : tensor<16xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 8 : f32
  crania_hw.buffer @xs global_buffer at 0 bytes 8 : f32
  crania_hw.buffer @y global_buffer at 131072 bytes 8 : f32
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

// expected-error @+1 {{buffer "x": bytes [0, +16) exceed the 8 bytes of dram}}
crania_hw.program @p target <"edge"> precision f32 exit <softmax, []>
    input <@x : tensor<1x2xf32>> logits <@y : tensor<1x2xf32>>
    image dense<"0x0000803F000000400000404000008040"> : tensor<16xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 16 : f32
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

// Weights.
crania_hw.program @p target <"edge"> precision f32 exit <softmax, []>
    input <@x : tensor<1x2xf32>> logits <@y : tensor<1x2xf32>>
    image dense<"0x0000803F000000400000404000008040"> : tensor<16xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 8 : f32
  crania_hw.buffer @xs global_buffer at 0 bytes 8 : f32
  crania_hw.buffer @y global_buffer at 64 bytes 8 : f32
  // expected-error @+1 {{groups, outputs and depth must be positive, found 0}}
  crania_hw.weights @w groups 0 outputs 2 depth 2 tile [16, 256] : f32 segments [
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
  // expected-error @+1 {{needs a segment per cluster, found none}}
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : f32 segments []
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
  // expected-error @+1 {{segment 0 must be that of cluster 1, found cluster 2}}
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : f32 segments [
      <cluster 2, encoding "raw", at 0, bytes 16, streamed, block_offsets [0, 16], block_tiles [0, 1]>]
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
  // expected-error @+1 {{blocks of cluster 1 hold 2 tiles, but the weights have 1}}
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : f32 segments [
      <cluster 1, encoding "raw", at 0, bytes 16, streamed, block_offsets [0, 16], block_tiles [0, 2]>]
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

// expected-error @+1 {{tiles of 17x256, but target "edge" takes 1x1 to 16x256}}
crania_hw.program @p target <"edge"> precision f32 exit <softmax, []>
    input <@x : tensor<1x2xf32>> logits <@y : tensor<1x2xf32>>
    image dense<"0x0000803F000000400000404000008040"> : tensor<16xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 8 : f32
  crania_hw.buffer @xs global_buffer at 0 bytes 8 : f32
  crania_hw.buffer @y global_buffer at 64 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [17, 256] : f32 segments [
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

// expected-error @+1 {{there is no encoding "zip"; the encodings are bitmap, bitmap+codebook,}}
crania_hw.program @p target <"edge"> precision f32 exit <softmax, []>
    input <@x : tensor<1x2xf32>> logits <@y : tensor<1x2xf32>>
    image dense<"0x0000803F000000400000404000008040"> : tensor<16xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 8 : f32
  crania_hw.buffer @xs global_buffer at 0 bytes 8 : f32
  crania_hw.buffer @y global_buffer at 64 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : f32 segments [
      <cluster 1, encoding "zip", at 0, bytes 16, streamed, block_offsets [0, 16], block_tiles [0, 1]>]
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

// expected-error @+1 {{bytes [32760, +16) are outside the weight store of 32768 bytes}}
crania_hw.program @p target <"edge"> precision f32 exit <softmax, []>
    input <@x : tensor<1x2xf32>> logits <@y : tensor<1x2xf32>>
    image dense<"0x0000803F000000400000404000008040"> : tensor<16xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 8 : f32
  crania_hw.buffer @xs global_buffer at 0 bytes 8 : f32
  crania_hw.buffer @y global_buffer at 64 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : f32 segments [
      <cluster 1, encoding "raw", at 0, bytes 16, retained at 32760, block_offsets [0, 16], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] retained tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@y at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%c)
  }
}

// -----

// expected-error @+1 {{cluster 1 of weights "w" and cluster 1 of weights "w2" overlap in the weight store}}
crania_hw.program @p target <"edge"> precision f32 exit <softmax, []>
    input <@x : tensor<1x2xf32>> logits <@y : tensor<1x2xf32>>
    image dense<0> : tensor<80xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 8 : f32
  crania_hw.buffer @xs global_buffer at 0 bytes 8 : f32
  crania_hw.buffer @y global_buffer at 64 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : f32 segments [
      <cluster 1, encoding "raw", at 0, bytes 16, retained at 0, block_offsets [0, 16], block_tiles [0, 1]>]
  crania_hw.weights @w2 groups 1 outputs 2 depth 2 tile [16, 256] : f32 segments [
      <cluster 1, encoding "raw", at 64, bytes 16, retained at 8, block_offsets [0, 16], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] retained tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@y at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%c)
  }
}

// -----

// Segments may be the same bytes, but not in two encodings.
// expected-error @+1 {{cluster 1 of weights "w" and cluster 1 of weights "w2" overlap in the image}}
crania_hw.program @p target <"edge"> precision f32 exit <softmax, []>
    input <@x : tensor<1x2xf32>> logits <@y : tensor<1x2xf32>>
    image dense<0> : tensor<80xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 8 : f32
  crania_hw.buffer @xs global_buffer at 0 bytes 8 : f32
  crania_hw.buffer @y global_buffer at 64 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : f32 segments [
      <cluster 1, encoding "raw", at 0, bytes 16, streamed, block_offsets [0, 16], block_tiles [0, 1]>]
  crania_hw.weights @w2 groups 1 outputs 2 depth 2 tile [16, 256] : f32 segments [
      <cluster 1, encoding "bitmap", at 0, bytes 16, streamed, block_offsets [0, 16], block_tiles [0, 1]>]
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

// expected-error @+1 {{it is retained, but target "tiny" has no weight store}}
crania_hw.program @p target <"tiny", "{\22name\22: \22tiny\22, \22weight_store\22: {\22policy\22: \22none\22, \22bytes\22: 0}}"> precision f32 exit <softmax, []>
    input <@x : tensor<1x2xf32>> logits <@y : tensor<1x2xf32>>
    image dense<"0x0000803F000000400000404000008040"> : tensor<16xi8> dram_bytes 8 {
  crania_hw.buffer @x dram at 0 bytes 8 : f32
  crania_hw.buffer @xs global_buffer at 0 bytes 8 : f32
  crania_hw.buffer @y global_buffer at 64 bytes 8 : f32
  crania_hw.weights @w groups 1 outputs 2 depth 2 tile [16, 256] : f32 segments [
      <cluster 1, encoding "raw", at 0, bytes 16, retained at 0, block_offsets [0, 16], block_tiles [0, 1]>]
  crania_hw.round {
    %x = crania_hw.copy activations [2] from <@x at 0, strides [1]> to <@xs at 0, strides [1]>
    %f = crania_hw.fetch @w clusters [1] retained tiles 0 to 1
    %c = crania_hw.contract @w clusters 1 tiles 0 to 1
        input <@xs at 0, 2x1x1, strides [1, 1, 1]> output <@y at 0, 2x1x1, strides [1, 1, 1]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%x, %f)
    %e = crania_hw.exit_test @y at 0 classes 2 after(%c)
  }
}
