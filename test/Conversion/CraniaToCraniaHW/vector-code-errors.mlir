// RUN: crania-opt %s --convert-crania-to-hw --split-input-file --verify-diagnostics

// Bodies that the vector unit does not compute. The note points at the op in the body.

#id = affine_map<(d0) -> (d0)>
module attributes {crania.target = #crania.target<"edge">} {
  func.func @no_instruction(%x: tensor<4xf32>) -> tensor<4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      %e = tensor.empty() : tensor<4xf32>
      // expected-error @below {{cannot run on the vector unit: 'math.sin' in its body}}
      %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
          ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
      ^bb0(%in: f32, %out: f32):
        // expected-note @below {{this value}}
        %s = math.sin %in : f32
        linalg.yield %s : f32
      } -> tensor<4xf32>
      crania.yield %y : tensor<4xf32>
    }
    return %l : tensor<4xf32>
  }
}

// -----

#id = affine_map<(d0) -> (d0)>
module attributes {crania.target = #crania.target<"edge">} {
  func.func @comparison(%x: tensor<4xf32>) -> tensor<4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      %e = tensor.empty() : tensor<4xf32>
      // expected-error @below {{cannot run on the vector unit: 'arith.cmpf' in its body: the vector unit has no comparison 'one'}}
      %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
          ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
      ^bb0(%a: f32, %o: f32):
        %z = arith.constant 0.0 : f32
        // expected-note @below {{this value}}
        %p = arith.cmpf one, %a, %z : f32
        %s = arith.select %p, %a, %z : f32
        linalg.yield %s : f32
      } -> tensor<4xf32>
      crania.yield %y : tensor<4xf32>
    }
    return %l : tensor<4xf32>
  }
}

// -----

#id = affine_map<(d0) -> (d0)>
module attributes {crania.target = #crania.target<"edge">} {
  func.func @unsigned_comparison(%x: tensor<4xf32>) -> tensor<4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      %e = tensor.empty() : tensor<4xf32>
      // expected-error @below {{cannot run on the vector unit: 'arith.cmpi' in its body: the vector unit has no comparison 'ult'}}
      %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
          ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
      ^bb0(%a: f32, %o: f32):
        %z = arith.constant 7 : i32
        %i = arith.fptosi %a : f32 to i32
        // expected-note @below {{this value}}
        %p = arith.cmpi ult, %i, %z : i32
        %s = arith.select %p, %a, %o : f32
        linalg.yield %s : f32
      } -> tensor<4xf32>
      crania.yield %y : tensor<4xf32>
    }
    return %l : tensor<4xf32>
  }
}

// -----

#id = affine_map<(d0) -> (d0)>
module attributes {crania.target = #crania.target<"edge">} {
  func.func @bits(%x: tensor<4xf32>) -> tensor<4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      %e = tensor.empty() : tensor<4xf32>
      // expected-error @below {{cannot run on the vector unit: 'arith.andi' in its body; it has no bitwise logic}}
      %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
          ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
      ^bb0(%a: f32, %o: f32):
        %z = arith.constant 7 : i32
        %i = arith.fptosi %a : f32 to i32
        // expected-note @below {{this value}}
        %p = arith.andi %i, %z : i32
        %s = arith.sitofp %p : i32 to f32
        linalg.yield %s : f32
      } -> tensor<4xf32>
      crania.yield %y : tensor<4xf32>
    }
    return %l : tensor<4xf32>
  }
}

// -----

#id = affine_map<(d0) -> (d0)>
module attributes {crania.target = #crania.target<"edge">} {
  func.func @wraps(%x: tensor<4xf32>) -> tensor<4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      %e = tensor.empty() : tensor<4xf32>
      // expected-error @below {{cannot run on the vector unit: 'arith.addi' in its body on 'i16', which the vector unit would not wrap; extend its operands}}
      %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
          ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
      ^bb0(%a: f32, %o: f32):
        %i = arith.fptosi %a : f32 to i16
        // expected-note @below {{this value}}
        %p = arith.addi %i, %i : i16
        %s = arith.sitofp %p : i16 to f32
        linalg.yield %s : f32
      } -> tensor<4xf32>
      crania.yield %y : tensor<4xf32>
    }
    return %l : tensor<4xf32>
  }
}

// -----

#id = affine_map<(d0) -> (d0)>
module attributes {crania.target = #crania.target<"edge">} {
  func.func @cut(%x: tensor<4xf32>) -> tensor<4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      %e = tensor.empty() : tensor<4xf32>
      // expected-error @below {{cannot run on the vector unit: 'arith.trunci' in its body within a body; only what is stored is cut}}
      %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
          ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
      ^bb0(%a: f32, %o: f32):
        %i = arith.fptosi %a : f32 to i32
        // expected-note @below {{this value}}
        %p = arith.trunci %i : i32 to i16
        %s = arith.sitofp %p : i16 to f32
        linalg.yield %s : f32
      } -> tensor<4xf32>
      crania.yield %y : tensor<4xf32>
    }
    return %l : tensor<4xf32>
  }
}

