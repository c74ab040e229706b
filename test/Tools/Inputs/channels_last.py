# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes a network with its channels first, last, and behind a flatten, and images.

The three networks take 3 channels of 4 x 4 and give the same logits for the same image.
No exchange of axes, channels or rows leaves the images unchanged.
"""

import pathlib
import sys

import numpy as np

WEIGHTS = ", ".join("[" + ", ".join(
    "[" + ", ".join(
        "[" + ", ".join(f"{((o * 27 + c * 9 + y * 3 + x) * 7 % 17 - 8) / 8:.4f}"
                        for x in range(3)) + "]"
        for y in range(3)) + "]"
    for c in range(3)) + "]" for o in range(2))

BODY = f"""
  %w = arith.constant dense<[{WEIGHTS}]> : tensor<2x3x3x3xf32>
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x2x2x2xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %y = linalg.conv_2d_nchw_fchw ins(%image, %w : tensor<1x3x4x4xf32>, tensor<2x3x3x3xf32>)
      outs(%f : tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %flat = tensor.collapse_shape %y [[0], [1, 2, 3]] : tensor<1x2x2x2xf32> into tensor<1x8xf32>
  return %flat : tensor<1x8xf32>
}}
"""

FIRST = "func.func @net(%image: tensor<1x3x4x4xf32>) -> tensor<1x8xf32> {" + BODY

LAST = """func.func @net(%x: tensor<1x4x4x3xf32>) -> tensor<1x8xf32> {
  %t = tensor.empty() : tensor<1x3x4x4xf32>
  %image = linalg.transpose ins(%x : tensor<1x4x4x3xf32>) outs(%t : tensor<1x3x4x4xf32>)
      permutation = [0, 3, 1, 2]
""" + BODY

# Nothing in this network distinguishes the axes.
DENSE = """func.func @net(%x: tensor<1x3x4x4xf32>) -> tensor<1x8xf32> {
  %w = arith.constant dense<0.125> : tensor<48x8xf32>
  %zero = arith.constant 0.0 : f32
  %flat = tensor.collapse_shape %x [[0], [1, 2, 3]] : tensor<1x3x4x4xf32> into tensor<1x48xf32>
  %e = tensor.empty() : tensor<1x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x8xf32>) -> tensor<1x8xf32>
  %y = linalg.matmul ins(%flat, %w : tensor<1x48xf32>, tensor<48x8xf32>)
      outs(%f : tensor<1x8xf32>) -> tensor<1x8xf32>
  return %y : tensor<1x8xf32>
}
"""

folder = pathlib.Path(sys.argv[1])
for name, text in ("first", FIRST), ("last", LAST), ("dense", DENSE):
    (folder / f"{name}.mlir").write_text(text)
images = np.arange(5 * 3 * 4 * 4).reshape(5, 3, 4, 4) * 37 % 251
np.save(folder / "nchw.npy", images.astype(np.uint8))
np.save(folder / "nhwc.npy", np.ascontiguousarray(images.transpose(0, 2, 3, 1)).astype(np.uint8))
np.save(folder / "cube.npy", np.zeros((2, 3, 3, 3), np.uint8))
# The options below apply this to the pixels, for a network with its channels
# first.
prepared = (images[:, ::-1] * 0.5 - np.reshape([1, 20, 60], (1, 3, 1, 1))) / \
    np.reshape([1, 2, 4], (1, 3, 1, 1))
np.save(folder / "prepared.npy", prepared.astype(np.float32))
