// RUN: crania-opt %s --convert-crania-to-hw --split-input-file | FileCheck %s

// A network in integers has ports, buffers and commands of integer types.

// Codes of 8 bits make sums of 32 bits. The requantization follows the contraction:
// product, addend and shift are one instruction in 64 bits, and a clamp follows. The
// op that reads the codes joins this command, since the clamp leaves nothing for the
// truncation to cut. The host quantizes the input with the scale of the port.

// CHECK-LABEL: crania_hw.program @requantized_program target <"edge"> precision i8 exit <softmax, []>
// CHECK-SAME:      input <@input.dram : tensor<1x2xi8>, scale 5.000000e-01> logits <@logits : tensor<1x3xf32>>
// CHECK-SAME:      image dense_resource<requantized_program_image> : tensor<128xi8> dram_bytes 128 {
// CHECK-NEXT:      crania_hw.buffer @generic global_buffer at 128 bytes 12 : f32
// CHECK-NEXT:      crania_hw.buffer @matmul global_buffer at 64 bytes 12 : i32
// CHECK-NEXT:      crania_hw.buffer @input global_buffer at 192 bytes 2 : i8
// CHECK-NEXT:      crania_hw.buffer @input.dram dram at 0 bytes 2 : i8
// CHECK-NEXT:      crania_hw.buffer @parameters global_buffer at 0 bytes 24 : i32
// CHECK-NEXT:      crania_hw.buffer @parameters.image image at 64 bytes 24 : i32
// CHECK-NEXT:      crania_hw.buffer @logits dram at 64 bytes 12 : f32
// CHECK:           crania_hw.round {
// CHECK-NEXT:        %[[LOAD1:[0-9]+]] = crania_hw.copy activations [2] from <@input.dram at 0, strides [1]>
// CHECK-SAME:          to <@input at 0, strides [1]> label "input"
// CHECK-NEXT:        %[[LOAD2:[0-9]+]] = crania_hw.copy parameters [6] from <@parameters.image at 0, strides [1]>
// CHECK-SAME:          to <@parameters at 0, strides [1]> label "parameters"
// CHECK-NEXT:        crania_hw.fetch @w clusters [1] streamed tiles 0 to 1 label "w"
// CHECK-NEXT:        %[[SUM1:[0-9]+]] = crania_hw.contract @w clusters 1 tiles 0 to 1
// CHECK-SAME:          input <@input at 0, 2x1x1, strides [1, 1, 1]> output <@matmul at 0, 3x1x1, strides [1, 1, 1]>
// CHECK-SAME:          kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%[[LOAD1]]) label "w"
// CHECK-NEXT:        %[[VECTOR1:[0-9]+]] = crania_hw.vector loops [3]
// CHECK-SAME:          inputs [<@matmul at 0, (d0) -> (d0), extents [3], strides [1], padding 0.000000e+00>,
// CHECK-SAME:          <@parameters at 0, (d0) -> (d0), extents [3], strides [1], padding 0.000000e+00>,
// CHECK-SAME:          <@parameters at 3, (d0) -> (d0), extents [3], strides [1], padding 0.000000e+00>]
// CHECK-SAME:          output <@generic at 0, (d0) -> (d0), extents [3], strides [1], padding 0.000000e+00> code {r4 = add i32(r0, r1),
// CHECK-SAME:          r5 = constant i64(32768), r6 = rescale i64(r4, r2, r5, 16), r7 = constant i64(-127), r8 = max i64(r6, r7),
// CHECK-SAME:          r9 = constant i64(127), r10 = min i64(r8, r9),
// CHECK-SAME:          r11 = to_f32 f32(r10), r12 = constant f32(2.500000e-01), r13 = mul f32(r11, r12)} follows(%[[SUM1]]) after(%[[LOAD2]]) label "w"
// CHECK-NEXT:        crania_hw.copy activations [3] from <@generic at 0, strides [1]>
// CHECK-SAME:          to <@logits at 0, strides [1]> after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:        crania_hw.exit_test @generic at 0 classes 3 after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:      }

