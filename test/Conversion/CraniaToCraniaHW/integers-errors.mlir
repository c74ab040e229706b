// RUN: crania-opt %s --convert-crania-to-hw --split-input-file --verify-diagnostics

// Types that the machine does not have, and inputs that its port does not quantize.

module attributes {crania.target = #crania.target<"edge">} {
  func.func @wrong_precision(%x: tensor<4xf32>) -> tensor<4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      // expected-error @below {{computes in 'i4'; the machine has f32, i8, i16, i32 and i64}}
      %y = arith.fptosi %x : tensor<4xf32> to tensor<4xi4>
      %z = arith.sitofp %y : tensor<4xi4> to tensor<4xf32>
      crania.yield %z : tensor<4xf32>
    }
    return %l : tensor<4xf32>
  }
}

// -----

#id = affine_map<(d0) -> (d0)>
module attributes {crania.target = #crania.target<"edge">} {
  // expected-note @below {{the first one}}
  func.func @two_inputs(%x: tensor<4xf32>,
      // expected-note @below {{the second one: compute it inside the iteration}}
      %y: tensor<4xf32>) -> tensor<4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      %e = tensor.empty() : tensor<4xf32>
      // expected-error @below {{reads a second tensor from outside the iteration; the machine takes one input}}
      %s = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]}
          ins(%x, %y : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
      ^bb0(%a: f32, %b: f32, %out: f32):
        %sum = arith.addf %a, %b : f32
        linalg.yield %sum : f32
      } -> tensor<4xf32>
      crania.yield %s : tensor<4xf32>
    }
    return %l : tensor<4xf32>
  }
}

// -----

// The range of the port is symmetric about 0.

!real = !quant.uniform<i8:f32, 0.5>
#id = affine_map<(d0) -> (d0)>
module attributes {crania.target = #crania.target<"edge">} {
  func.func @full_range(%x: tensor<4xf32>) -> tensor<4xf32> {
    %cast = quant.qcast %x : tensor<4xf32> to tensor<4x!real>
    %q = quant.scast %cast : tensor<4x!real> to tensor<4xi8>
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      %e = tensor.empty() : tensor<4xf32>
      // expected-error @below {{reads the input as '!quant.uniform<i8:f32, 5.000000e-01>'; the machine quantizes its input to u8, i8<-127:127> or i16<-32767:32767>, with one scale and no zero point}}
      %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
          ins(%q : tensor<4xi8>) outs(%e : tensor<4xf32>) {
      ^bb0(%a: i8, %o: f32):
        %s = arith.sitofp %a : i8 to f32
        linalg.yield %s : f32
      } -> tensor<4xf32>
      crania.yield %y : tensor<4xf32>
    }
    return %l : tensor<4xf32>
  }
}

// -----

!real = !quant.uniform<i8<-127:127>:f32, 0.5:3>
#id = affine_map<(d0) -> (d0)>
module attributes {crania.target = #crania.target<"edge">} {
  func.func @zero_point(%x: tensor<4xf32>) -> tensor<4xf32> {
    %cast = quant.qcast %x : tensor<4xf32> to tensor<4x!real>
    %q = quant.scast %cast : tensor<4x!real> to tensor<4xi8>
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      %e = tensor.empty() : tensor<4xf32>
      // expected-error @below {{reads the input as '!quant.uniform<i8<-127:127>:f32, 5.000000e-01:3>'; the machine quantizes its input to u8, i8<-127:127> or i16<-32767:32767>, with one scale and no zero point}}
      %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
          ins(%q : tensor<4xi8>) outs(%e : tensor<4xf32>) {
      ^bb0(%a: i8, %o: f32):
        %s = arith.sitofp %a : i8 to f32
        linalg.yield %s : f32
      } -> tensor<4xf32>
      crania.yield %y : tensor<4xf32>
    }
    return %l : tensor<4xf32>
  }
}

// -----

!real = !quant.uniform<u16:f32, 0.5>
#id = affine_map<(d0) -> (d0)>
module attributes {crania.target = #crania.target<"edge">} {
  func.func @unsigned_wide(%x: tensor<4xf32>) -> tensor<4xf32> {
    %cast = quant.qcast %x : tensor<4xf32> to tensor<4x!real>
    %q = quant.scast %cast : tensor<4x!real> to tensor<4xi16>
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      %e = tensor.empty() : tensor<4xf32>
      // expected-error @below {{reads the input as '!quant.uniform<u16:f32, 5.000000e-01>'; the machine quantizes its input to u8, i8<-127:127> or i16<-32767:32767>, with one scale and no zero point}}
      %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
          ins(%q : tensor<4xi16>) outs(%e : tensor<4xf32>) {
      ^bb0(%a: i16, %o: f32):
        %s = arith.sitofp %a : i16 to f32
        linalg.yield %s : f32
      } -> tensor<4xf32>
      crania.yield %y : tensor<4xf32>
    }
    return %l : tensor<4xf32>
  }
}

// -----

// Bytes are stored one way, so all readers take them for signed or all for unsigned.

!real = !quant.uniform<u8:f32, 0.5>
#id = affine_map<(d0) -> (d0)>
module attributes {crania.target = #crania.target<"edge">} {
  func.func @both_signs(%x: tensor<4xf32>) -> tensor<4xf32> {
    %cast = quant.qcast %x : tensor<4xf32> to tensor<4x!real>
    // expected-note @below {{these bytes}}
    %q = quant.scast %cast : tensor<4x!real> to tensor<4xi8>
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      %e = tensor.empty() : tensor<4xf32>
      // expected-error @below {{reads bytes as signed that are read as unsigned elsewhere; the machine stores them one way: convert them between}}
      %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
          ins(%q : tensor<4xi8>) outs(%e : tensor<4xf32>) {
      ^bb0(%a: i8, %o: f32):
        %s = arith.sitofp %a : i8 to f32
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
  func.func @codes_from_outside(%x: tensor<4xi8>) -> tensor<4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<4xf32> round(%round) {
      %e = tensor.empty() : tensor<4xf32>
      // expected-error @below {{reads the input of type 'tensor<4xi8>'; the machine needs a static shape of f32, or of integers that quant.qcast makes of it}}
      %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
          ins(%x : tensor<4xi8>) outs(%e : tensor<4xf32>) {
      ^bb0(%a: i8, %o: f32):
        %s = arith.sitofp %a : i8 to f32
        linalg.yield %s : f32
      } -> tensor<4xf32>
      crania.yield %y : tensor<4xf32>
    }
    return %l : tensor<4xf32>
  }
}
