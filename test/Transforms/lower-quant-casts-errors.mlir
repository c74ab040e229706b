// RUN: crania-opt %s --crania-lower-quant-casts -split-input-file -verify-diagnostics

func.func @zero_point(%x: tensor<2xf32>) -> tensor<2xi8> {
  %q = quant.qcast %x : tensor<2xf32> to tensor<2x!quant.uniform<i8:f32, 0.5:3>>
  // expected-error @below {{is not the storage of a tensor of f32, of static shape, that quant.qcast quantized with one scale and no zero point}}
  %s = quant.scast %q : tensor<2x!quant.uniform<i8:f32, 0.5:3>> to tensor<2xi8>
  return %s : tensor<2xi8>
}

// -----

func.func @dynamic(%x: tensor<?xf32>) -> tensor<?xi8> {
  %q = quant.qcast %x : tensor<?xf32> to tensor<?x!quant.uniform<i8:f32, 0.5>>
  // expected-error @below {{is not the storage of a tensor of f32, of static shape}}
  %s = quant.scast %q : tensor<?x!quant.uniform<i8:f32, 0.5>> to tensor<?xi8>
  return %s : tensor<?xi8>
}

// -----

func.func @argument(%q: tensor<2x!quant.uniform<i8:f32, 0.5>>) -> tensor<2xi8> {
  // expected-error @below {{is not the storage of a tensor of f32}}
  %s = quant.scast %q : tensor<2x!quant.uniform<i8:f32, 0.5>> to tensor<2xi8>
  return %s : tensor<2xi8>
}