#id = affine_map<(d0, d1) -> (d0, d1)>
#column = affine_map<(d0, d1) -> (d1)>
!w = !crania.clustered<tensor<2x3xi8>, clusters = 1>
!real = !quant.uniform<i8<-127:127>:f32, 0.5>
#plan = #crania.fetch_plan<@w, [<encoding = #crania.raw_encoding, bytes = 6, residency = streamed, address = 0>]>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @w : !w scheme #crania.importance values dense<1> : tensor<2x3xi8> assignment dense<0> : tensor<2x3xi8>
  func.func @requantized(%x: tensor<1x2xf32>) -> tensor<1x3xf32> {
    %cast = quant.qcast %x : tensor<1x2xf32> to tensor<1x2x!real>
    %q = quant.scast %cast : tensor<1x2x!real> to tensor<1x2xi8>
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> plan [#plan] -> tensor<1x3xf32> round(%round) {
      %zero = arith.constant 0 : i32
      %g = crania.get @w : !w
      %d = crania.materialize %g upto %round : !w
      %e = tensor.empty() : tensor<1x3xi32>
      %i = linalg.fill ins(%zero : i32) outs(%e : tensor<1x3xi32>) -> tensor<1x3xi32>
      %y = linalg.matmul ins(%q, %d : tensor<1x2xi8>, tensor<2x3xi8>) outs(%i : tensor<1x3xi32>) -> tensor<1x3xi32>
      %bias = arith.constant dense<[1, 2, 3]> : tensor<3xi32>
      %factor = arith.constant dense<[100, -200, 300]> : tensor<3xi32>
      %half = arith.constant 32768 : i64
      %shift = arith.constant 16 : i64
      %low = arith.constant -127 : i64
      %high = arith.constant 127 : i64
      %n = tensor.empty() : tensor<1x3xi8>
      %c = linalg.generic {indexing_maps = [#id, #column, #column, #id], iterator_types = ["parallel", "parallel"]}
          ins(%y, %bias, %factor : tensor<1x3xi32>, tensor<3xi32>, tensor<3xi32>) outs(%n : tensor<1x3xi8>) {
      ^bb0(%s: i32, %b: i32, %f: i32, %o: i8):
        %0 = arith.addi %s, %b : i32
        %1 = arith.extsi %0 : i32 to i64
        %2 = arith.extsi %f : i32 to i64
        %3 = arith.muli %1, %2 : i64
        %4 = arith.addi %3, %half : i64
        %5 = arith.shrsi %4, %shift : i64
        %6 = arith.maxsi %5, %low : i64
        %7 = arith.minsi %6, %high : i64
        %8 = arith.trunci %7 : i64 to i8
        linalg.yield %8 : i8
      } -> tensor<1x3xi8>
      %scale = arith.constant 0.25 : f32
      %m = tensor.empty() : tensor<1x3xf32>
      %z = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
          ins(%c : tensor<1x3xi8>) outs(%m : tensor<1x3xf32>) {
      ^bb0(%s: i8, %o: f32):
        %0 = arith.sitofp %s : i8 to f32
        %1 = arith.mulf %0, %scale : f32
        linalg.yield %1 : f32
      } -> tensor<1x3xf32>
      crania.yield %z : tensor<1x3xf32>
    }
    return %l : tensor<1x3xf32>
  }
}

// -----

// Codes that a contraction reads are stored as bytes. Sums and codes differ in type,
// so the codes have a buffer of their own. The store cuts the number to a byte.

// CHECK-LABEL: crania_hw.program @codes_program target <"edge"> precision i8 exit <softmax, []>
// CHECK-SAME:      input <@input.dram : tensor<1x2xi8>, scale 5.000000e-01> logits <@logits : tensor<1x3xf32>>
// CHECK-SAME:      image dense_resource<codes_program_image> : tensor<192xi8> dram_bytes 128 {
// CHECK-NEXT:      crania_hw.buffer @generic global_buffer at 64 bytes 12 : f32
// CHECK-NEXT:      crania_hw.buffer @matmul global_buffer at 0 bytes 12 : i32
// CHECK-NEXT:      crania_hw.buffer @generic_1 global_buffer at 128 bytes 3 : i8
// CHECK-NEXT:      crania_hw.buffer @matmul_1 global_buffer at 64 bytes 12 : i32
// CHECK-NEXT:      crania_hw.buffer @input global_buffer at 192 bytes 2 : i8
// CHECK-NEXT:      crania_hw.buffer @input.dram dram at 0 bytes 2 : i8
// CHECK-NEXT:      crania_hw.buffer @parameters global_buffer at 0 bytes 24 : i32
// CHECK-NEXT:      crania_hw.buffer @parameters.image image at 128 bytes 24 : i32
// CHECK-NEXT:      crania_hw.buffer @logits dram at 64 bytes 12 : f32
// CHECK:           crania_hw.round {
// CHECK-NEXT:        %[[LOAD1:[0-9]+]] = crania_hw.copy activations [2] from <@input.dram at 0, strides [1]>
// CHECK-SAME:          to <@input at 0, strides [1]> label "input"
// CHECK-NEXT:        %[[LOAD2:[0-9]+]] = crania_hw.copy parameters [6] from <@parameters.image at 0, strides [1]>
// CHECK-SAME:          to <@parameters at 0, strides [1]> label "parameters"
// CHECK-NEXT:        crania_hw.fetch @w clusters [1] streamed tiles 0 to 1 label "w"
// CHECK-NEXT:        %[[SUM1:[0-9]+]] = crania_hw.contract @w clusters 1 tiles 0 to 1
// CHECK-SAME:          input <@input at 0, 2x1x1, strides [1, 1, 1]> output <@matmul_1 at 0, 3x1x1, strides [1, 1, 1]>
// CHECK-SAME:          kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%[[LOAD1]]) label "w"
// CHECK-NEXT:        %[[VECTOR1:[0-9]+]] = crania_hw.vector loops [3]
// CHECK-SAME:          inputs [<@matmul_1 at 0, (d0) -> (d0), extents [3], strides [1], padding 0.000000e+00>,
// CHECK-SAME:          <@parameters at 0, (d0) -> (d0), extents [3], strides [1], padding 0.000000e+00>,
// CHECK-SAME:          <@parameters at 3, (d0) -> (d0), extents [3], strides [1], padding 0.000000e+00>]
// CHECK-SAME:          output <@generic_1 at 0, (d0) -> (d0), extents [3], strides [1], padding 0.000000e+00>
// CHECK-SAME:          code {r4 = add i32(r0, r1), r5 = constant i64(32768), r6 = rescale i64(r4, r2, r5, 16),
// CHECK-SAME:          r7 = constant i64(-127), r8 = max i64(r6, r7),
// CHECK-SAME:          r9 = constant i64(127), r10 = min i64(r8, r9)} follows(%[[SUM1]]) after(%[[LOAD2]]) label "w"
// CHECK-NEXT:        crania_hw.fetch @v clusters [1] streamed tiles 0 to 1 label "v"
// CHECK-NEXT:        %[[SUM2:[0-9]+]] = crania_hw.contract @v clusters 1 tiles 0 to 1
// CHECK-SAME:          input <@generic_1 at 0, 3x1x1, strides [1, 1, 1]> output <@matmul at 0, 3x1x1, strides [1, 1, 1]>
// CHECK-SAME:          kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%[[VECTOR1]]) label "v"
// CHECK-NEXT:        %[[VECTOR2:[0-9]+]] = crania_hw.vector loops [3]
// CHECK-SAME:          inputs [<@matmul at 0, (d0) -> (d0), extents [3], strides [1], padding 0.000000e+00>]
// CHECK-SAME:          output <@generic at 0, (d0) -> (d0), extents [3], strides [1], padding 0.000000e+00>
// CHECK-SAME:          code {r2 = to_f32 f32(r0), r3 = constant f32(2.500000e-01), r4 = mul f32(r2, r3)} follows(%[[SUM2]]) label "v"
// CHECK-NEXT:        crania_hw.copy activations [3] from <@generic at 0, strides [1]>
// CHECK-SAME:          to <@logits at 0, strides [1]> after(%[[VECTOR2]]) label "exit"
// CHECK-NEXT:        crania_hw.exit_test @generic at 0 classes 3 after(%[[VECTOR2]]) label "exit"
// CHECK-NEXT:      }

#id = affine_map<(d0, d1) -> (d0, d1)>
#column = affine_map<(d0, d1) -> (d1)>
!w = !crania.clustered<tensor<2x3xi8>, clusters = 1>
!v = !crania.clustered<tensor<3x3xi8>, clusters = 1>
!real = !quant.uniform<i8<-127:127>:f32, 0.5>
#plan = #crania.fetch_plan<@w, [<encoding = #crania.raw_encoding, bytes = 6, residency = streamed, address = 0>]>
#plan2 = #crania.fetch_plan<@v, [<encoding = #crania.raw_encoding, bytes = 9, residency = streamed, address = 64>]>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @w : !w scheme #crania.importance values dense<1> : tensor<2x3xi8> assignment dense<0> : tensor<2x3xi8>
  crania.weights @v : !v scheme #crania.importance values dense<1> : tensor<3x3xi8> assignment dense<0> : tensor<3x3xi8>
  func.func @codes(%x: tensor<1x2xf32>) -> tensor<1x3xf32> {
    %cast = quant.qcast %x : tensor<1x2xf32> to tensor<1x2x!real>
    %q = quant.scast %cast : tensor<1x2x!real> to tensor<1x2xi8>
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> plan [#plan, #plan2] -> tensor<1x3xf32> round(%round) {
      %zero = arith.constant 0 : i32
      %g = crania.get @w : !w
      %d = crania.materialize %g upto %round : !w
      %e = tensor.empty() : tensor<1x3xi32>
      %i = linalg.fill ins(%zero : i32) outs(%e : tensor<1x3xi32>) -> tensor<1x3xi32>
      %y = linalg.matmul ins(%q, %d : tensor<1x2xi8>, tensor<2x3xi8>) outs(%i : tensor<1x3xi32>) -> tensor<1x3xi32>
      %bias = arith.constant dense<[1, 2, 3]> : tensor<3xi32>
      %factor = arith.constant dense<[100, -200, 300]> : tensor<3xi32>
      %half = arith.constant 32768 : i64
      %shift = arith.constant 16 : i64
      %low = arith.constant -127 : i64
      %high = arith.constant 127 : i64
      %n = tensor.empty() : tensor<1x3xi8>
      %c = linalg.generic {indexing_maps = [#id, #column, #column, #id], iterator_types = ["parallel", "parallel"]}
          ins(%y, %bias, %factor : tensor<1x3xi32>, tensor<3xi32>, tensor<3xi32>) outs(%n : tensor<1x3xi8>) {
      ^bb0(%s: i32, %b: i32, %f: i32, %o: i8):
        %0 = arith.addi %s, %b : i32
        %1 = arith.extsi %0 : i32 to i64
        %2 = arith.extsi %f : i32 to i64
        %3 = arith.muli %1, %2 : i64
        %4 = arith.addi %3, %half : i64
        %5 = arith.shrsi %4, %shift : i64
        %6 = arith.maxsi %5, %low : i64
        %7 = arith.minsi %6, %high : i64
        %8 = arith.trunci %7 : i64 to i8
        linalg.yield %8 : i8
      } -> tensor<1x3xi8>
      %h = crania.get @v : !v
      %k = crania.materialize %h upto %round : !v
      %t = linalg.matmul ins(%c, %k : tensor<1x3xi8>, tensor<3x3xi8>) outs(%i : tensor<1x3xi32>) -> tensor<1x3xi32>
      %scale = arith.constant 0.25 : f32
      %m = tensor.empty() : tensor<1x3xf32>
      %z = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
          ins(%t : tensor<1x3xi32>) outs(%m : tensor<1x3xf32>) {
      ^bb0(%s: i32, %o: f32):
        %0 = arith.sitofp %s : i32 to f32
        %1 = arith.mulf %0, %scale : f32
        linalg.yield %1 : f32
      } -> tensor<1x3xf32>
      crania.yield %z : tensor<1x3xf32>
    }
    return %l : tensor<1x3xf32>
  }
}

// -----

// Bytes of the input may be unsigned. The quantized type of the cast says so, and the
// buffers of the input have the type ui8.

// CHECK-LABEL: crania_hw.program @unsigned_program target <"edge"> precision i8 exit <softmax, []>
// CHECK-SAME:      input <@input.dram : tensor<1x2xui8>, scale 5.000000e-01> logits <@logits : tensor<1x3xf32>>
// CHECK-SAME:      image dense_resource<unsigned_program_image> : tensor<64xi8> dram_bytes 128 {
// CHECK-NEXT:      crania_hw.buffer @generic global_buffer at 64 bytes 12 : f32
// CHECK-NEXT:      crania_hw.buffer @generic_1 global_buffer at 0 bytes 12 : i32
// CHECK-NEXT:      crania_hw.buffer @input global_buffer at 128 bytes 2 : ui8
// CHECK-NEXT:      crania_hw.buffer @input.dram dram at 0 bytes 2 : ui8
// CHECK-NEXT:      crania_hw.buffer @logits dram at 64 bytes 12 : f32
// CHECK:           crania_hw.round {
// CHECK-NEXT:        %[[LOAD1:[0-9]+]] = crania_hw.copy activations [2] from <@input.dram at 0, strides [1]>
// CHECK-SAME:          to <@input at 0, strides [1]> label "input"
// CHECK-NEXT:        crania_hw.fetch @w clusters [1] streamed tiles 0 to 1 label "w"
// CHECK-NEXT:        %[[SUM1:[0-9]+]] = crania_hw.contract @w clusters 1 tiles 0 to 1
// CHECK-SAME:          input <@input at 0, 2x1x1, strides [1, 1, 1]> output <@generic_1 at 0, 3x1x1, strides [1, 1, 1]>
// CHECK-SAME:          kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%[[LOAD1]]) label "w"
// CHECK-NEXT:        %[[VECTOR1:[0-9]+]] = crania_hw.vector loops [3]
// CHECK-SAME:          inputs [<@generic_1 at 0, (d0) -> (d0), extents [3], strides [1], padding 0.000000e+00>]
// CHECK-SAME:          output <@generic at 0, (d0) -> (d0), extents [3], strides [1], padding 0.000000e+00>
// CHECK-SAME:          code {r2 = to_f32 f32(r0), r3 = constant f32(2.500000e-01), r4 = mul f32(r2, r3)} follows(%[[SUM1]]) label "w"
// CHECK-NEXT:        crania_hw.copy activations [3] from <@generic at 0, strides [1]>
// CHECK-SAME:          to <@logits at 0, strides [1]> after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:        crania_hw.exit_test @generic at 0 classes 3 after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:      }

#id = affine_map<(d0, d1) -> (d0, d1)>
#x = affine_map<(m, n, k) -> (m, k)>
#w = affine_map<(m, n, k) -> (k, n)>
#y = affine_map<(m, n, k) -> (m, n)>
!w = !crania.clustered<tensor<2x3xi8>, clusters = 1>
!real = !quant.uniform<u8:f32, 0.5>
#plan = #crania.fetch_plan<@w, [<encoding = #crania.raw_encoding, bytes = 6, residency = streamed, address = 0>]>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @w : !w scheme #crania.importance values dense<1> : tensor<2x3xi8> assignment dense<0> : tensor<2x3xi8>
  func.func @unsigned(%x: tensor<1x2xf32>) -> tensor<1x3xf32> {
    %cast = quant.qcast %x : tensor<1x2xf32> to tensor<1x2x!real>
    %q = quant.scast %cast : tensor<1x2x!real> to tensor<1x2xi8>
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> plan [#plan] -> tensor<1x3xf32> round(%round) {
      %zero = arith.constant 0 : i32
      %g = crania.get @w : !w
      %d = crania.materialize %g upto %round : !w
      %e = tensor.empty() : tensor<1x3xi32>
      %i = linalg.fill ins(%zero : i32) outs(%e : tensor<1x3xi32>) -> tensor<1x3xi32>
      %y = linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "reduction"]}
          ins(%q, %d : tensor<1x2xi8>, tensor<2x3xi8>) outs(%i : tensor<1x3xi32>) {
      ^bb0(%p: i8, %s: i8, %o: i32):
        %0 = arith.extui %p : i8 to i32
        %1 = arith.extsi %s : i8 to i32
        %2 = arith.muli %0, %1 : i32
        %3 = arith.addi %2, %o : i32
        linalg.yield %3 : i32
      } -> tensor<1x3xi32>
      %scale = arith.constant 0.25 : f32
      %m = tensor.empty() : tensor<1x3xf32>
      %z = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
          ins(%y : tensor<1x3xi32>) outs(%m : tensor<1x3xf32>) {
      ^bb0(%s: i32, %o: f32):
        %0 = arith.sitofp %s : i32 to f32
        %1 = arith.mulf %0, %scale : f32
        linalg.yield %1 : f32
      } -> tensor<1x3xf32>
      crania.yield %z : tensor<1x3xf32>
    }
    return %l : tensor<1x3xf32>
  }
}

