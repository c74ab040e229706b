# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints a small network of level 1: convolution, relu, two branches, fully
connected, softmax. Its main prints the bits of its result for each input."""

import numpy as np

from classifier import dense

INPUTS, SIDE, CHANNELS, CLASSES = 8, 8, 4, 5
INNER = SIDE - 2
FLAT = CHANNELS * INNER * INNER

NETWORK = """
#same = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
func.func @classify(%x: {image}) -> tensor<1x{classes}xf32> attributes {{crania.classifier}} {{
  %zero = arith.constant 0.0 : f32
  %kernel = arith.constant {kernel}
  %square = arith.constant {square}
  %top = arith.constant {top}
  %bias = arith.constant {bias}
  %c0 = tensor.empty() : {plane}
  %c1 = linalg.fill ins(%zero : f32) outs(%c0 : {plane}) -> {plane}
  %c2 = linalg.conv_2d_nchw_fchw ins(%x, %kernel : {image}, {kernel_type})
      outs(%c1 : {plane}) -> {plane}
  %c3 = linalg.generic {{indexing_maps = [#same, #same],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}}
      ins(%c2 : {plane}) outs(%c0 : {plane}) {{
  ^bb0(%in: f32, %out: f32):
    %relu = arith.maximumf %in, %zero : f32
    linalg.yield %relu : f32
  }} -> {plane}
  %flat = tensor.collapse_shape %c3 [[0], [1, 2, 3]] : {plane} into tensor<1x{flat}xf32>
  %b0 = tensor.empty() : tensor<1x{flat}xf32>
  %b1 = linalg.fill ins(%zero : f32) outs(%b0 : tensor<1x{flat}xf32>) -> tensor<1x{flat}xf32>
  %branch = linalg.matmul ins(%flat, %square : tensor<1x{flat}xf32>, tensor<{flat}x{flat}xf32>)
      outs(%b1 : tensor<1x{flat}xf32>) -> tensor<1x{flat}xf32>
  %both = tensor.concat dim(1) %flat, %branch
      : (tensor<1x{flat}xf32>, tensor<1x{flat}xf32>) -> tensor<1x{twice}xf32>
  %logits = linalg.matmul ins(%both, %top : tensor<1x{twice}xf32>, tensor<{twice}x{classes}xf32>)
      outs(%bias : tensor<1x{classes}xf32>) -> tensor<1x{classes}xf32>
  %p0 = tensor.empty() : tensor<1x{classes}xf32>
  %p = linalg.softmax dimension(1) ins(%logits : tensor<1x{classes}xf32>)
      outs(%p0 : tensor<1x{classes}xf32>) -> tensor<1x{classes}xf32>
  return %p : tensor<1x{classes}xf32>
}}

func.func private @printI64(i64)
func.func private @printNewline()
func.func @main() {{
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %inputs = arith.constant {inputs} : index
  %classes = arith.constant {classes} : index
  %images = arith.constant {images}
  scf.for %i = %c0 to %inputs step %c1 {{
    %x = tensor.extract_slice %images[%i, 0, 0, 0] [1, 1, {side}, {side}] [1, 1, 1, 1]
        : tensor<{inputs}x1x{side}x{side}xf32> to {image}
    %p = func.call @classify(%x) : ({image}) -> tensor<1x{classes}xf32>
    scf.for %j = %c0 to %classes step %c1 {{
      %value = tensor.extract %p[%c0, %j] : tensor<1x{classes}xf32>
      %bits = arith.bitcast %value : f32 to i32
      %wide = arith.extui %bits : i32 to i64
      func.call @printI64(%wide) : (i64) -> ()
      func.call @printNewline() : () -> ()
    }}
  }}
  return
}}
"""


def main():
    random = np.random.default_rng(7)

    def normal(*shape, scale=1.0):
        return dense((random.normal(size=shape) * scale).astype(np.float32), "f32")

    print(NETWORK.format(
        image=f"tensor<1x1x{SIDE}x{SIDE}xf32>",
        plane=f"tensor<1x{CHANNELS}x{INNER}x{INNER}xf32>",
        kernel_type=f"tensor<{CHANNELS}x1x3x3xf32>",
        kernel=normal(CHANNELS, 1, 3, 3, scale=0.5),
        square=normal(FLAT, FLAT, scale=FLAT ** -0.5),
        top=normal(2 * FLAT, CLASSES, scale=0.15),
        bias=normal(1, CLASSES),
        images=normal(INPUTS, 1, SIDE, SIDE),
        inputs=INPUTS, side=SIDE, classes=CLASSES, flat=FLAT, twice=2 * FLAT))


main()
