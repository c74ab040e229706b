// RUN: crania-opt %s -split-input-file -verify-diagnostics

// Weights.

// expected-error @below {{'crania.weights' op values must be of type 'tensor<2xf32>', found 'tensor<3xf32>'}}
crania.weights @w : !crania.clustered<tensor<2xf32>, clusters = 1>
    scheme #crania.importance
    values dense<1.0> : tensor<3xf32> assignment dense<0> : tensor<2xi8>

// -----

// expected-error @below {{'crania.weights' op assignment must be of type 'tensor<2xi8>', found 'tensor<2xi32>'}}
crania.weights @w : !crania.clustered<tensor<2xf32>, clusters = 1>
    scheme #crania.importance
    values dense<1.0> : tensor<2xf32> assignment dense<0> : tensor<2xi32>

// -----

// expected-error @below {{'crania.weights' op values must be a dense or dense_resource attribute}}
crania.weights @w : !crania.clustered<tensor<2xf32>, clusters = 1>
    scheme #crania.importance
    values sparse<[[0]], 1.0> : tensor<2xf32> assignment dense<0> : tensor<2xi8>

// -----

// expected-error @below {{'crania.weights' op values must have 8 bytes of data, found 0: is the resource section missing?}}
crania.weights @w : !crania.clustered<tensor<2xf32>, clusters = 1>
    scheme #crania.importance
    values dense_resource<missing> : tensor<2xf32> assignment dense<0> : tensor<2xi8>

// -----

// expected-error @below {{'crania.weights' op values must have 8 bytes of data, found 4}}
crania.weights @w : !crania.clustered<tensor<2xf32>, clusters = 1>
    scheme #crania.importance
    values dense_resource<short> : tensor<2xf32> assignment dense<0> : tensor<2xi8>