// -----

// Codes of 16 bits make sums of 64 bits.

// CHECK-LABEL: crania_hw.program @wide_program target <"edge"> precision i16 exit <softmax, []>
// CHECK-SAME:      input <@input.dram : tensor<1x2xi16>, scale 5.000000e-01> logits <@logits : tensor<1x3xf32>>
// CHECK-SAME:      image dense_resource<wide_program_image> : tensor<64xi8> dram_bytes 128 {
// CHECK-NEXT:      crania_hw.buffer @generic global_buffer at 64 bytes 12 : f32
// CHECK-NEXT:      crania_hw.buffer @matmul global_buffer at 0 bytes 24 : i64
// CHECK-NEXT:      crania_hw.buffer @input global_buffer at 128 bytes 4 : i16
// CHECK-NEXT:      crania_hw.buffer @input.dram dram at 0 bytes 4 : i16
// CHECK-NEXT:      crania_hw.buffer @logits dram at 64 bytes 12 : f32
// CHECK:           crania_hw.round {
// CHECK-NEXT:        %[[LOAD1:[0-9]+]] = crania_hw.copy activations [2] from <@input.dram at 0, strides [1]>
// CHECK-SAME:          to <@input at 0, strides [1]> label "input"
// CHECK-NEXT:        crania_hw.fetch @w clusters [1] streamed tiles 0 to 1 label "w"
// CHECK-NEXT:        %[[SUM1:[0-9]+]] = crania_hw.contract @w clusters 1 tiles 0 to 1
// CHECK-SAME:          input <@input at 0, 2x1x1, strides [1, 1, 1]> output <@matmul at 0, 3x1x1, strides [1, 1, 1]>
// CHECK-SAME:          kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%[[LOAD1]]) label "w"
// CHECK-NEXT:        %[[VECTOR1:[0-9]+]] = crania_hw.vector loops [3]
// CHECK-SAME:          inputs [<@matmul at 0, (d0) -> (d0), extents [3], strides [1], padding 0.000000e+00>]
// CHECK-SAME:          output <@generic at 0, (d0) -> (d0), extents [3], strides [1], padding 0.000000e+00>
// CHECK-SAME:          code {r2 = to_f32 f32(r0), r3 = constant f32(2.500000e-01), r4 = mul f32(r2, r3)} follows(%[[SUM1]]) label "w"
// CHECK-NEXT:        crania_hw.copy activations [3] from <@generic at 0, strides [1]>
// CHECK-SAME:          to <@logits at 0, strides [1]> after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:        crania_hw.exit_test @generic at 0 classes 3 after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:      }

