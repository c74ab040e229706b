// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Errors of attributes.

// RUN: crania-opt --allow-unregistered-dialect --split-input-file --verify-diagnostics %s

// expected-error @+1 {{a port needs a static shape of f32, i8, ui8, i16, i32 or i64, found 'tensor<?xf32>'}}
"test.op"() {a = #crania_hw.port<@x : tensor<?xf32>>} : () -> ()

// -----

// expected-error @+1 {{a port needs a static shape of f32, i8, ui8, i16, i32 or i64, found 'tensor<4xf64>'}}
"test.op"() {a = #crania_hw.port<@x : tensor<4xf64>>} : () -> ()

// -----

// expected-error @+1 {{extents must be between 1 and 4294967295, found 0}}
"test.op"() {a = #crania_hw.port<@x : tensor<0xf32>>} : () -> ()

// -----

// expected-error @+1 {{offset of a plane must not be negative, found -1}}
"test.op"() {a = #crania_hw.plane<@x at -1, 1x1x1, strides [1, 1, 1]>} : () -> ()

// -----

// expected-error @+1 {{expected channels x height x width}}
"test.op"() {a = #crania_hw.plane<@x at 0, 1x1, strides [1, 1, 1]>} : () -> ()

// -----

// expected-error @+1 {{extents must be between 1 and 4294967295, found 0}}
"test.op"() {a = #crania_hw.plane<@x at 0, 1x0x1, strides [1, 1, 1]>} : () -> ()

// -----

// expected-error @+1 {{a plane has strides of channel, row and column, found 2}}
"test.op"() {a = #crania_hw.plane<@x at 0, 1x1x1, strides [1, 1]>} : () -> ()

// -----

// expected-error @+1 {{offset of a box must not be negative, found -4}}
"test.op"() {a = #crania_hw.box<@x at -4, strides [1]>} : () -> ()

// -----

// expected-error @+1 {{offset of an access must not be negative, found -1}}
"test.op"() {a = #crania_hw.access<@x at -1, (d0) -> (d0), extents [1], strides [1], padding 0.0>} : () -> ()

// -----

// expected-error @+1 {{an access has an index, an extent and a stride per dimension, found 1, 2 and 1}}
"test.op"() {a = #crania_hw.access<@x at 0, (d0) -> (d0), extents [1, 1], strides [1], padding 0.0>} : () -> ()

// -----

// expected-error @+1 {{indices must be linear in the loops, with numbers of 32 bits, found affine_map<(d0) -> (d0 floordiv 2)>}}
"test.op"() {a = #crania_hw.access<@x at 0, (d0) -> (d0 floordiv 2), extents [1], strides [1], padding 0.0>} : () -> ()

// -----

// expected-error @+1 {{indices must be linear in the loops, with numbers of 32 bits, found affine_map<(d0) -> (d0 * 4294967296)>}}
"test.op"() {a = #crania_hw.access<@x at 0, (d0) -> (d0 * 4294967296), extents [1], strides [1], padding 0.0>} : () -> ()

// -----

// expected-error @+1 {{unknown instruction 'maximum'}}
"test.op"() {a = #crania_hw.instruction<maximum f32(r0, r1)>} : () -> ()

// -----

// expected-error @+1 {{max has 2 operands, found 1}}
"test.op"() {a = #crania_hw.instruction<max f32(r0)>} : () -> ()

// -----

// expected-error @+1 {{max works on f32, i32 or i64, found 'f64'}}
"test.op"() {a = #crania_hw.instruction<max f64(r0, r1)>} : () -> ()

// -----

// Buffers hold these types; registers are wider.
// expected-error @+1 {{max works on f32, i32 or i64, found 'i8'}}
"test.op"() {a = #crania_hw.instruction<max i8(r0, r1)>} : () -> ()

// -----

// expected-error @+1 {{max works on f32, i32 or i64, found 'ui32'}}
"test.op"() {a = #crania_hw.instruction<max ui32(r0, r1)>} : () -> ()

// -----

// expected-error @+1 {{tanh works on f32, found 'i32'}}
"test.op"() {a = #crania_hw.instruction<tanh i32(r0)>} : () -> ()

// -----

// expected-error @+1 {{shr works on i32 or i64, found 'f32'}}
"test.op"() {a = #crania_hw.instruction<shr f32(r0, r1)>} : () -> ()

// -----

// expected-error @+1 {{rescale works on i64, found 'i32'}}
"test.op"() {a = #crania_hw.instruction<rescale i32(r0, r1, r2, 8)>} : () -> ()

// -----

// expected-error @+1 {{constants of f32 have an immediate of f64, those of integers and rescale one of i64, and nothing else has one}}
"test.op"() {a = #crania_hw.instruction<rescale i64(r0, r1, r2)>} : () -> ()

// -----

// expected-error @+1 {{expected integer value}}
"test.op"() {a = #crania_hw.instruction<constant i32(0.5)>} : () -> ()

// -----

// expected-error @+1 {{a port needs a static shape of f32, i8, ui8, i16, i32 or i64, found 'tensor<4xui16>'}}
"test.op"() {a = #crania_hw.port<@x : tensor<4xui16>>} : () -> ()

// -----

// expected-error @+1 {{only a port of i8, ui8 or i16 has a scale, found 'tensor<4xf32>'}}
"test.op"() {a = #crania_hw.port<@x : tensor<4xf32>, scale 0.5>} : () -> ()

// -----

// expected-error @+1 {{expected a register such as r0}}
"test.op"() {a = #crania_hw.instruction<max f32(r0, x1)>} : () -> ()

// -----

// expected-error @+1 {{expected a register such as r0}}
"test.op"() {a = #crania_hw.instruction<max f32(r0, r65536)>} : () -> ()

// -----

// expected-error @+1 {{expected streamed or retained, found 'kept'}}
"test.op"() {a = #crania_hw.segment<cluster 1, encoding "raw", at 0, bytes 4, kept, block_offsets [0, 4], block_tiles [0, 1]>} : () -> ()

// -----

// expected-error @+1 {{clusters count from 1 to 65535, found 0}}
"test.op"() {a = #crania_hw.segment<cluster 0, encoding "raw", at 0, bytes 4, streamed, block_offsets [0, 4], block_tiles [0, 1]>} : () -> ()

// -----

// expected-error @+1 {{address of a segment must not be negative, found -64}}
"test.op"() {a = #crania_hw.segment<cluster 1, encoding "raw", at -64, bytes 4, streamed, block_offsets [0, 4], block_tiles [0, 1]>} : () -> ()

// -----

// expected-error @+1 {{store offset must not be negative, found -1}}
"test.op"() {a = #crania_hw.segment<cluster 1, encoding "raw", at 0, bytes 4, retained at -1, block_offsets [0, 4], block_tiles [0, 1]>} : () -> ()

// -----

// expected-error @+1 {{a segment of n blocks has n + 1 block_offsets and block_tiles, found 2 and 3}}
"test.op"() {a = #crania_hw.segment<cluster 1, encoding "raw", at 0, bytes 4, streamed, block_offsets [0, 4], block_tiles [0, 1, 2]>} : () -> ()

// -----

// expected-error @+1 {{block_offsets must ascend from the end of the 0 bytes of tables to the 4 bytes of the segment}}
"test.op"() {a = #crania_hw.segment<cluster 1, encoding "raw", at 0, bytes 4, streamed, block_offsets [0, 3], block_tiles [0, 1]>} : () -> ()

// -----

// expected-error @+1 {{block_offsets must ascend from the end of the 2 bytes of tables to the 4 bytes of the segment}}
"test.op"() {a = #crania_hw.segment<cluster 1, encoding "dense+raw", at 0, bytes 4, streamed, block_offsets [1, 4], block_tiles [0, 1], tables 2>} : () -> ()

// -----

// expected-error @+1 {{tables must have no negative size, found -1}}
"test.op"() {a = #crania_hw.segment<cluster 1, encoding "dense+raw", at 0, bytes 4, streamed, block_offsets [0, 4], block_tiles [0, 1], tables -1>} : () -> ()

// -----

// expected-error @+1 {{block_tiles must ascend strictly from 0}}
"test.op"() {a = #crania_hw.segment<cluster 1, encoding "raw", at 0, bytes 4, streamed, block_offsets [0, 0, 4], block_tiles [0, 1, 1]>} : () -> ()