{-#
  dialect_resources: { builtin: { short: "0x040000000000803F" } }
#-}

// -----

// expected-error @below {{'crania.weights' op assigns weight 1 to cluster 2 (counted from 0), but there are only 2 clusters}}
crania.weights @w : !crania.clustered<tensor<2xf32>, clusters = 2>
    scheme #crania.importance
    values dense<1.0> : tensor<2xf32> assignment dense<[0, 2]> : tensor<2xi8>

// -----

// expected-error @below {{'crania.weights' op assigns weight 0 to cluster 255 (counted from 0), but there are only 2 clusters}}
crania.weights @w : !crania.clustered<tensor<2xf32>, clusters = 2>
    scheme #crania.importance
    values dense<1.0> : tensor<2xf32> assignment dense<-1> : tensor<2xi8>

// -----

crania.weights @w : !crania.clustered<tensor<2xf32>, clusters = 2>
    // expected-error @below {{invalid kind of attribute specified}}
    scheme #crania.raw_encoding
    values dense<1.0> : tensor<2xf32> assignment dense<0> : tensor<2xi8>

// -----

// expected-error @below {{Invalid attribute `scheme` in property conversion: #crania.raw_encoding}}
"crania.weights"() <{sym_name = "w", type = !crania.clustered<tensor<2xf32>, clusters = 1>,
    scheme = #crania.raw_encoding, values = dense<1.0> : tensor<2xf32>,
    assignment = dense<0> : tensor<2xi8>}> : () -> ()

// -----

// expected-error @below {{'crania.weights' op attribute 'type' failed to satisfy constraint}}
"crania.weights"() <{sym_name = "w", type = i32, scheme = #crania.importance,
    values = dense<1.0> : tensor<2xf32>, assignment = dense<0> : tensor<2xi8>}> : () -> ()

// -----

func.func @f() {
  // expected-error @below {{'crania.weights' op expects parent op 'builtin.module'}}
  crania.weights @w : !crania.clustered<tensor<2xf32>, clusters = 1>
      scheme #crania.importance
      values dense<1.0> : tensor<2xf32> assignment dense<0> : tensor<2xi8>
  return
}

// -----

// Get.

func.func @f() {
  // expected-error @below {{'crania.get' op refers to @w, which is not a crania.weights of this module}}
  %w = crania.get @w : !crania.clustered<tensor<2xf32>, clusters = 1>
  return
}

// -----

func.func @f() {
  // expected-error @below {{'crania.get' op refers to @f, which is not a crania.weights of this module}}
  %w = crania.get @f : !crania.clustered<tensor<2xf32>, clusters = 1>
  return
}

// -----

crania.weights @w : !crania.clustered<tensor<2xf32>, clusters = 1>
    scheme #crania.importance
    values dense<1.0> : tensor<2xf32> assignment dense<0> : tensor<2xi8>
func.func @f() {
  // expected-error @below {{'crania.get' op has type '!crania.clustered<tensor<2xf32>, clusters = 2>', but @w is '!crania.clustered<tensor<2xf32>, clusters = 1>'}}
  %w = crania.get @w : !crania.clustered<tensor<2xf32>, clusters = 2>
  return
}

// -----

// Materialize.

func.func @f(%w: !crania.clustered<tensor<2xf32>, clusters = 1>, %r: index) {
  // expected-error @below {{'crania.materialize' op gives 'tensor<2xf32>' or a memref of that shape, found 'tensor<3xf32>'}}
  %d = crania.materialize %w upto %r : !crania.clustered<tensor<2xf32>, clusters = 1> -> tensor<3xf32>
  return
}

// -----

func.func @f(%w: !crania.clustered<tensor<2xf32>, clusters = 1>, %r: index) {
  // expected-error @below {{'crania.materialize' op gives 'tensor<2xf32>' or a memref of that shape, found 'memref<2xi8>'}}
  %d = crania.materialize %w upto %r : !crania.clustered<tensor<2xf32>, clusters = 1> -> memref<2xi8>
  return
}

// -----

func.func @f(%w: tensor<2xf32>, %r: index) {
  // expected-error @below {{expected clustered weights, found 'tensor<2xf32>'}}
  %d = crania.materialize %w upto %r : tensor<2xf32>
  return
}

// -----

// Constants per round.

func.func @f(%r: index) {
  // expected-error @below {{needs a typed constant per round}}
  %s = crania.per_round %r []
  return
}

// -----

func.func @f(%r: index) {
  // expected-error @below {{needs a typed constant per round}}
  %s = crania.per_round %r [@symbol]
  return
}

// -----

func.func @f(%r: index) {
  // expected-error @below {{'crania.per_round' op needs a constant per round}}
  %s = "crania.per_round"(%r) <{constants = []}> : (index) -> f32
  return
}

// -----

func.func @f(%r: index) {
  // expected-error @below {{'crania.per_round' op attribute 'constants' failed to satisfy constraint: typed constants}}
  %s = crania.per_round %r [1.0 : f32, @symbol]
  return
}

// -----

func.func @f(%r: index) {
  // expected-error @below {{'crania.per_round' op constant of round 2 has type 'i32', but that of round 1 has 'f32'}}
  %s = crania.per_round %r [1.0 : f32, 1 : i32]
  return
}

// -----

func.func @f(%r: index) {
  // expected-error @below {{'crania.per_round' op constant of round 1 is "a" : i32, which arith.constant cannot hold}}
  %s = crania.per_round %r ["a" : i32]
  return
}

// -----

func.func @f(%r: index) {
  // expected-error @below {{'crania.per_round' op has constants of type 'f32', but its result is 'memref<1xf32>'}}
  %s = crania.per_round %r [1.0 : f32] -> memref<1xf32>
  return
}

// -----

func.func @f(%x: tensor<2xf32>) {
  crania.iterate upto 3 exit #crania.exit<softmax, [0.5, 0.5]> -> tensor<2xf32> round(%r) {
    // expected-error @below {{'crania.per_round' op has 2 constants for 3 rounds}}
    %s = crania.per_round %r [1.0 : f32, 2.0 : f32]
    crania.yield %x : tensor<2xf32>
  }
  return
}

// -----

// Iterations.

func.func @f(%x: tensor<2xf32>) {
  // expected-error @below {{'crania.iterate' op attribute 'rounds' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
  crania.iterate upto 0 exit #crania.exit<softmax, []> -> tensor<2xf32> round(%r) {
    crania.yield %x : tensor<2xf32>
  }
  return
}

// -----

func.func @f(%x: tensor<2xf32>) {
  // expected-error @below {{'crania.iterate' op needs a threshold for each of its 3 rounds but the last, found 1}}
  crania.iterate upto 3 exit #crania.exit<softmax, [0.5]> -> tensor<2xf32> round(%r) {
    crania.yield %x : tensor<2xf32>
  }
  return
}

// -----

func.func @f(%x: tensor<2xf32>) {
  // expected-error @below {{invalid kind of attribute specified}}
  crania.iterate upto 1 exit #crania.importance -> tensor<2xf32> round(%r) {
    crania.yield %x : tensor<2xf32>
  }
  return
}

// -----

func.func @f(%x: tensor<2xf32>) {
  // expected-error @below {{'crania.iterate' op needs an exit fraction for each of its 2 rounds, found 1}}
  crania.iterate upto 2 exit #crania.exit<softmax, [0.5]> histogram [1.0] -> tensor<2xf32> round(%r) {
    crania.yield %x : tensor<2xf32>
  }
  return
}

// -----

