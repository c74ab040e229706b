// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Attributes and types print as they parse: the examples of their descriptions,
// and forms that have another spelling.

// RUN: crania-opt --allow-unregistered-dialect %s | FileCheck %s
// RUN: crania-opt --allow-unregistered-dialect %s | crania-opt --allow-unregistered-dialect | FileCheck %s
// RUN: crania-opt --allow-unregistered-dialect --emit-bytecode %s | crania-opt --allow-unregistered-dialect | FileCheck %s

module attributes {
  // CHECK: test.access = #crania_hw.access<@x at 0, (d0, d1, d2) -> (d0, d1 * 2 + d2 - 1), extents [6, 28], strides [784, 28], padding 0.000000e+00>
  test.access = #crania_hw.access<@x at 0, (d0, d1, d2) -> (d0, d1 * 2 + d2 - 1), extents [6, 28], strides [784, 28], padding 0.0>,
  // A negative stride; -inf has no decimal form.
  // CHECK-SAME: test.access_padded = #crania_hw.access<@x at 8, (d0, d1) -> (d0 * 3 - d1 + 2), extents [6], strides [-1], padding 0xFFF0000000000000>
  test.access_padded = #crania_hw.access<@x at 8, (d0, d1) -> (3 * d0 - d1 + 2), extents [6], strides [-1], padding 0xFFF0000000000000>,
  // A point has no loop and no dimension.
  // CHECK-SAME: test.access_scalar = #crania_hw.access<@x at 3, () -> (), extents [], strides [], padding 0.000000e+00>
  test.access_scalar = #crania_hw.access<@x at 3, () -> (), extents [], strides [], padding 0.0>,
  // CHECK-SAME: test.box = #crania_hw.box<@x at 16, strides [28, 1]>
  test.box = #crania_hw.box<@x at 16, strides [28, 1]>,
  // CHECK-SAME: test.constant = #crania_hw.instruction<constant f32(5.000000e-01)>
  test.constant = #crania_hw.instruction<constant f32(0.5)>,
  // CHECK-SAME: test.instruction = #crania_hw.instruction<max f32(r0, r2)>
  test.instruction = #crania_hw.instruction<max f32(r0, r2)>,
  // An integer with more bits than the significand of f64.
  // CHECK-SAME: test.integer = #crania_hw.instruction<constant i64(-9223372036854775807)>
  test.integer = #crania_hw.instruction<constant i64(-9223372036854775807)>,
  // CHECK-SAME: test.plane = #crania_hw.plane<@x at 0, 6x28x28, strides [784, 28, 1]>
  test.plane = #crania_hw.plane<@x at 0, 6x28x28, strides [784, 28, 1]>,
  // CHECK-SAME: test.port = #crania_hw.port<@image : tensor<1x1x28x28xf32>>
  test.port = #crania_hw.port<@image : tensor<1x1x28x28xf32>>,
  // CHECK-SAME: test.port_quantised = #crania_hw.port<@image : tensor<1x4xui8>, scale 6.250000e-02>
  test.port_quantised = #crania_hw.port<@image : tensor<1x4xui8>, scale 0.0625>,
  // CHECK-SAME: test.rescale = #crania_hw.instruction<rescale i64(r0, r1, r2, 20)>
  test.rescale = #crania_hw.instruction<rescale i64(r0, r1, r2, 20)>,
  // CHECK-SAME: test.segment = #crania_hw.segment<cluster 1, encoding "bitmap", at 0, bytes 640, retained at 0, block_offsets [0, 640], block_tiles [0, 1]>
  test.segment = #crania_hw.segment<cluster 1, encoding "bitmap", at 0, bytes 640, retained at 0, block_offsets [0, 640], block_tiles [0, 1]>,
  // CHECK-SAME: test.segment_tables = #crania_hw.segment<cluster 2, encoding "dense+tans", at 64, bytes 16, streamed, block_offsets [12, 16], block_tiles [0, 4], tables 7>
  test.segment_tables = #crania_hw.segment<cluster 2, encoding "dense+tans", at 64, bytes 16, streamed, block_offsets [12, 16], block_tiles [0, 4], tables 7>,
  // CHECK-SAME: test.select = #crania_hw.instruction<select i32(r1, r2, r3)>
  test.select = #crania_hw.instruction<select i32(r1, r2, r3)>,
  // CHECK-SAME: test.token = !crania_hw.token
  test.token = !crania_hw.token,
  // CHECK-SAME: test.z_conversions = [#crania_hw.instruction<roundeven f32(r0)>, #crania_hw.instruction<to_f32 f32(r1)>, #crania_hw.instruction<to_int i64(r2)>, #crania_hw.instruction<shr i32(r3, r1)>]
  test.z_conversions = [#crania_hw.instruction<roundeven f32(r0)>, #crania_hw.instruction<to_f32 f32(r1)>, #crania_hw.instruction<to_int i64(r2)>, #crania_hw.instruction<shr i32(r3, r1)>]
} {}