#id = affine_map<(d0, d1) -> (d0, d1)>
!w = !crania.clustered<tensor<2x3xi16>, clusters = 1>
!real = !quant.uniform<i16<-32767:32767>:f32, 0.5>
#plan = #crania.fetch_plan<@w, [<encoding = #crania.raw_encoding, bytes = 12, residency = streamed, address = 0>]>
module attributes {crania.target = #crania.target<"edge">} {
  crania.weights @w : !w scheme #crania.importance values dense<1> : tensor<2x3xi16> assignment dense<0> : tensor<2x3xi8>
  func.func @wide(%x: tensor<1x2xf32>) -> tensor<1x3xf32> {
    %cast = quant.qcast %x : tensor<1x2xf32> to tensor<1x2x!real>
    %q = quant.scast %cast : tensor<1x2x!real> to tensor<1x2xi16>
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> plan [#plan] -> tensor<1x3xf32> round(%round) {
      %zero = arith.constant 0 : i64
      %g = crania.get @w : !w
      %d = crania.materialize %g upto %round : !w
      %e = tensor.empty() : tensor<1x3xi64>
      %i = linalg.fill ins(%zero : i64) outs(%e : tensor<1x3xi64>) -> tensor<1x3xi64>
      %y = linalg.matmul ins(%q, %d : tensor<1x2xi16>, tensor<2x3xi16>) outs(%i : tensor<1x3xi64>) -> tensor<1x3xi64>
      %scale = arith.constant 0.25 : f32
      %m = tensor.empty() : tensor<1x3xf32>
      %z = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
          ins(%y : tensor<1x3xi64>) outs(%m : tensor<1x3xf32>) {
      ^bb0(%s: i64, %o: f32):
        %0 = arith.sitofp %s : i64 to f32
        %1 = arith.mulf %0, %scale : f32
        linalg.yield %1 : f32
      } -> tensor<1x3xf32>
      crania.yield %z : tensor<1x3xf32>
    }
    return %l : tensor<1x3xf32>
  }
}
