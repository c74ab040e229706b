// RUN: crania-opt %s --convert-crania-to-hw --split-input-file | FileCheck %s

// The body of an element-wise op becomes the code of a vector command.

// Each op of arith and math on f32 has an instruction. Registers hold the inputs,
// then the present output, then a result per instruction: the only input is r0, and
// r2 is the first result.

// CHECK-LABEL: crania_hw.program @functions_program
// CHECK:           crania_hw.round {
// CHECK:             crania_hw.vector loops [4]
// CHECK-SAME:          inputs [<@input at 0, (d0) -> (d0), extents [4], strides [1], padding 0.000000e+00>]
// CHECK-SAME:          output <@generic at 0, (d0) -> (d0), extents [4], strides [1], padding 0.000000e+00>
// CHECK-SAME:          code {r2 = abs f32(r0), r3 = sqrt f32(r2), r4 = rsqrt f32(r3), r5 = tanh f32(r4), r6 = erf f32(r5),
// CHECK-SAME:          r7 = floor f32(r6), r8 = ceil f32(r7), r9 = roundeven f32(r8), r10 = log f32(r9),
// CHECK-SAME:          r11 = exp f32(r10), r12 = neg f32(r11)}

#id = affine_map<(d0) -> (d0)>
module attributes {crania.target = #crania.target<"edge">} {
  func.func @functions(%x: tensor<4xf32>) -> tensor<4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      %e = tensor.empty() : tensor<4xf32>
      %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
          ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
      ^bb0(%a: f32, %o: f32):
        %0 = math.absf %a : f32
        %1 = math.sqrt %0 : f32
        %2 = math.rsqrt %1 : f32
        %3 = math.tanh %2 : f32
        %4 = math.erf %3 : f32
        %5 = math.floor %4 : f32
        %6 = math.ceil %5 : f32
        %7 = math.roundeven %6 : f32
        %8 = math.log %7 : f32
        %9 = math.exp %8 : f32
        %10 = arith.negf %9 : f32
        linalg.yield %10 : f32
      } -> tensor<4xf32>
      crania.yield %y : tensor<4xf32>
    }
    return %l : tensor<4xf32>
  }
}

// -----

// Operands keep their order.

// CHECK-LABEL: crania_hw.program @operators_program
// CHECK:           crania_hw.round {
// CHECK:             crania_hw.vector loops [4]
// CHECK-SAME:          inputs [<@input at 0, (d0) -> (d0), extents [4], strides [1], padding 0.000000e+00>]
// CHECK-SAME:          output <@generic at 0, (d0) -> (d0), extents [4], strides [1], padding 0.000000e+00>
// CHECK-SAME:          code {r2 = exp f32(r0), r3 = add f32(r0, r2), r4 = sub f32(r2, r3), r5 = mul f32(r4, r0), r6 = div f32(r0, r5),
// CHECK-SAME:          r7 = max f32(r6, r2), r8 = min f32(r7, r3), r9 = maxnum f32(r8, r4), r10 = minnum f32(r9, r5), r11 = pow f32(r0, r10)}

#id = affine_map<(d0) -> (d0)>
module attributes {crania.target = #crania.target<"edge">} {
  func.func @operators(%x: tensor<4xf32>) -> tensor<4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      %e = tensor.empty() : tensor<4xf32>
      %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
          ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
      ^bb0(%a: f32, %o: f32):
        %0 = math.exp %a : f32
        %1 = arith.addf %a, %0 : f32
        %2 = arith.subf %0, %1 : f32
        %3 = arith.mulf %2, %a : f32
        %4 = arith.divf %a, %3 : f32
        %5 = arith.maximumf %4, %0 : f32
        %6 = arith.minimumf %5, %1 : f32
        %7 = arith.maxnumf %6, %2 : f32
        %8 = arith.minnumf %7, %3 : f32
        %9 = math.powf %a, %8 : f32
        linalg.yield %9 : f32
      } -> tensor<4xf32>
      crania.yield %y : tensor<4xf32>
    }
    return %l : tensor<4xf32>
  }
}

// -----

// An ordered comparison has an instruction. An unordered one is the opposite of an
// ordered one: `ult` is true unless `oge` is. Truth values are 0 and 1, so that `and`
// is a minimum and `or` a maximum.

// CHECK-LABEL: crania_hw.program @comparisons_program
// CHECK:           crania_hw.round {
// CHECK:             crania_hw.vector loops [4]
// CHECK-SAME:          inputs [<@input at 0, (d0) -> (d0), extents [4], strides [1], padding 0.000000e+00>]
// CHECK-SAME:          output <@generic at 0, (d0) -> (d0), extents [4], strides [1], padding 0.000000e+00>
// CHECK-SAME:          code {r2 = constant f32(0.000000e+00), r3 = cmp_gt f32(r0, r2), r4 = cmp_ge f32(r0, r2),
// CHECK-SAME:          r5 = constant f32(0.000000e+00), r6 = cmp_eq f32(r4, r5), r7 = min f32(r3, r6), r8 = max f32(r7, r3),
// CHECK-SAME:          r9 = select f32(r8, r0, r2)}

#id = affine_map<(d0) -> (d0)>
module attributes {crania.target = #crania.target<"edge">} {
  func.func @comparisons(%x: tensor<4xf32>) -> tensor<4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      %zero = arith.constant 0.0 : f32
      %e = tensor.empty() : tensor<4xf32>
      %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
          ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
      ^bb0(%a: f32, %o: f32):
        %p = arith.cmpf ogt, %a, %zero : f32
        %q = arith.cmpf ult, %a, %zero : f32
        %s = arith.andi %p, %q : i1
        %t = arith.ori %s, %p : i1
        %0 = arith.select %t, %a, %zero : f32
        linalg.yield %0 : f32
      } -> tensor<4xf32>
      crania.yield %y : tensor<4xf32>
    }
    return %l : tensor<4xf32>
  }
}

// -----

// Instructions that the result does not need are not emitted. The yielded value comes
// last.

// CHECK-LABEL: crania_hw.program @unused_program
// CHECK:           crania_hw.round {
// CHECK:             crania_hw.vector loops [4]
// CHECK-SAME:          inputs [<@input at 0, (d0) -> (d0), extents [4], strides [1], padding 0.000000e+00>]
// CHECK-SAME:          output <@generic at 0, (d0) -> (d0), extents [4], strides [1], padding 0.000000e+00> code {r2 = log f32(r0)}

#id = affine_map<(d0) -> (d0)>
module attributes {crania.target = #crania.target<"edge">} {
  func.func @unused(%x: tensor<4xf32>) -> tensor<4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      %e = tensor.empty() : tensor<4xf32>
      %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
          ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
      ^bb0(%a: f32, %o: f32):
        %0 = math.exp %a : f32
        %1 = math.log %a : f32
        linalg.yield %1 : f32
      } -> tensor<4xf32>
      crania.yield %y : tensor<4xf32>
    }
    return %l : tensor<4xf32>
  }
}
