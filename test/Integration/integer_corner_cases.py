# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# RUN: %python %s %t.dir
"""Small classifiers with constructs that are difficult in integers.

Each is calibrated on its own inputs. In 8 bits, its answers equal those in f32 except
for rounding; in f32, they equal those of stock MLIR and LLVM.
"""

import re

import numpy as np

import reference_path
from preprocessing import Convention
from tools import classify, compile_model, expect, main_of

IMAGES = 16
# Relative to the largest logit: a few roundings to 1/255 or 1/127 of a range.
TOLERANCE = 0.05

CLASSIFIER = """
#same = affine_map<(d0, d1) -> (d0, d1)>
#column = affine_map<(d0, d1) -> (d1)>
#first_row = affine_map<(d0, d1) -> (0, d1)>
func.func @main(%x: tensor<1x4xf32>) -> tensor<1x3xf32> attributes {{crania.classifier}} {{
  %w = arith.constant dense<[[1.0, 0.5, -0.25], [0.1, 0.2, 0.3], [0.3, -0.2, 0.1], [0.5, 0.5, 0.5]]> : tensor<4x3xf32>
  %wide = arith.constant dense<[[0.4, 0.5, -0.2], [0.1, 0.2, 0.3], [0.3, -0.2, 0.1], [0.5, 0.4, 0.5], [0.2, -0.1, 0.1], [0.3, 0.2, 0.6]]> : tensor<6x3xf32>
  %square = arith.constant dense<[[1.0, 0.5, -0.25], [0.1, 0.2, 0.3], [0.3, -0.2, 0.1]]> : tensor<3x3xf32>
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x3xf32>
  %cleared = linalg.fill ins(%zero : f32) outs(%e : tensor<1x3xf32>) -> tensor<1x3xf32>
{body}
  return %y : tensor<1x3xf32>
}}
"""

FIRST = """
  %h = linalg.matmul ins(%x, %w : tensor<1x4xf32>, tensor<4x3xf32>) outs(%cleared : tensor<1x3xf32>) -> tensor<1x3xf32>
"""
LAST = """
  %y = linalg.matmul ins(%g, %square : tensor<1x3xf32>, tensor<3x3xf32>) outs(%cleared : tensor<1x3xf32>) -> tensor<1x3xf32>
"""


def elementwise(operands, maps, body, init="%e"):
    arguments = "".join(f"%{name}: f32, " for name in "abc"[:len(operands)])
    types = ", ".join(["tensor<1x3xf32>" if m == "same" else
                       "tensor<3xf32>" if m == "column" else "tensor<2x3xf32>" for m in maps])
    return f"""
  %g = linalg.generic {{indexing_maps = [{''.join(f'#{m}, ' for m in maps)}#same],
      iterator_types = ["parallel", "parallel"]}}
      ins({', '.join(operands)} : {types}) outs({init} : tensor<1x3xf32>) {{
    ^bb0({arguments}%out: f32):
{body}
      linalg.yield %r : f32
  }} -> tensor<1x3xf32>
"""


def padded(number, rest):
    return f"""
  %number = arith.constant {number} : f32
  %p = tensor.pad %x low[0, 1] high[0, 1] {{
    ^bb0(%i: index, %j: index):
      tensor.yield %number : f32
  }} : tensor<1x4xf32> to tensor<1x6xf32>
""" + rest


