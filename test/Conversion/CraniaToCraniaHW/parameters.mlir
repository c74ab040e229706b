// RUN: crania-opt %s --convert-crania-to-hw --split-input-file | FileCheck %s

// Constants of the body are parameters: they come from the image.

// Constants of one type become one storage, and one copy at the command that reads
// the first of them loads all. They lie in the image behind the weights, at a multiple of a
// burst.

// CHECK-LABEL: crania_hw.program @joined_program
// CHECK:           crania_hw.buffer @generic global_buffer at 64 bytes 12 : f32
// CHECK-NEXT:      crania_hw.buffer @generic_1 global_buffer at 128 bytes 8 : f32
// CHECK-NEXT:      crania_hw.buffer @input global_buffer at 64 bytes 8 : f32
// CHECK-NEXT:      crania_hw.buffer @input.dram dram at 0 bytes 8 : f32
// CHECK-NEXT:      crania_hw.buffer @parameters global_buffer at 0 bytes 20 : f32
// CHECK-NEXT:      crania_hw.buffer @parameters.image image at 128 bytes 20 : f32
// CHECK-NEXT:      crania_hw.buffer @logits dram at 64 bytes 12 : f32
// CHECK:           crania_hw.round {
// CHECK-NEXT:        %[[LOAD1:[0-9]+]] = crania_hw.copy activations [2] from <@input.dram at 0, strides [1]>
// CHECK-SAME:          to <@input at 0, strides [1]> label "input"
// CHECK-NEXT:        %[[LOAD2:[0-9]+]] = crania_hw.copy parameters [5] from <@parameters.image at 0, strides [1]>
// CHECK-SAME:          to <@parameters at 0, strides [1]> label "parameters"
// CHECK-NEXT:        %[[VECTOR1:[0-9]+]] = crania_hw.vector loops [2]
// CHECK-SAME:          inputs [<@input at 0, (d0) -> (d0), extents [2], strides [1], padding 0.000000e+00>,
// CHECK-SAME:          <@parameters at 0, (d0) -> (d0), extents [2], strides [1], padding 0.000000e+00>]
// CHECK-SAME:          output <@generic_1 at 0, (d0) -> (d0), extents [2], strides [1], padding 0.000000e+00>
// CHECK-SAME:          code {r3 = sub f32(r0, r1)} after(%[[LOAD1]], %[[LOAD2]]) label "generic"
// CHECK-NEXT:        crania_hw.fetch @w clusters [1] streamed tiles 0 to 1 label "w"
// CHECK-NEXT:        %[[SUM1:[0-9]+]] = crania_hw.contract @w clusters 1 tiles 0 to 1
// CHECK-SAME:          input <@generic_1 at 0, 2x1x1, strides [1, 1, 1]> output <@generic at 0, 3x1x1, strides [1, 1, 1]>
// CHECK-SAME:          kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%[[VECTOR1]]) label "w"
// CHECK-NEXT:        %[[VECTOR2:[0-9]+]] = crania_hw.vector loops [3]
// CHECK-SAME:          inputs [<@generic at 0, (d0) -> (d0), extents [3], strides [1], padding 0.000000e+00>,
// CHECK-SAME:          <@parameters at 2, (d0) -> (d0), extents [3], strides [1], padding 0.000000e+00>]
// CHECK-SAME:          output <@generic at 0, (d0) -> (d0), extents [3], strides [1], padding 0.000000e+00>
// CHECK-SAME:          code {r3 = add f32(r0, r1)} follows(%[[SUM1]]) label "w"
// CHECK-NEXT:        crania_hw.copy activations [3] from <@generic at 0, strides [1]>
// CHECK-SAME:          to <@logits at 0, strides [1]> after(%[[VECTOR2]]) label "exit"
// CHECK-NEXT:        crania_hw.exit_test @generic at 0 classes 3 after(%[[VECTOR2]]) label "exit"
// CHECK-NEXT:      }