// -----

#id = affine_map<(d0) -> (d0)>
module attributes {crania.target = #crania.target<"edge">} {
  func.func @unsigned(%x: tensor<4xf32>) -> tensor<4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      %e = tensor.empty() : tensor<4xf32>
      // expected-error @below {{cannot run on the vector unit: 'arith.maxui' in its body; integers wider than bytes have a sign}}
      %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
          ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
      ^bb0(%a: f32, %o: f32):
        %i = arith.fptosi %a : f32 to i32
        // expected-note @below {{this value}}
        %p = arith.maxui %i, %i : i32
        %s = arith.sitofp %p : i32 to f32
        linalg.yield %s : f32
      } -> tensor<4xf32>
      crania.yield %y : tensor<4xf32>
    }
    return %l : tensor<4xf32>
  }
}

// -----

#id = affine_map<(d0) -> (d0)>
module attributes {crania.target = #crania.target<"edge">} {
  func.func @unsigned_to_float(%x: tensor<4xf32>) -> tensor<4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      %e = tensor.empty() : tensor<4xf32>
      // expected-error @below {{cannot run on the vector unit: 'arith.uitofp' in its body; integers wider than bytes have a sign}}
      %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
          ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
      ^bb0(%a: f32, %o: f32):
        %i = arith.fptosi %a : f32 to i32
        // expected-note @below {{this value}}
        %s = arith.uitofp %i : i32 to f32
        linalg.yield %s : f32
      } -> tensor<4xf32>
      crania.yield %y : tensor<4xf32>
    }
    return %l : tensor<4xf32>
  }
}

// -----

#id = affine_map<(d0) -> (d0)>
module attributes {crania.target = #crania.target<"edge">} {
  func.func @float_to_unsigned(%x: tensor<4xf32>) -> tensor<4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      %e = tensor.empty() : tensor<4xf32>
      // expected-error @below {{cannot run on the vector unit: 'arith.fptoui' in its body; integers wider than bytes have a sign}}
      %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
          ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
      ^bb0(%a: f32, %o: f32):
        // expected-note @below {{this value}}
        %i = arith.fptoui %a : f32 to i32
        %s = arith.sitofp %i : i32 to f32
        linalg.yield %s : f32
      } -> tensor<4xf32>
      crania.yield %y : tensor<4xf32>
    }
    return %l : tensor<4xf32>
  }
}

// -----

// As a signed number, a true i1 is -1.

#id = affine_map<(d0) -> (d0)>
module attributes {crania.target = #crania.target<"edge">} {
  func.func @truth(%x: tensor<4xf32>) -> tensor<4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      %e = tensor.empty() : tensor<4xf32>
      // expected-error @below {{cannot run on the vector unit: 'arith.sitofp' in its body; it takes truth values for 0 and 1}}
      %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
          ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
      ^bb0(%a: f32, %o: f32):
        %z = arith.constant 0.0 : f32
        %p = arith.cmpf ogt, %a, %z : f32
        // expected-note @below {{this value}}
        %s = arith.sitofp %p : i1 to f32
        linalg.yield %s : f32
      } -> tensor<4xf32>
      crania.yield %y : tensor<4xf32>
    }
    return %l : tensor<4xf32>
  }
}

// -----

#id = affine_map<(d0) -> (d0)>
module attributes {crania.target = #crania.target<"edge">} {
  func.func @double(%x: tensor<4xf32>) -> tensor<4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      %e = tensor.empty() : tensor<4xf32>
      // expected-error @below {{cannot run on the vector unit: 'arith.extf' in its body; the machine computes in f32, i32 and i64: found 'f64'}}
      %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
          ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
      ^bb0(%a: f32, %o: f32):
        // expected-note @below {{this value}}
        %d = arith.extf %a : f32 to f64
        %i = arith.fptosi %d : f64 to i32
        %s = arith.sitofp %i : i32 to f32
        linalg.yield %s : f32
      } -> tensor<4xf32>
      crania.yield %y : tensor<4xf32>
    }
    return %l : tensor<4xf32>
  }
}

// -----

#id = affine_map<(d0) -> (d0)>
module attributes {crania.target = #crania.target<"edge">} {
  func.func @mixed_signs(%x: tensor<4xf32>) -> tensor<4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      %e = tensor.empty() : tensor<4xf32>
      // expected-error @below {{cannot run on the vector unit: 'arith.extsi' in its body reads as signed a byte that is unsigned; extend it to i32 where it is made}}
      %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
          ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
      ^bb0(%a: f32, %o: f32):
        // expected-note @below {{this value}}
        %i = arith.fptoui %a : f32 to i8
        %j = arith.extsi %i : i8 to i32
        %s = arith.sitofp %j : i32 to f32
        linalg.yield %s : f32
      } -> tensor<4xf32>
      crania.yield %y : tensor<4xf32>
    }
    return %l : tensor<4xf32>
  }
}