func.func @f(%x: tensor<2xf32>) {
  // expected-error @below {{'crania.iterate' op exit fractions must be between 0 and 1 and add up to 1}}
  crania.iterate upto 2 exit #crania.exit<softmax, [0.5]> histogram [1.5, -0.5] -> tensor<2xf32> round(%r) {
    crania.yield %x : tensor<2xf32>
  }
  return
}

// -----

func.func @f(%x: tensor<2xf32>) {
  // expected-error @below {{'crania.iterate' op exit fractions must be between 0 and 1 and add up to 1}}
  crania.iterate upto 2 exit #crania.exit<softmax, [0.5]> histogram [0.5, 0.25] -> tensor<2xf32> round(%r) {
    crania.yield %x : tensor<2xf32>
  }
  return
}

// -----

func.func @f(%x: tensor<?xf32>) {
  // expected-error @below {{'crania.iterate' op result #0 must be tensor or memref of f32 with a static shape, but got 'tensor<?xf32>'}}
  crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<?xf32> round(%r) {
    crania.yield %x : tensor<?xf32>
  }
  return
}

// -----

func.func @f(%x: tensor<2xi32>) {
  // expected-error @below {{'crania.iterate' op result #0 must be tensor or memref of f32 with a static shape, but got 'tensor<2xi32>'}}
  crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<2xi32> round(%r) {
    crania.yield %x : tensor<2xi32>
  }
  return
}

// -----

func.func @f(%x: tensor<0xf32>) {
  // expected-error @below {{'crania.iterate' op needs at least one logit, found 'tensor<0xf32>'}}
  crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<0xf32> round(%r) {
    crania.yield %x : tensor<0xf32>
  }
  return
}

// -----

func.func @f(%x: tensor<2xf32>) {
  // expected-error @below {{successor operand type #0 'tensor<2xf32>' should match successor input type #0 'tensor<3xf32>'}}
  crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<3xf32> round(%r) {
    // expected-note @below {{region branch point}}
    crania.yield %x : tensor<2xf32>
  }
  return
}

// -----

func.func @f(%x: tensor<2xf32>, %t: tensor<0xf32>) {
  // expected-error @below {{'crania.iterate' op tests logits of type 'tensor<0xf32>', which has no elements}}
  crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<2xf32> round(%r) {
    crania.yield %x : tensor<2xf32> tested %t : tensor<0xf32>
  }
  return
}

// -----

func.func @f(%x: tensor<2xf32>) {
  // expected-error @below {{'crania.iterate' op body must end with a crania.yield}}
  crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<2xf32> round(%r) {
    llvm.unreachable
  }
  return
}

// -----

func.func @f(%x: tensor<2xf32>) {
  crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<2xf32> round(%r) {
    // expected-error @below {{block with no terminator}}
    %c = arith.constant 0 : index
  }
  return
}

// -----

func.func @f(%x: tensor<2xf32>) {
  // expected-error @below {{'crania.iterate' op body must have one argument of type index, the round}}
  %l, %e = "crania.iterate"() <{rounds = 1 : i64, exit = #crania.exit<softmax, []>}> ({
    crania.yield %x : tensor<2xf32>
  }) : () -> (tensor<2xf32>, index)
  return
}

// -----

func.func @f(%x: tensor<2xf32>) {
  // expected-error @below {{'crania.iterate' op body must have one argument of type index, the round}}
  %l, %e = "crania.iterate"() <{rounds = 1 : i64, exit = #crania.exit<softmax, []>}> ({
  ^bb0(%r: i32):
    crania.yield %x : tensor<2xf32>
  }) : () -> (tensor<2xf32>, index)
  return
}

// -----

func.func @f(%x: tensor<2xf32>) {
  // expected-error @below {{'crania.yield' op expects parent op 'crania.iterate'}}
  crania.yield %x : tensor<2xf32>
}

// -----

// Plans.

func.func @f(%x: tensor<2xf32>) {
  // expected-error @below {{'crania.iterate' op has a plan for @w, which is not a crania.weights of this module}}
  crania.iterate upto 1 exit #crania.exit<softmax, []> plan [#crania.fetch_plan<@w, [#crania.segment]>]
      -> tensor<2xf32> round(%r) {
    crania.yield %x : tensor<2xf32>
  }
  return
}

// -----

crania.weights @w : !crania.clustered<tensor<2xf32>, clusters = 1>
    scheme #crania.importance
    values dense<1.0> : tensor<2xf32> assignment dense<0> : tensor<2xi8>