#id = affine_map<(d0, d1) -> (d0, d1)>
#column = affine_map<(d0, d1) -> (d1)>
!w = !crania.clustered<tensor<2x3xf32>, clusters = 1>
#plan = #crania.fetch_plan<@w, [<encoding = #crania.raw_encoding, bytes = 24, residency = streamed, address = 64>]>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @w : !w scheme #crania.importance values dense<1.0> : tensor<2x3xf32> assignment dense<0> : tensor<2x3xi8>
  func.func @joined(%x: tensor<1x2xf32>) -> tensor<1x3xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> plan [#plan] -> tensor<1x3xf32> round(%round) {
      %zero = arith.constant 0.0 : f32
      %shift = arith.constant dense<[[1.0, 2.0]]> : tensor<1x2xf32>
      %bias = arith.constant dense<[3.0, 4.0, 5.0]> : tensor<3xf32>
      %g = crania.get @w : !w
      %d = crania.materialize %g upto %round : !w
      %m = tensor.empty() : tensor<1x2xf32>
      %s = linalg.sub ins(%x, %shift : tensor<1x2xf32>, tensor<1x2xf32>) outs(%m : tensor<1x2xf32>) -> tensor<1x2xf32>
      %e = tensor.empty() : tensor<1x3xf32>
      %i = linalg.fill ins(%zero : f32) outs(%e : tensor<1x3xf32>) -> tensor<1x3xf32>
      %y = linalg.matmul ins(%s, %d : tensor<1x2xf32>, tensor<2x3xf32>) outs(%i : tensor<1x3xf32>) -> tensor<1x3xf32>
      %z = linalg.generic {indexing_maps = [#id, #column, #id], iterator_types = ["parallel", "parallel"]}
          ins(%y, %bias : tensor<1x3xf32>, tensor<3xf32>) outs(%e : tensor<1x3xf32>) {
      ^bb0(%p: f32, %b: f32, %o: f32):
        %t = arith.addf %p, %b : f32
        linalg.yield %t : f32
      } -> tensor<1x3xf32>
      crania.yield %z : tensor<1x3xf32>
    }
    return %l : tensor<1x3xf32>
  }
}

// -----

// Parameters of more than an eighth of the global buffer, here 128 bytes, stay apart.
// Each has a buffer of its own, and its load comes at the command that reads it.

// CHECK-LABEL: crania_hw.program @apart_program
// CHECK:           crania_hw.buffer @generic global_buffer at 128 bytes 80 : f32
// CHECK-NEXT:      crania_hw.buffer @reduce global_buffer at 384 bytes 4 : f32
// CHECK-NEXT:      crania_hw.buffer @generic_1 global_buffer at 256 bytes 80 : f32
// CHECK-NEXT:      crania_hw.buffer @input global_buffer at 0 bytes 80 : f32
// CHECK-NEXT:      crania_hw.buffer @input.dram dram at 0 bytes 80 : f32
// CHECK-NEXT:      crania_hw.buffer @constant global_buffer at 128 bytes 80 : f32
// CHECK-NEXT:      crania_hw.buffer @constant.image image at 0 bytes 80 : f32
// CHECK-NEXT:      crania_hw.buffer @constant_1 global_buffer at 0 bytes 80 : f32
// CHECK-NEXT:      crania_hw.buffer @constant.image_1 image at 128 bytes 80 : f32
// CHECK-NEXT:      crania_hw.buffer @logits dram at 128 bytes 80 : f32
// CHECK:           crania_hw.round {
// CHECK-NEXT:        %[[LOAD1:[0-9]+]] = crania_hw.copy activations [20] from <@input.dram at 0, strides [1]>
// CHECK-SAME:          to <@input at 0, strides [1]> label "input"
// CHECK-NEXT:        %[[LOAD2:[0-9]+]] = crania_hw.copy parameters [20] from <@constant.image at 0, strides [1]>
// CHECK-SAME:          to <@constant at 0, strides [1]> label "parameters"
// CHECK-NEXT:        %[[VECTOR1:[0-9]+]] = crania_hw.vector loops [20]
// CHECK-SAME:          inputs [<@input at 0, (d0) -> (d0), extents [20], strides [1], padding 0.000000e+00>,
// CHECK-SAME:          <@constant at 0, (d0) -> (d0), extents [20], strides [1], padding 0.000000e+00>]
// CHECK-SAME:          output <@generic_1 at 0, (d0) -> (d0), extents [20], strides [1], padding 0.000000e+00>
// CHECK-SAME:          code {r3 = sub f32(r0, r1)} after(%[[LOAD1]], %[[LOAD2]]) label "generic"
// CHECK-NEXT:        %[[VECTOR2:[0-9]+]] = crania_hw.vector loops [20]
// CHECK-SAME:          inputs [<@generic_1 at 0, (d0) -> (d0), extents [20], strides [1], padding 0.000000e+00>]
// CHECK-SAME:          output <@reduce at 0, (d0) -> (), extents [], strides [], padding 0.000000e+00>
// CHECK-SAME:          code {r2 = add f32(r0, r1)} reduces from 0.000000e+00 after(%[[VECTOR1]]) label "reduce"
// CHECK-NEXT:        %[[LOAD3:[0-9]+]] = crania_hw.copy parameters [20] from <@constant.image_1 at 0, strides [1]>
// CHECK-SAME:          to <@constant_1 at 0, strides [1]> after(%[[VECTOR1]]) label "parameters"
// CHECK-NEXT:        %[[VECTOR3:[0-9]+]] = crania_hw.vector loops [20]
// CHECK-SAME:          inputs [<@constant_1 at 0, (d0) -> (d0), extents [20], strides [1], padding 0.000000e+00>,
// CHECK-SAME:          <@reduce at 0, (d0) -> (), extents [], strides [], padding 0.000000e+00>]
// CHECK-SAME:          output <@generic at 0, (d0) -> (d0), extents [20], strides [1], padding 0.000000e+00>
// CHECK-SAME:          code {r3 = div f32(r0, r1)} after(%[[VECTOR2]], %[[LOAD3]]) label "generic"
// CHECK-NEXT:        crania_hw.copy activations [20] from <@generic at 0, strides [1]>
// CHECK-SAME:          to <@logits at 0, strides [1]> after(%[[VECTOR3]]) label "exit"
// CHECK-NEXT:        crania_hw.exit_test @generic at 0 classes 20 after(%[[VECTOR3]]) label "exit"
// CHECK-NEXT:      }