PER_CHANNEL = "  %k = arith.constant dense<[-2.0, 0.5, 1.0]> : tensor<3xf32>\n"
CASES = {
    # The clamp applies to a constant of each channel, not to the result.
    "factor_clamped": FIRST + PER_CHANNEL + """
  %quarter = arith.constant 0.25 : f32
""" + elementwise(["%h", "%k"], ["same", "column"], """
      %m = arith.maximumf %b, %quarter : f32
      %r = arith.mulf %a, %m : f32""") + LAST,
    "divisor_clamped": FIRST + PER_CHANNEL + """
  %quarter = arith.constant 0.25 : f32
""" + elementwise(["%h", "%k"], ["same", "column"], """
      %m = arith.maximumf %b, %quarter : f32
      %r = arith.divf %a, %m : f32""") + LAST,
    "offset_between_constants": FIRST + PER_CHANNEL + """
  %l = arith.constant dense<[0.5, -0.5, 2.0]> : tensor<3xf32>
""" + elementwise(["%h", "%k", "%l"], ["same", "column", "column"], """
      %m = arith.minimumf %b, %c : f32
      %r = arith.subf %a, %m : f32""") + LAST,
    # The op reads one row of a constant with two rows.
    "row_of_constant": FIRST + """
  %k = arith.constant dense<[[-2.0, 0.5, 1.0], [7.0, 8.0, 9.0]]> : tensor<2x3xf32>
""" + elementwise(["%h", "%k"], ["same", "first_row"], """
      %r = arith.addf %a, %b : f32""") + LAST,
    # The init is an operand.
    "reads_its_init": FIRST + """
  %k = arith.constant dense<[[-2.0, 0.5, 1.0]]> : tensor<1x3xf32>
""" + elementwise(["%h"], ["same"], """
      %r = arith.addf %a, %out : f32""", init="%k") + LAST,
    # The padding value belongs to the range of the tensor.
    "pads_below_the_range": padded(-3.0, """
  %y = linalg.matmul ins(%p, %wide : tensor<1x6xf32>, tensor<6x3xf32>) outs(%cleared : tensor<1x3xf32>) -> tensor<1x3xf32>
"""),
    # The copy of the padded input is not the result of the layer.
    "large_padding_small_weights": padded(50.0, """
  %tiny = arith.constant dense<0.001> : tensor<6x3xf32>
  %g = linalg.matmul ins(%p, %tiny : tensor<1x6xf32>, tensor<6x3xf32>) outs(%cleared : tensor<1x3xf32>) -> tensor<1x3xf32>
""" + LAST),
    # The maximum and the sum within a softmax are not its result, either.
    "softmax_of_large_numbers": """
  %large = arith.constant dense<[[1.0, 0.5, -0.25], [0.1, 0.2, 0.3], [0.3, -0.2, 0.1], [50.5, 50.0, 50.2]]> : tensor<4x3xf32>
  %m = linalg.matmul {crania.precision = f32} ins(%x, %large : tensor<1x4xf32>, tensor<4x3xf32>) outs(%cleared : tensor<1x3xf32>) -> tensor<1x3xf32>
  %g = linalg.softmax dimension(1) ins(%m : tensor<1x3xf32>) outs(%e : tensor<1x3xf32>) -> tensor<1x3xf32>
""" + LAST,
    # Two readers need the input in two forms.
    "input_in_two_forms": """
  %v = linalg.matmul {crania.precision = f32} ins(%x, %w : tensor<1x4xf32>, tensor<4x3xf32>) outs(%cleared : tensor<1x3xf32>) -> tensor<1x3xf32>
  %u = linalg.matmul ins(%x, %w : tensor<1x4xf32>, tensor<4x3xf32>) outs(%cleared : tensor<1x3xf32>) -> tensor<1x3xf32>
""" + elementwise(["%u", "%v"], ["same", "same"], """
      %r = arith.mulf %a, %b : f32""") + LAST,
    "input_in_two_widths": """
  %v = linalg.matmul {crania.precision = i16} ins(%x, %w : tensor<1x4xf32>, tensor<4x3xf32>) outs(%cleared : tensor<1x3xf32>) -> tensor<1x3xf32>
  %u = linalg.matmul ins(%x, %w : tensor<1x4xf32>, tensor<4x3xf32>) outs(%cleared : tensor<1x3xf32>) -> tensor<1x3xf32>
""" + elementwise(["%u", "%v"], ["same", "same"], """
      %r = arith.addf %a, %b : f32""") + LAST,
}


def check_case(name, body, folder):
    images = folder / f"{name}.npy"
    inputs = np.random.default_rng(7).random((IMAGES, 4)).astype(np.float32)
    np.save(images, inputs)

    def module(suffix, text):
        path = folder / f"{name}.{suffix}.mlir"
        path.write_text(CLASSIFIER.format(body=text))
        return path

    def logits(path, *options):
        binary = compile_model(path, path.with_suffix(".crania"), "--clusters=1", *options)
        return classify(binary, images, folder, Convention(layout="auto")).main.logits

    plain = module("f32", re.sub(r"{crania.precision = \w+}", "", body))
    reals = logits(plain)
    function = reference_path.load(plain, folder)
    expected = np.concatenate([function(image[None]).reshape(1, -1) for image in inputs])
    expect(np.allclose(reals, expected, rtol=1e-4, atol=1e-5), f"{name}: f32 is wrong")
    integers = logits(module("i8", body), "--precision=i8", f"--calibrate={images}",
                      "--calibrate-rule=max")
    error = np.abs(integers - reals).max() / np.abs(reals).max()
    expect(error < TOLERANCE, f"{name}: off by {error:.3f} of the largest logit in 8 bits")
    return error


def check(folder):
    for name, body in CASES.items():
        print(f"{name}: off by {check_case(name, body, folder):.4f}")


if __name__ == "__main__":
    main_of(check)