func.func @f(%x: tensor<2xf32>) {
  // expected-error @below {{'crania.iterate' op plan of @w has 2 segments for 1 clusters}}
  crania.iterate upto 1 exit #crania.exit<softmax, []>
      plan [#crania.fetch_plan<@w, [#crania.segment, #crania.segment]>]
      -> tensor<2xf32> round(%r) {
    crania.yield %x : tensor<2xf32>
  }
  return
}

// -----

crania.weights @w : !crania.clustered<tensor<2xf32>, clusters = 1>
    scheme #crania.importance
    values dense<1.0> : tensor<2xf32> assignment dense<0> : tensor<2xi8>
func.func @f(%x: tensor<2xf32>) {
  // expected-error @below {{'crania.iterate' op has two plans for @w}}
  crania.iterate upto 1 exit #crania.exit<softmax, []>
      plan [#crania.fetch_plan<@w, [#crania.segment]>, #crania.fetch_plan<@w, [#crania.segment]>]
      -> tensor<2xf32> round(%r) {
    crania.yield %x : tensor<2xf32>
  }
  return
}

// -----

// Attributes of functions and modules.

// expected-error @below {{'crania.target' must be a #crania.target, e.g. #crania.target<"edge">}}
module attributes {crania.target = "edge"} {}

// -----

// expected-error @below {{'crania.classifier' must be a unit attribute of a function}}
module attributes {crania.classifier} {}

// -----

// expected-error @below {{'crania.classifier' must be a unit attribute of a function}}
func.func private @f() attributes {crania.classifier = 1}

// -----

// expected-error @below {{unknown attribute 'crania.classify' of the crania dialect}}
func.func private @f() attributes {crania.classify}

// -----

// Scales.

// expected-error @below {{'crania.weights' op scales of type 'tensor<3x1xf32>' do not broadcast to 'tensor<2x2xi8>'}}
crania.weights @w : !crania.clustered<tensor<2x2xi8>, clusters = 1>
    scheme #crania.importance
    values dense<1> : tensor<2x2xi8> assignment dense<0> : tensor<2x2xi8>
    scales dense<1.0> : tensor<3x1xf32>

// -----

// expected-error @below {{'crania.weights' op scales must be positive and finite}}
crania.weights @w : !crania.clustered<tensor<2x2xi8>, clusters = 1>
    scheme #crania.importance
    values dense<1> : tensor<2x2xi8> assignment dense<0> : tensor<2x2xi8>
    scales dense<[[1.0], [0.0]]> : tensor<2x1xf32>

// -----

// expected-error @below {{'crania.weights' op scales must be dense f32 elements}}
crania.weights @w : !crania.clustered<tensor<2x2xi8>, clusters = 1>
    scheme #crania.importance
    values dense<1> : tensor<2x2xi8> assignment dense<0> : tensor<2x2xi8>
    scales dense<1.0> : tensor<2x1xf64>

// -----

// expected-error @below {{points are a matrix of integers, a row per round but the last and a column per code; found 'tensor<3xi8>'}}
func.func private @f() attributes {a = #crania.residual<dense<[-60, 0, 60]> : tensor<3xi8>>}

// -----

// expected-error @below {{points are a matrix of integers, a row per round but the last and a column per code; found 'tensor<1x2xf32>'}}
func.func private @f() attributes {a = #crania.residual<dense<[[-60.0, 0.0]]> : tensor<1x2xf32>>}

// -----

// expected-error @below {{points have 257 codes; there can be up to 256}}
func.func private @f() attributes {a = #crania.residual<dense<0> : tensor<1x257xi16>>}

// -----

// expected-error @below {{points have 65 different words in round 2; there can be up to 64}}
func.func private @f() attributes {a = #crania.residual<dense<[[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64]]> : tensor<2x65xi16>>}

// -----

// expected-error @below {{has values of 'i8', but points of 'i16'}}
crania.weights @w : !crania.clustered<tensor<2xi8>, clusters = 2>
    scheme #crania.residual<dense<[[-60, 60]]> : tensor<1x2xi16>>
    values dense<1> : tensor<2xi8>
    assignment dense<0> : tensor<2xi8>

// -----

// expected-error @below {{has 3 clusters, but points for 1; each but the last needs a row}}
crania.weights @w : !crania.clustered<tensor<2xi8>, clusters = 3>
    scheme #crania.residual<dense<[[-60, 60]]> : tensor<1x2xi8>>
    values dense<1> : tensor<2xi8>
    assignment dense<0> : tensor<2xi8>

// -----

// expected-error @below {{gives weight 1 the code 2, but the points have only 2 codes}}
crania.weights @w : !crania.clustered<tensor<2xi8>, clusters = 2>
    scheme #crania.residual<dense<[[-60, 60]]> : tensor<1x2xi8>>
    values dense<1> : tensor<2xi8>
    assignment dense<[1, 2]> : tensor<2xi8>