#id = affine_map<(d0) -> (d0)>
module attributes {crania.target = #crania.target<"small", "{\"global_buffer\": {\"bytes\": 1024}}">} {
  func.func @apart(%x: tensor<20xf32>) -> tensor<20xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<20xf32> round(%round) {
      %a = arith.constant dense<[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0, 17.0, 18.0, 19.0]> : tensor<20xf32>
      %b = arith.constant dense<[1.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0, 17.0, 18.0, 19.0]> : tensor<20xf32>
      %zero = arith.constant 0.0 : f32
      %e = tensor.empty() : tensor<20xf32>
      %s = linalg.sub ins(%x, %a : tensor<20xf32>, tensor<20xf32>) outs(%e : tensor<20xf32>) -> tensor<20xf32>
      %h = tensor.empty() : tensor<f32>
      %f = linalg.fill ins(%zero : f32) outs(%h : tensor<f32>) -> tensor<f32>
      %n = linalg.reduce ins(%s : tensor<20xf32>) outs(%f : tensor<f32>) dimensions = [0]
        (%in: f32, %acc: f32) {
          %t = arith.addf %in, %acc : f32
          linalg.yield %t : f32
        }
      %y = linalg.generic {indexing_maps = [#id, affine_map<(d0) -> ()>, #id], iterator_types = ["parallel"]}
          ins(%b, %n : tensor<20xf32>, tensor<f32>) outs(%e : tensor<20xf32>) {
      ^bb0(%p: f32, %q: f32, %o: f32):
        %t = arith.divf %p, %q : f32
        linalg.yield %t : f32
      } -> tensor<20xf32>
      crania.yield %y : tensor<20xf32>
    }
    return %l : tensor<20xf32>
  }
}

// -----

// A constant per round lies in the image once per round. Each round loads its own into
// the same place. A constant of all rounds that is joined with it is repeated.

// CHECK-LABEL: crania_hw.program @per_round_program
// CHECK:           crania_hw.buffer @generic global_buffer at 128 bytes 8 : f32
// CHECK-NEXT:      crania_hw.buffer @input global_buffer at 64 bytes 8 : f32
// CHECK-NEXT:      crania_hw.buffer @input.dram dram at 0 bytes 8 : f32
// CHECK-NEXT:      crania_hw.buffer @parameters global_buffer at 0 bytes 16 : f32
// CHECK-NEXT:      crania_hw.buffer @parameters.image image at 0 bytes 16 : f32
// CHECK-NEXT:      crania_hw.buffer @parameters.image_1 image at 64 bytes 16 : f32
// CHECK-NEXT:      crania_hw.buffer @logits dram at 64 bytes 8 : f32
// CHECK:           crania_hw.round {
// CHECK-NEXT:        %[[LOAD1:[0-9]+]] = crania_hw.copy activations [2] from <@input.dram at 0, strides [1]>
// CHECK-SAME:          to <@input at 0, strides [1]> label "input"
// CHECK-NEXT:        %[[LOAD2:[0-9]+]] = crania_hw.copy parameters [4] from <@parameters.image at 0, strides [1]>
// CHECK-SAME:          to <@parameters at 0, strides [1]> label "parameters"
// CHECK-NEXT:        %[[VECTOR1:[0-9]+]] = crania_hw.vector loops [2]
// CHECK-SAME:          inputs [<@input at 0, (d0) -> (d0), extents [2], strides [1], padding 0.000000e+00>,
// CHECK-SAME:          <@parameters at 0, (d0) -> (d0), extents [2], strides [1], padding 0.000000e+00>,
// CHECK-SAME:          <@parameters at 2, (d0) -> (d0), extents [2], strides [1], padding 0.000000e+00>]
// CHECK-SAME:          output <@generic at 0, (d0) -> (d0), extents [2], strides [1], padding 0.000000e+00> code {r4 = mul f32(r0, r1),
// CHECK-SAME:          r5 = add f32(r4, r2)} after(%[[LOAD1]], %[[LOAD2]]) label "generic"
// CHECK-NEXT:        crania_hw.copy activations [2] from <@generic at 0, strides [1]>
// CHECK-SAME:          to <@logits at 0, strides [1]> after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:        crania_hw.exit_test @generic at 0 classes 2 after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:      }
// CHECK:           crania_hw.round {
// CHECK-NEXT:        %[[LOAD1:[0-9]+]] = crania_hw.copy activations [2] from <@input.dram at 0, strides [1]>
// CHECK-SAME:          to <@input at 0, strides [1]> label "input"
// CHECK-NEXT:        %[[LOAD2:[0-9]+]] = crania_hw.copy parameters [4] from <@parameters.image_1 at 0, strides [1]>
// CHECK-SAME:          to <@parameters at 0, strides [1]> label "parameters"
// CHECK-NEXT:        %[[VECTOR1:[0-9]+]] = crania_hw.vector loops [2]
// CHECK-SAME:          inputs [<@input at 0, (d0) -> (d0), extents [2], strides [1], padding 0.000000e+00>,
// CHECK-SAME:          <@parameters at 0, (d0) -> (d0), extents [2], strides [1], padding 0.000000e+00>,
// CHECK-SAME:          <@parameters at 2, (d0) -> (d0), extents [2], strides [1], padding 0.000000e+00>]
// CHECK-SAME:          output <@generic at 0, (d0) -> (d0), extents [2], strides [1], padding 0.000000e+00> code {r4 = mul f32(r0, r1),
// CHECK-SAME:          r5 = add f32(r4, r2)} after(%[[LOAD1]], %[[LOAD2]]) label "generic"
// CHECK-NEXT:        crania_hw.copy activations [2] from <@generic at 0, strides [1]>
// CHECK-SAME:          to <@logits at 0, strides [1]> after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:        crania_hw.exit_test @generic at 0 classes 2 after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:      }

#id = affine_map<(d0) -> (d0)>
module attributes {crania.target = #crania.target<"edge">} {
  func.func @per_round(%x: tensor<2xf32>) -> tensor<2xf32> {
    %l, %r = crania.iterate upto 2 exit #crania.exit<softmax, [0.5]> -> tensor<2xf32> round(%round) {
      %scale = crania.per_round %round [dense<[1.0, 2.0]> : tensor<2xf32>, dense<[3.0, 4.0]> : tensor<2xf32>]
      %bias = arith.constant dense<[5.0, 6.0]> : tensor<2xf32>
      %e = tensor.empty() : tensor<2xf32>
      %y = linalg.generic {indexing_maps = [#id, #id, #id, #id], iterator_types = ["parallel"]}
          ins(%x, %scale, %bias : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) outs(%e : tensor<2xf32>) {
      ^bb0(%a: f32, %f: f32, %b: f32, %o: f32):
        %p = arith.mulf %a, %f : f32
        %s = arith.addf %p, %b : f32
        linalg.yield %s : f32
      } -> tensor<2xf32>
      crania.yield %y : tensor<2xf32>
    }
    return %l : tensor<2xf32>
  }
}

// The image has 1, 2, 5 and 6 at 0, and 3, 4, 5 and 6 at 64. It ends at a multiple of
// a burst.

// CHECK: per_round_program_image: "0x100000000000803F000000400000A0400000C04000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000004040000080400000A0400000C040000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
